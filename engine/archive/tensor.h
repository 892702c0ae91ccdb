// SPDX-License-Identifier: Apache-2.0
// A tensor without LibTorch: dtype, shape, strides and a bounds-checked view of its bytes.
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::archive {

enum class DType {
    Float32,
    Float64,
    Float16,
    BFloat16,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Bool,
    Complex64,
    Complex128,
    Float8E4M3,
    Float8E5M2,
};

/// PyTorch's name: "float32", "bfloat16", "float8_e4m3fn", …
[[nodiscard]] std::string_view name(DType dtype);
[[nodiscard]] std::size_t itemSize(DType dtype);
/// The dtype that PyTorch calls so, without "torch."; nothing for quantised and unknown ones.
[[nodiscard]] std::optional<DType> dtypeNamed(std::string_view name);

/// Immutable; `owner` keeps the bytes alive (usually a file mapping). The bytes are little-endian and need
/// not be aligned.
struct Tensor {
    std::string name{};
    DType dtype = DType::Float32;
    std::vector<std::int64_t> shape{};
    std::vector<std::int64_t> stride{}; ///< in elements
    std::span<const std::byte>
        bytes{}; ///< from the first element to the end of what shape and stride can reach
    std::shared_ptr<const void> owner{};
    std::int64_t storage = -1; ///< equal for tensors that share a storage within one checkpoint
    std::span<const std::byte>
        storageBytes{}; ///< the whole storage, `bytes` lies within; empty when not known

    [[nodiscard]] std::int64_t elementCount() const;
    /// Bytes of a contiguous copy.
    [[nodiscard]] std::size_t byteCount() const;
    [[nodiscard]] bool isContiguous() const;
    /// Row-major little-endian bytes: a copy where the tensor is not contiguous.
    [[nodiscard]] std::vector<std::byte> contiguousBytes() const;
    /// The same bytes in pieces, each of whole elements, without a copy of the whole.
    void visitContiguous(const std::function<void(std::span<const std::byte>)>& visit) const;
};

/// Row-major strides in elements, as PyTorch gives them to a new tensor (extents of 0 count as 1).
[[nodiscard]] std::vector<std::int64_t> contiguousStride(std::span<const std::int64_t> shape);

} // namespace fathom::archive
