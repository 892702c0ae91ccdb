// SPDX-License-Identifier: Apache-2.0
// Word and character error rates as NeMo counts them.
#pragma once

#include <cstdint>
#include <string_view>

namespace fathom::text {

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

/// How far `prediction` is from `reference`. Words are those of splitWords(), characters are code points.
[[nodiscard]] EditCount countEdits(std::string_view reference, std::string_view prediction,
                                   ErrorUnit unit = ErrorUnit::Word);

} // namespace fathom::text
