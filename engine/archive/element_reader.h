// SPDX-License-Identifier: Apache-2.0
// A tensor's elements in row-major order, a block at a time and from any element on, so that scans need no
// copy of the whole and can be shared out among threads.
#pragma once

#include "engine/archive/tensor.h"

namespace fathom::archive {

/// Views `tensor`, which must outlive it. For one thread.
class ElementReader {
public:
    /// Starts at element `first`, at most the number of elements.
    ElementReader(const Tensor& tensor, std::int64_t first);

    /// The next `count` elements' bytes: in place where the tensor is contiguous, else gathered into
    /// `scratch`, which holds that many. There must be so many left.
    [[nodiscard]] std::span<const std::byte> bytes(std::size_t count, std::span<std::byte> scratch);
    /// The next out.size() elements (at most kBlock) as float64. Not for complex dtypes.
    void values(std::span<double> out);

    static constexpr std::size_t kBlock = 2048; ///< 16 KiB of float64: stays in the first cache
    static constexpr std::size_t kLargestItem = 16;

private:
    void gather(std::span<std::byte> out);

    const Tensor& m_tensor;
    const std::size_t m_item;
    const bool m_isContiguous;
    std::int64_t m_element = 0;          ///< in the storage
    std::vector<std::int64_t> m_index{}; ///< of a tensor that is not contiguous
    std::vector<std::byte> m_gathered{};
};

/// The values of out.size() elements; `bytes` holds them and need not be aligned. Not for complex dtypes.
void toFloat64(DType dtype, std::span<const std::byte> bytes, std::span<double> out);

} // namespace fathom::archive
