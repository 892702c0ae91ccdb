// SPDX-License-Identifier: Apache-2.0
#include "engine/config/suggest.h"

#include "engine/base/edit_distance.h"

#include <algorithm>

namespace fathom::config {

std::string closest(std::string_view word, const std::vector<std::string>& candidates) {
    constexpr std::size_t kLongestWord = 100;
    std::string best;
    std::size_t bestDistance = std::max<std::size_t>(1, word.size() / 3) + 1;
    if (word.size() > kLongestWord) return best;
    for (const std::string& candidate : candidates) {
        if (candidate.size() > kLongestWord) continue;
        const std::size_t distance = editDistance(word, candidate);
        if (distance < bestDistance) {
            bestDistance = distance;
            best = candidate;
        }
    }
    return best;
}

std::string didYouMean(std::string_view word, const std::vector<std::string>& candidates,
                       std::string otherwise) {
    const std::string found = closest(word, candidates);
    return found.empty() ? std::move(otherwise) : "Did you mean " + found + "?";
}

} // namespace fathom::config
