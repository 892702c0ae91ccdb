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
// Curves are drawn from front to back, so that a pixel that is covered is never touched again: cost follows
// columns times curves, not the pixels that lie above each other.
#pragma once

#include "widgets/curve_data.h"
#include "widgets/pixel_rows.h"
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
    /// Behind all that was drawn since begin().
    void draw(const CurveData& data, const RasterPen& pen);
    /// Fills between two lines of equal x, behind all that was drawn since begin().
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
        bool dense = false;  ///< of many points
        bool steep = false;  ///< as wide sideways as it is high
        bool rises = false;  ///< to the right
        bool loose = false;  ///< its ends were not led to the neighbours'
        [[nodiscard]] bool empty() const { return top > bottom; }
        [[nodiscard]] float slope() const { return bottom - top; }
    };
    struct Layer {
        std::vector<Span> spans{};
        std::vector<std::pair<float, float>> reaches{}; ///< rows that a column's stroke may touch
        std::uint32_t color = 0;                        ///< premultiplied
        double radius = 0; ///< of the pen; 0: a band, whose spans are what it fills
    };
    /// How the columns divide the points of the curves that share x.
    struct Columns {
        const CurveData* of = nullptr;
        bool gaps = false;
        std::vector<std::size_t> bounds{}; ///< of each border: the first point behind it
        std::vector<float> shares{};       ///< how far between the points at its sides; negative: no matter
    };
    [[nodiscard]] double pixelX(double value) const { return (m_view.x.to(value) - m_view.xFrom) * m_perX; }
    Layer& addLayer(const QColor& color);
    void trace(const CurveData& data, std::vector<Span>& spans);
    void divide(const CurveData& data, bool gaps);
    void gather(const CurveData& data);
    static void join(std::vector<Span>& spans);
    void setSpan(Span& span, std::size_t column, float in, float out) const;
    void dash(std::vector<Span>& spans, const std::vector<double>& pattern) const;
    void findReaches(Layer& layer) const;
    void stroke(const Layer& layer, int column);
    void line(const Span& span, double radius);
    void slant(const Span& span, double radius, int away);
    void cover(double top, double bottom, unsigned weight);
    [[nodiscard]] bool isOpen(double top, double bottom) const;
    void blendRow(int row, unsigned alpha);
    void blendRows(int first, int last, unsigned alpha);
    void copyStrip(int left, int right);

    RasterView m_view;
    double m_perX = 1; ///< pixels for each unit of drawn x
    PixelRows m_rows;
    int m_width = 0;
    int m_height = 0;
    std::size_t m_stride = 0;
    std::size_t m_words = 0; ///< of 64 pixels, a column
    std::vector<double> m_edges;
    Columns m_columns; ///< of the last curve of this frame
    // Of the curve that is traced, for each column or border: values, and the rows where they stand.
    std::vector<double> m_least, m_greatest, m_before, m_after;
    std::vector<float> m_bottoms, m_tops, m_left, m_right;
    std::vector<Layer> m_layers; ///< front to back; more than in use, for their memory
    std::size_t m_used = 0;

    // The strip of columns that is being drawn, one column after the other: it stays in the fastest cache.
    std::vector<std::uint32_t> m_strip;
    std::vector<std::uint64_t> m_opaque; ///< a bit for each pixel that nothing behind it can change
    std::uint32_t* m_pixels = nullptr;   ///< of the column that is being drawn
    std::uint64_t* m_opaqueBits = nullptr;
    std::uint32_t m_color = 0;
    std::pair<int, int> m_touched;            ///< rows of the strip
    std::vector<std::pair<int, int>> m_shown; ///< rows of the image that hold the last frame, per strip
    QImage m_image;
};

} // namespace fathom::widgets
