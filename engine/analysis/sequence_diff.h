// SPDX-License-Identifier: Apache-2.0
// A shortest edit script between two sequences (Myers, An O(ND) Difference Algorithm, 1986).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fathom::analysis {

enum class EditKind : std::uint8_t { Same, Removed, Added };

/// `before` and `after` are positions; that of the side which lacks the item is where it would be.
struct Edit {
    EditKind kind = EditKind::Same;
    std::size_t before = 0;
    std::size_t after = 0;
};

/// Items are compared by number. Removed ones come before added ones of the same place. Beyond about 4,000
/// edits the middle is given as all removed and all added: right, but not shortest.
[[nodiscard]] std::vector<Edit> diffSequences(std::span<const std::uint32_t> before,
                                              std::span<const std::uint32_t> after);

} // namespace fathom::analysis
