// SPDX-License-Identifier: Apache-2.0
// Decoded recordings kept in memory, so that the second epoch decodes nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace fathom::data {

/// Holds as many recordings as the budget allows and never gives one up: an epoch visits each once, so that
/// what came last is not needed soonest. Samples that are exact in 16 bits are kept so. Any thread.
class AudioCache {
public:
    AudioCache(std::size_t recordings, std::size_t byteBudget);

    /// Exactly the samples that were put, or nothing.
    [[nodiscard]] std::optional<std::vector<float>> find(std::size_t index) const;
    void put(std::size_t index, std::span<const float> samples);
    [[nodiscard]] std::size_t bytes() const;

private:
    struct Entry {
        std::vector<std::int16_t> integers{};
        std::vector<float> floats{};
        [[nodiscard]] std::size_t bytes() const;
    };
    static Entry pack(std::span<const float> samples);

    const std::size_t m_budget;
    mutable std::mutex m_mutex; // guards the rest; entries themselves never change
    std::size_t m_bytes = 0;
    std::vector<std::shared_ptr<const Entry>> m_entries;
};

} // namespace fathom::data
