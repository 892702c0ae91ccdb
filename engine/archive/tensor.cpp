// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/tensor.h"

#include <array>
#include <cstring>
#include <utility>

namespace fathom::archive {

namespace {

struct TypeInfo {
    DType type;
    std::string_view name;
    std::size_t bytes;
};

constexpr std::array kTypes{
    TypeInfo{DType::Float32, "float32", 4},
    TypeInfo{DType::Float64, "float64", 8},
    TypeInfo{DType::Float16, "float16", 2},
    TypeInfo{DType::BFloat16, "bfloat16", 2},
    TypeInfo{DType::Int8, "int8", 1},
    TypeInfo{DType::Int16, "int16", 2},
    TypeInfo{DType::Int32, "int32", 4},
    TypeInfo{DType::Int64, "int64", 8},
    TypeInfo{DType::UInt8, "uint8", 1},
    TypeInfo{DType::UInt16, "uint16", 2},
    TypeInfo{DType::UInt32, "uint32", 4},
    TypeInfo{DType::UInt64, "uint64", 8},
    TypeInfo{DType::Bool, "bool", 1},
    TypeInfo{DType::Complex64, "complex64", 8},
    TypeInfo{DType::Complex128, "complex128", 16},
    TypeInfo{DType::Float8E4M3, "float8_e4m3fn", 1},
    TypeInfo{DType::Float8E5M2, "float8_e5m2", 1},
};

const TypeInfo& info(DType dtype) {
    return kTypes[static_cast<std::size_t>(dtype)];
}

} // namespace

std::string_view name(DType dtype) {
    return info(dtype).name;
}
std::size_t itemSize(DType dtype) {
    return info(dtype).bytes;
}

std::optional<DType> dtypeNamed(std::string_view text) {
    for (const TypeInfo& type : kTypes)
        if (type.name == text) return type.type;
    return std::nullopt;
}

std::vector<std::int64_t> contiguousStride(std::span<const std::int64_t> shape) {
    std::vector<std::int64_t> stride(shape.size(), 1);
    std::int64_t step = 1;
    for (std::size_t i = shape.size(); i-- > 0;) {
        stride[i] = step;
        step *= shape[i] > 1 ? shape[i] : 1;
    }
    return stride;
}

std::int64_t Tensor::elementCount() const {
    std::int64_t count = 1;
    for (const std::int64_t extent : shape)
        count *= extent;
    return count;
}

std::size_t Tensor::byteCount() const {
    return static_cast<std::size_t>(elementCount()) * itemSize(dtype);
}

bool Tensor::isContiguous() const {
    std::int64_t step = 1;
    for (std::size_t i = shape.size(); i-- > 0;) {
        if (shape[i] == 0) return true;
        if (shape[i] == 1) continue;
        if (stride[i] != step) return false;
        step *= shape[i];
    }
    return true;
}

void Tensor::visitContiguous(const std::function<void(std::span<const std::byte>)>& visit) const {
    if (elementCount() == 0) return;
    const std::size_t item = itemSize(dtype);
    if (isContiguous()) return visit(bytes.first(byteCount()));
    // Gathers into a buffer that stays in the cache, in row-major order.
    std::vector<std::byte> buffer;
    constexpr std::size_t kBuffer = 1 << 16;
    buffer.reserve(kBuffer);
    std::vector<std::int64_t> index(shape.size(), 0);
    std::int64_t element = 0;
    for (bool more = true; more;) {
        const std::byte* source = bytes.data() + static_cast<std::size_t>(element) * item;
        buffer.insert(buffer.end(), source, source + item);
        if (buffer.size() + item > kBuffer) {
            visit(buffer);
            buffer.clear();
        }
        more = false;
        for (std::size_t i = shape.size(); i-- > 0;) {
            element += stride[i];
            if (++index[i] < shape[i]) {
                more = true;
                break;
            }
            element -= stride[i] * shape[i];
            index[i] = 0;
        }
    }
    if (!buffer.empty()) visit(buffer);
}

std::vector<std::byte> Tensor::contiguousBytes() const {
    std::vector<std::byte> result;
    result.reserve(byteCount());
    visitContiguous(
        [&](std::span<const std::byte> piece) { result.insert(result.end(), piece.begin(), piece.end()); });
    return result;
}

} // namespace fathom::archive
