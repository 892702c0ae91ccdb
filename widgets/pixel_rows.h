// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of a plot's image where values stand: many at a time, which is what makes a logarithm cheap.
//
//   const PixelRows rows(scale, top, rowsPerUnit, height);
//   rows.map(values, out);                             // out[i]: pixels from the top
#pragma once

#include "widgets/plot_scale.h"

#include <span>
#include <vector>

namespace fathom::widgets {

class PixelRows {
public:
    PixelRows() = default;
    /// `top`: what the upper border of the image shows, in drawn coordinates (ScaleTransform::to).
    PixelRows(const ScaleTransform& scale, double top, double rowsPerUnit, int height);
    /// Resizes `rows`. Exact to a hundredth of a pixel, and never beyond a million. NaN stays NaN; what a
    /// logarithmic axis has no place for is just below the image.
    void map(std::span<const double> values, std::vector<float>& rows) const;

private:
    void mapLinear(std::span<const double> values, float* rows) const;
    void mapCoarse(std::span<const double> values, float* rows) const;
    [[nodiscard]] bool canBeCoarse(std::span<const double> values) const;

    ScaleTransform m_scale;
    double m_top = 1;
    double m_perUnit = 1;
    double m_below = 0;    ///< the row just below the image
    bool m_coarse = false; ///< floats do for the scale
};

} // namespace fathom::widgets
