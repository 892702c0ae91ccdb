// SPDX-License-Identifier: Apache-2.0
// "Did you mean …?" for misspelt keys and names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fathom::config {

/// The candidate nearest to `word` by edit distance (transpositions count one), or "" when none is near.
[[nodiscard]] std::string closest(std::string_view word, const std::vector<std::string>& candidates);

/// "Did you mean lr?", or `otherwise` when nothing is near.
[[nodiscard]] std::string didYouMean(std::string_view word, const std::vector<std::string>& candidates,
                                     std::string otherwise = {});

} // namespace fathom::config
