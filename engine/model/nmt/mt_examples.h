// SPDX-License-Identifier: Apache-2.0
// Some translations of an evaluation for the log, each with the same chance.
#pragma once

#include "engine/base/log.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace fathom::model {

class TranslationExamples {
public:
    struct Example {
        std::string input{};
        std::string prediction{};
        std::string reference{};
    };

    /// Keeps up to `limit` of the sentences seen since the last report; `make` is called for what is kept.
    void see(std::size_t limit, const std::function<Example()>& make);
    /// Writes them as NeMo does, and forgets them.
    void report(std::size_t limit, Log& log);

private:
    std::vector<Example> m_kept{};
    std::uint64_t m_seen = 0;
};

} // namespace fathom::model
