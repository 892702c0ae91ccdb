// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/statistics.h"

#include "engine/archive/byte_reader.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fathom::archive {

namespace {

/// A small float of `exponentBits` and `mantissaBits` with IEEE 754's rules; `hasInfinity` false is
/// float8_e4m3fn, whose largest exponent holds numbers and where only all ones is NaN.
double smallFloat(std::uint32_t bits, int exponentBits, int mantissaBits, bool hasInfinity) {
    const std::uint32_t mantissaMask = (1U << mantissaBits) - 1;
    const std::uint32_t exponentMask = (1U << exponentBits) - 1;
    const std::uint32_t mantissa = bits & mantissaMask;
    const std::uint32_t exponent = bits >> mantissaBits & exponentMask;
    const double sign = (bits >> (exponentBits + mantissaBits) & 1U) != 0 ? -1 : 1;
    const int bias = (1 << (exponentBits - 1)) - 1;
    if (exponent == exponentMask) {
        if (hasInfinity) return mantissa == 0 ? sign * std::numeric_limits<double>::infinity() : std::nan("");
        if (mantissa == mantissaMask) return std::nan("");
    }
    if (exponent == 0) return sign * std::ldexp(mantissa, 1 - bias - mantissaBits);
    return sign * std::ldexp(mantissa + mantissaMask + 1, static_cast<int>(exponent) - bias - mantissaBits);
}

template <class T> double number(std::span<const std::byte> bytes) {
    return static_cast<double>(*readAs<T>(bytes, 0));
}

class Accumulator {
public:
    void add(double value) {
        ++m_result.count;
        if (std::isnan(value)) {
            ++m_result.nans;
            return;
        }
        if (std::isinf(value)) {
            ++m_result.infinities;
            return;
        }
        if (value == 0) ++m_result.zeros;
        if (m_finite == 0) m_result.minimum = m_result.maximum = value;
        m_result.minimum = std::min(m_result.minimum, value);
        m_result.maximum = std::max(m_result.maximum, value);
        ++m_finite; // Welford: no cancellation however far the mean is from zero
        const double delta = value - m_result.mean;
        m_result.mean += delta / static_cast<double>(m_finite);
        m_squares += delta * (value - m_result.mean);
    }

    [[nodiscard]] TensorStatistics result() const {
        TensorStatistics done = m_result;
        if (m_finite > 0) done.standardDeviation = std::sqrt(m_squares / static_cast<double>(m_finite));
        return done;
    }

private:
    TensorStatistics m_result{};
    std::int64_t m_finite = 0;
    double m_squares = 0;
};

} // namespace

double elementValue(DType dtype, std::span<const std::byte> bytes) {
    switch (dtype) {
    case DType::Float32:
        return number<float>(bytes);
    case DType::Float64:
        return number<double>(bytes);
    case DType::Float16:
        return smallFloat(*readAs<std::uint16_t>(bytes, 0), 5, 10, true);
    case DType::BFloat16:
        return std::bit_cast<float>(std::uint32_t{*readAs<std::uint16_t>(bytes, 0)} << 16U);
    case DType::Int8:
        return number<std::int8_t>(bytes);
    case DType::Int16:
        return number<std::int16_t>(bytes);
    case DType::Int32:
        return number<std::int32_t>(bytes);
    case DType::Int64:
        return number<std::int64_t>(bytes);
    case DType::UInt8:
    case DType::Bool:
        return number<std::uint8_t>(bytes);
    case DType::UInt16:
        return number<std::uint16_t>(bytes);
    case DType::UInt32:
        return number<std::uint32_t>(bytes);
    case DType::UInt64:
        return number<std::uint64_t>(bytes);
    case DType::Float8E4M3:
        return smallFloat(*readAs<std::uint8_t>(bytes, 0), 4, 3, false);
    case DType::Float8E5M2:
        return smallFloat(*readAs<std::uint8_t>(bytes, 0), 5, 2, true);
    case DType::Complex64:
    case DType::Complex128:
        break;
    }
    return std::nan("");
}

std::optional<TensorStatistics> statistics(const Tensor& tensor) {
    if (tensor.dtype == DType::Complex64 || tensor.dtype == DType::Complex128) return std::nullopt;
    Accumulator accumulator;
    const std::size_t item = itemSize(tensor.dtype);
    tensor.visitContiguous([&](std::span<const std::byte> piece) {
        for (std::size_t at = 0; at < piece.size(); at += item)
            accumulator.add(elementValue(tensor.dtype, piece.subspan(at, item)));
    });
    return accumulator.result();
}

} // namespace fathom::archive
