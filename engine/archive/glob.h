// SPDX-License-Identifier: Apache-2.0
// Patterns of tensor names: `*` any characters, `?` one.
#pragma once

#include "engine/base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::archive {

class Glob {
public:
    /// What each wildcard stood for, in order.
    using Match = std::vector<std::string_view>;

    explicit Glob(std::string pattern) : m_pattern(std::move(pattern)) {}

    /// The whole of `text` has to match. Each `*` takes as little as it can. At most pattern times text
    /// steps.
    [[nodiscard]] std::optional<Match> match(std::string_view text) const;
    /// Usage error unless `replacement` has the same wildcards in the same order.
    [[nodiscard]] Status checkReplacement(std::string_view replacement) const;
    /// `replacement` with its wildcards filled.
    [[nodiscard]] static std::string replace(std::string_view replacement, const Match& match);

private:
    std::string m_pattern;
};

} // namespace fathom::archive
