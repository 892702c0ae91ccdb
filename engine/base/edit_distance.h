// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace fathom {

/// How many bytes have to be put in, taken out, replaced or swapped with their neighbour to make `b` of `a`
/// (optimal string alignment). Time goes with the product of the lengths.
[[nodiscard]] std::size_t editDistance(std::string_view a, std::string_view b);

} // namespace fathom
