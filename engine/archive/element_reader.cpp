// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/element_reader.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace fathom::archive {

namespace {

/// Written so that compilers turn it into vector code, whatever the alignment.
template <class Stored, class Convert>
void convert(std::span<const std::byte> bytes, std::span<double> out, const Convert& toReal) {
    const std::byte* source = bytes.data();
    for (std::size_t i = 0; i < out.size(); ++i) {
        Stored value;
        std::memcpy(&value, source + i * sizeof value, sizeof value);
        out[i] = static_cast<double>(toReal(value));
    }
}

template <class Stored> void convert(std::span<const std::byte> bytes, std::span<double> out) {
    convert<Stored>(bytes, out, [](Stored value) { return value; });
}

/// Half to single without a branch: shifted into place, the exponent is short by 112, which a
/// multiplication puts right for subnormal numbers too.
float halfToFloat(std::uint16_t half) {
    const std::uint32_t magnitude = half & 0x7fffU;
    const std::uint32_t sign = (half & 0x8000U) << 16U;
    const std::uint32_t scaled =
        std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude << 13U) * 0x1p112F);
    const std::uint32_t special = magnitude >= 0x7c00U ? 0x7f800000U : 0U;
    return std::bit_cast<float>(scaled | special | sign);
}

/// A float of 8 bits; `hasInfinity` false is float8_e4m3fn, whose largest exponent holds numbers and where
/// only all ones is NaN.
float smallFloat(std::uint32_t bits, int exponentBits, int mantissaBits, bool hasInfinity) {
    const std::uint32_t mantissaMask = (1U << mantissaBits) - 1;
    const std::uint32_t exponentMask = (1U << exponentBits) - 1;
    const std::uint32_t mantissa = bits & mantissaMask;
    const std::uint32_t exponent = bits >> mantissaBits & exponentMask;
    const float sign = (bits >> (exponentBits + mantissaBits) & 1U) != 0 ? -1.0F : 1.0F;
    const int bias = (1 << (exponentBits - 1)) - 1;
    if (exponent == exponentMask) {
        if (hasInfinity && mantissa == 0) return sign * std::numeric_limits<float>::infinity();
        if (hasInfinity || mantissa == mantissaMask) return std::numeric_limits<float>::quiet_NaN();
    }
    if (exponent == 0) return sign * std::ldexp(static_cast<float>(mantissa), 1 - bias - mantissaBits);
    return sign * std::ldexp(static_cast<float>(mantissa + mantissaMask + 1),
                             static_cast<int>(exponent) - bias - mantissaBits);
}

using SmallTable = std::array<float, 256>;

SmallTable smallTable(int exponentBits, int mantissaBits, bool hasInfinity) {
    SmallTable table{};
    for (std::uint32_t bits = 0; bits < table.size(); ++bits)
        table[bits] = smallFloat(bits, exponentBits, mantissaBits, hasInfinity);
    return table;
}

} // namespace

void toFloat64(DType dtype, std::span<const std::byte> bytes, std::span<double> out) {
    static const SmallTable kE4M3 = smallTable(4, 3, false);
    static const SmallTable kE5M2 = smallTable(5, 2, true);
    switch (dtype) {
    case DType::Float32:
        return convert<float>(bytes, out);
    case DType::Float64:
        return convert<double>(bytes, out);
    case DType::Float16:
        return convert<std::uint16_t>(bytes, out, halfToFloat);
    case DType::BFloat16:
        return convert<std::uint16_t>(bytes, out, [](std::uint16_t value) {
            return std::bit_cast<float>(std::uint32_t{value} << 16U);
        });
    case DType::Int8:
        return convert<std::int8_t>(bytes, out);
    case DType::Int16:
        return convert<std::int16_t>(bytes, out);
    case DType::Int32:
        return convert<std::int32_t>(bytes, out);
    case DType::Int64:
        return convert<std::int64_t>(bytes, out);
    case DType::UInt8:
    case DType::Bool:
        return convert<std::uint8_t>(bytes, out);
    case DType::UInt16:
        return convert<std::uint16_t>(bytes, out);
    case DType::UInt32:
        return convert<std::uint32_t>(bytes, out);
    case DType::UInt64:
        return convert<std::uint64_t>(bytes, out);
    case DType::Float8E4M3:
        return convert<std::uint8_t>(bytes, out, [](std::uint8_t value) { return kE4M3[value]; });
    case DType::Float8E5M2:
        return convert<std::uint8_t>(bytes, out, [](std::uint8_t value) { return kE5M2[value]; });
    case DType::Complex64:
    case DType::Complex128:
        std::fill(out.begin(), out.end(), std::numeric_limits<double>::quiet_NaN());
    }
}

ElementReader::ElementReader(const Tensor& tensor, std::int64_t first)
    : m_tensor(tensor),
      m_item(itemSize(tensor.dtype)),
      m_isContiguous(tensor.isContiguous()),
      m_element(first) {
    if (m_isContiguous) return;
    m_element = 0;
    m_index.resize(tensor.shape.size());
    for (std::size_t i = tensor.shape.size(); i-- > 0;) {
        m_index[i] = first % tensor.shape[i]; // no extent is 0: such a tensor is contiguous
        first /= tensor.shape[i];
        m_element += m_index[i] * tensor.stride[i];
    }
}

std::span<const std::byte> ElementReader::bytes(std::size_t count, std::span<std::byte> scratch) {
    if (m_isContiguous) {
        const auto piece =
            m_tensor.bytes.subspan(static_cast<std::size_t>(m_element) * m_item, count * m_item);
        m_element += static_cast<std::int64_t>(count);
        return piece;
    }
    const auto piece = scratch.first(count * m_item);
    gather(piece);
    return piece;
}

void ElementReader::values(std::span<double> out) {
    if (!m_isContiguous && m_gathered.empty()) m_gathered.resize(kBlock * m_item);
    toFloat64(m_tensor.dtype, bytes(out.size(), m_gathered), out);
}

void ElementReader::gather(std::span<std::byte> out) {
    const std::size_t inner = m_tensor.shape.size() - 1; // a scalar is contiguous
    std::byte* target = out.data();
    std::byte* const end = target + out.size();
    while (target != end) {
        const std::int64_t left = (end - target) / static_cast<std::int64_t>(m_item);
        const std::int64_t run = std::min(left, m_tensor.shape[inner] - m_index[inner]);
        for (std::int64_t i = 0; i < run; ++i, m_element += m_tensor.stride[inner], target += m_item)
            std::memcpy(target, m_tensor.bytes.data() + static_cast<std::size_t>(m_element) * m_item, m_item);
        m_index[inner] += run;
        for (std::size_t i = inner; m_index[i] == m_tensor.shape[i] && i > 0; --i) {
            m_element += m_tensor.stride[i - 1] - m_tensor.stride[i] * m_tensor.shape[i];
            m_index[i] = 0;
            ++m_index[i - 1];
        }
    }
}

} // namespace fathom::archive
