// SPDX-License-Identifier: Apache-2.0
// What a shortest edit from a reference to a prediction does: what error rates count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::text {

enum class WordMatch : std::uint8_t { Same, Substituted, Deleted, Inserted };

/// Aligns sequences of words, given by numbers that are equal for equal words. Keeps its buffers: use one for
/// many pairs, on one thread.
class WordAligner {
public:
    /// The shortest edit, from front to back. Same and Substituted take a word of both, Deleted one of the
    /// reference, Inserted one of the prediction. Among shortest edits, the one that substitutes latest. What
    /// remains between a common beginning and a common end may be 8,000 × 8,000 words; beyond, words are
    /// paired in order, which may not be the shortest. The result holds until the next call.
    const std::vector<WordMatch>& align(std::span<const int> reference, std::span<const int> prediction);

private:
    void alignMiddle(std::span<const int> reference, std::span<const int> prediction);
    void pairInOrder(std::size_t reference, std::size_t prediction);

    std::vector<WordMatch> m_edit;
    std::vector<WordMatch> m_middle;
    std::vector<WordMatch> m_steps; ///< the last step of the shortest edit of each pair of beginnings
    std::vector<int> m_row;
};

/// Levenshtein distance of two texts, 64 cells of the matrix at a time (Myers 1999, Hyyrö 2003).
[[nodiscard]] int editDistance(std::u32string_view reference, std::u32string_view prediction);

} // namespace fathom::text
