// SPDX-License-Identifier: Apache-2.0
// Edit distances between reference and predicted texts. No LibTorch here.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::nn {

enum class ErrorUnit { Word, Character };

/// Edits over units; sums of these give the rate of a whole set, as NeMo computes it.
struct EditCount {
    std::int64_t edits = 0; ///< substitutions, insertions and deletions
    std::int64_t units = 0; ///< words (or characters) of the reference

    EditCount& operator+=(const EditCount& other) {
        edits += other.edits;
        units += other.units;
        return *this;
    }
    /// edits / units; infinity without units, as NeMo's word_error_rate.
    [[nodiscard]] double rate() const;
};

/// Words as Python's str.split() gives them: separated by runs of ASCII white space.
[[nodiscard]] std::vector<std::string_view> splitWords(std::string_view text);
/// The code points of a UTF-8 text; a broken byte counts as one.
[[nodiscard]] std::vector<std::string_view> splitCharacters(std::string_view text);

/// Levenshtein distance of two sequences; time |a|·|b|, memory |b|.
[[nodiscard]] std::int64_t editDistance(std::span<const std::string_view> a,
                                        std::span<const std::string_view> b);

/// How far `prediction` is from `reference`.
[[nodiscard]] EditCount countEdits(std::string_view reference, std::string_view prediction,
                                   ErrorUnit unit = ErrorUnit::Word);

} // namespace fathom::nn
