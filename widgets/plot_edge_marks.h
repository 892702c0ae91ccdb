// SPDX-License-Identifier: GPL-3.0-or-later
// Marks at the edges of a plot for what cannot be drawn in it: NaN, infinities, values beyond a clipped axis,
// zero and below on a logarithmic one. Private to the plot target.
#pragma once

#include "widgets/line_plot_items.h"

namespace fathom::widgets {

enum class EdgeKind { NaN, PositiveInfinity, NegativeInfinity, Above, Below, NotPositive };

/// One glyph: what a few pixels of x hold of a kind.
struct EdgeMark {
    EdgeKind kind{};
    QPointF pixel{};
    double from = 0; ///< of x
    double to = 0;
    std::vector<const PlotCurve*> curves{};
};

class EdgeMarksItem : public QCPAbstractItem {
public:
    EdgeMarksItem(QCustomPlot* plot, const PlotCurves& curves, const PlotScales& scales)
        : QCPAbstractItem(plot), m_curves(curves), m_scales(scales) {}
    /// Whether the axis was clipped, so that what is beyond it is marked.
    void setClipped(bool clipped) { m_clipped = clipped; }
    void setInk(const QColor& ink) { m_ink = ink; }
    /// The marks of the last frame refer to its curves: before these go.
    void forget() { m_marks.clear(); }
    /// "3 × NaN: train_loss", one for each mark near there.
    [[nodiscard]] QStringList textsAt(const QPoint& position) const;
    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

protected:
    void draw(QCPPainter* painter) override;

private:
    void collect();
    void collect(const PlotCurve& curve, std::span<const double> edges);
    void note(EdgeKind kind, std::size_t bucket, std::span<const double> edges, const PlotCurve& curve);
    [[nodiscard]] std::size_t count(const EdgeMark& mark, const PlotCurve& curve) const;
    void drawGlyph(QCPPainter* painter, const EdgeMark& mark) const;

    const PlotCurves& m_curves;
    const PlotScales& m_scales;
    bool m_clipped = false;
    QColor m_ink;
    std::vector<EdgeMark> m_marks;
};

} // namespace fathom::widgets
