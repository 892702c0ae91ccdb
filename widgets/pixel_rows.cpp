// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pixel_rows.h"

#include <bit>
#include <cstdint>

namespace fathom::widgets {

namespace {

constexpr double kFar = 1e6;
constexpr double kFloatMost = 1e30; // magnitudes whose floats are finite and normal

/// The common logarithm of a normal positive float, right to 2e-6: the exponent's, and a polynomial through
/// the Chebyshev points of [1, 2] for the mantissa's.
inline float coarseLog10(float value) {
    const auto bits = std::bit_cast<std::int32_t>(value);
    const auto mantissa = std::bit_cast<float>((bits & 0x7fffff) | 0x3f800000);
    float sum = -0.00739586591F;
    for (const float coefficient :
         {0.0797802616F, -0.370053466F, 0.967149257F, -1.58392426F, 1.82631029F, -0.911865475F})
        sum = sum * mantissa + coefficient;
    return static_cast<float>((bits >> 23) - 127) * 0.301029996F + sum;
}

template <typename T> inline T within(T row) { // NaN becomes the upper limit
    row = row < static_cast<T>(kFar) ? row : static_cast<T>(kFar);
    return row > -static_cast<T>(kFar) ? row : -static_cast<T>(kFar);
}

} // namespace

PixelRows::PixelRows(const ScaleTransform& scale, double top, double rowsPerUnit, int height)
    : m_scale(scale),
      m_top(top),
      m_perUnit(rowsPerUnit),
      m_below(height + 8.0),
      // There coarseLog10() is right to a hundredth of a pixel, at a twentieth of the time.
      m_coarse(scale.scale != PlotScale::Linear && 2e-6 * rowsPerUnit < 0.01) {}

bool PixelRows::canBeCoarse(std::span<const double> values) const {
    if (!m_coarse) return false;
    const double most = kFloatMost * m_scale.threshold;
    const double least = m_scale.threshold / kFloatMost;
    int wild = 0;
    for (const double value : values) {
        const double size = std::abs(value);
        wild |= static_cast<int>(size > most) | (static_cast<int>(size < least) & static_cast<int>(size > 0));
    }
    return wild == 0;
}

void PixelRows::map(std::span<const double> values, std::vector<float>& rows) const {
    rows.resize(values.size());
    if (m_scale.scale == PlotScale::Linear)
        mapLinear(values, rows.data());
    else if (canBeCoarse(values))
        mapCoarse(values, rows.data());
    else
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double drawn = m_scale.to(values[i]);
            const bool below = std::isinf(drawn) && drawn < 0;
            const double row = below ? m_below : within((m_top - drawn) * m_perUnit);
            rows[i] = static_cast<float>(std::isnan(values[i]) ? values[i] : row);
        }
}

// Written so that compilers make several values at once of the loops below.

void PixelRows::mapLinear(std::span<const double> values, float* rows) const {
    const double top = m_top;
    const double perUnit = m_perUnit;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double value = values[i];
        const double row = within((top - value) * perUnit);
        rows[i] = static_cast<float>(value == value ? row : value);
    }
}

void PixelRows::mapCoarse(std::span<const double> values, float* rows) const {
    const double inverse = 1 / m_scale.threshold;
    for (std::size_t i = 0; i < values.size(); ++i)
        rows[i] = static_cast<float>(values[i] * inverse);
    const auto perUnit = static_cast<float>(m_perUnit);
    if (m_scale.scale == PlotScale::Symlog) {
        const auto top = static_cast<float>(m_top);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const float value = rows[i];
            const float row =
                within((top - std::copysign(coarseLog10(1 + std::abs(value)), value)) * perUnit);
            rows[i] = value == value ? row : value;
        }
        return;
    }
    const auto top = static_cast<float>(m_top - std::log10(m_scale.threshold));
    const auto below = static_cast<float>(m_below);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const float value = rows[i];
        float row = within((top - coarseLog10(value)) * perUnit);
        row = value > 0 ? row : below;
        rows[i] = value == value ? row : value;
    }
}

} // namespace fathom::widgets
