// SPDX-License-Identifier: Apache-2.0
// Rounding and the bits of NaN: c10/util/Half.h and BFloat16.h.
#include "engine/archive/float_convert.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace fathom::archive {

namespace {

std::uint16_t toHalf(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = bits >> 16U & 0x8000U;
    const std::uint32_t magnitude = bits & 0x7fffffffU;
    std::uint32_t half = 0;
    if (magnitude > 0x7f800000U)
        half = 0x7e00; // NaN
    else if (magnitude >= 0x47800000U)
        half = 0x7c00;                // 65536 and beyond
    else if (magnitude < 0x38800000U) // below 2^-14: a multiple of 2^-24
        half = static_cast<std::uint32_t>(std::lrintf(std::bit_cast<float>(magnitude) * 0x1p24F));
    else // the carry of rounding up may reach the exponent, as it should
        half = (magnitude + 0xfffU + (magnitude >> 13U & 1U) - 0x38000000U) >> 13U;
    return static_cast<std::uint16_t>(sign | half);
}

std::uint16_t toBFloat16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if (std::isnan(value)) return 0x7fc0;
    return static_cast<std::uint16_t>((bits + 0x7fffU + (bits >> 16U & 1U)) >> 16U);
}

float fromHalf(std::uint16_t half) {
    const std::uint32_t sign = (half & 0x8000U) << 16U;
    const std::uint32_t magnitude = half & 0x7fffU;
    float value = 0;
    if (magnitude < 0x400)
        value = static_cast<float>(magnitude) * 0x1p-24F;
    else if (magnitude >= 0x7c00)
        value = std::bit_cast<float>(0x7f800000U | (magnitude & 0x3ffU) << 13U);
    else
        value = std::bit_cast<float>((magnitude << 13U) + 0x38000000U);
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) | sign);
}

/// How a dtype is stored, and as what it is computed with.
struct Float32 {
    using Stored = float;
    static float load(float value) { return value; }
    static float store(double value) { return static_cast<float>(value); }
};
struct Float64 {
    using Stored = double;
    static double load(double value) { return value; }
    static double store(double value) { return value; }
};
struct Float16 {
    using Stored = std::uint16_t;
    static float load(std::uint16_t half) { return fromHalf(half); }
    static std::uint16_t store(double value) { return toHalf(static_cast<float>(value)); }
};
struct BFloat16 {
    using Stored = std::uint16_t;
    static float load(std::uint16_t half) { return std::bit_cast<float>(std::uint32_t{half} << 16U); }
    static std::uint16_t store(double value) { return toBFloat16(static_cast<float>(value)); }
};

/// Calls `use` with the format of a convertible dtype.
template <class Use> void withFormat(DType dtype, const Use& use) {
    switch (dtype) {
    case DType::Float64:
        return use(Float64{});
    case DType::Float16:
        return use(Float16{});
    case DType::BFloat16:
        return use(BFloat16{});
    default:
        return use(Float32{});
    }
}

template <class From, class To> void convert(const std::byte* in, std::byte* out, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        typename From::Stored value; // need not be aligned
        std::memcpy(&value, in + i * sizeof value, sizeof value);
        const typename To::Stored converted = To::store(From::load(value));
        std::memcpy(out + i * sizeof converted, &converted, sizeof converted);
    }
}

} // namespace

bool isConvertible(DType dtype) {
    return dtype == DType::Float32 || dtype == DType::Float64 || dtype == DType::Float16 ||
           dtype == DType::BFloat16;
}

Status convertFloats(std::span<const std::byte> bytes, DType from, DType to, const Sink& sink) {
    if (from == to) return sink(bytes);
    constexpr std::size_t kPiece = 1 << 16;
    const std::size_t in = itemSize(from);
    const std::size_t out = itemSize(to);
    std::vector<std::byte> piece(kPiece * out);
    for (std::size_t first = 0; first < bytes.size() / in; first += kPiece) {
        const std::size_t count = std::min(kPiece, bytes.size() / in - first);
        const std::byte* const source = bytes.data() + first * in;
        withFormat(from, [&]<class From>(From) {
            withFormat(to, [&]<class To>(To) { convert<From, To>(source, piece.data(), count); });
        });
        if (auto taken = sink(std::span(piece).first(count * out)); !taken) return taken;
    }
    return {};
}

} // namespace fathom::archive
