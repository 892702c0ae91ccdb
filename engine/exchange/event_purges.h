// SPDX-License-Identifier: Apache-2.0
// Which points a restarted training made obsolete, by the rules of TensorBoard's EventAccumulator. Internal
// to engine/exchange.
#pragma once

#include "engine/exchange/event_message.h"

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace fathom::exchange {

/// Notes purges at a first reading and tells at a second which points they leave. Events are counted from 0
/// in the order of reading.
class EventPurges {
public:
    /// First reading; returns whether this event purges anything that may have come before.
    bool note(std::uint64_t index, const EventMessage& event);
    /// Call once after the first reading.
    void prepare();
    /// Whether a point of event `index` survives all later purges. Indices must not fall.
    [[nodiscard]] bool keeps(std::uint64_t index, std::string_view tag, std::int64_t step);
    /// Whether note() needs the values of summaries.
    [[nodiscard]] bool needsValues() const { return m_version < 2; }

private:
    struct Purge {
        std::uint64_t index = 0;
        std::int64_t step = 0; ///< after prepare(): the least of this and all later ones
    };
    struct List {
        std::vector<Purge> purges{};
        std::size_t next = 0;

        void prepare();
        [[nodiscard]] bool keeps(std::uint64_t index, std::int64_t step);
    };

    double m_version = 0; ///< of the files' format
    std::int64_t m_newest = -1;
    List m_all{};
    std::map<std::string, List, std::less<>> m_byTag{}; ///< only of files before version 2
};

} // namespace fathom::exchange
