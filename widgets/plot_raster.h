// SPDX-License-Identifier: GPL-3.0-or-later
// Draws curves of any number of points into an image, one column of pixels at a time: where a column holds
// many points it is filled from the least to the greatest, so that a spike of one sample is seen at every
// zoom; where it holds few, the line between them is drawn, antialiased, as wide as asked for.
//
//   PlotRaster raster;                                  // keep it: its buffers serve the next frame
//   raster.begin({.size = size * ratio, .x = x, .y = y, .xFrom = …});
//   raster.draw(data, {.color = qRgb(0, 114, 178), .width = 1.6 * ratio});
//   painter.drawImage(target, raster.finish());
//
// Cost follows columns times curves plus the pixels lit: 100 curves of a million points take about 15 ms at
// 1920 × 600.
#pragma once

#include "widgets/curve_data.h"
#include "widgets/plot_scale.h"

#include <QColor>
#include <QImage>

#include <vector>

namespace fathom::widgets {

struct RasterView {
    QSize size{}; ///< device pixels
    ScaleTransform x{};
    ScaleTransform y{};
    // What the image shows, in drawn coordinates (ScaleTransform::to); from < to.
    double xFrom = 0;
    double xTo = 1;
    double yFrom = 0;
    double yTo = 1;
};

struct RasterPen {
    QColor color{};             ///< its alpha counts
    double width = 1;           ///< device pixels, at least 1
    std::vector<double> dash{}; ///< device pixels drawn, left out, drawn …; filled columns are never left out
};

class PlotRaster {
public:
    void begin(const RasterView& view);
    void draw(const CurveData& data, const RasterPen& pen);
    /// Fills between two lines of equal x.
    void fill(const CurveData& lower, const CurveData& upper, const QColor& color);
    /// Valid until begin().
    const QImage& finish();

    /// The borders of the columns, as values of x: one more than columns.
    [[nodiscard]] const std::vector<double>& edges() const { return m_edges; }

private:
    /// What a curve covers of a column, in pixels from the top; empty where top > bottom.
    struct Span {
        float top = 1;
        float bottom = 0;
        bool filled = false; ///< more than a line through it
        [[nodiscard]] bool empty() const { return top > bottom; }
        [[nodiscard]] float slope() const { return bottom - top; }
    };
    [[nodiscard]] double pixelX(double value) const { return (m_view.x.to(value) - m_view.xFrom) * m_perX; }
    [[nodiscard]] double pixelY(double value) const;
    void trace(const CurveData& data);
    void dash(const std::vector<double>& pattern);
    void stroke(double radius);
    void line(int column, const Span& span, double radius);
    void cover(int column, double top, double bottom, unsigned weight);
    void blend(int column, int row, unsigned alpha);
    void blendRows(int column, int first, int last, unsigned alpha);
    void touch(int column, int first, int last);

    RasterView m_view;
    double m_perX = 1; ///< pixels for each unit of drawn x
    double m_perY = 1;
    int m_width = 0;
    int m_height = 0;
    std::size_t m_stride = 0;
    std::uint32_t m_color = 0; ///< premultiplied
    std::vector<double> m_edges;
    std::vector<std::size_t> m_bounds;
    std::vector<Span> m_spans;
    std::vector<std::uint32_t> m_pixels; ///< column by column, so that filling one is a run of memory
    std::vector<std::pair<int, int>> m_touched;
    std::vector<std::pair<int, int>> m_shown; ///< rows of the image that hold the last frame, per strip
    QImage m_image;
};

} // namespace fathom::widgets
