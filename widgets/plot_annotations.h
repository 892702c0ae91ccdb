// SPDX-License-Identifier: GPL-3.0-or-later
// Notes on a plot: a pin at its place with the text beside it. Private to the plot target.
#pragma once

#include "widgets/line_plot_items.h"

namespace fathom::widgets {

class AnnotationsItem : public QCPAbstractItem {
public:
    AnnotationsItem(QCustomPlot* plot, const PlotScales& scales) : QCPAbstractItem(plot), m_scales(scales) {}
    void set(const std::vector<PlotAnnotation>& annotations) {
        m_annotations = annotations;
        m_boxes.clear(); // of those before
    }
    [[nodiscard]] const std::vector<PlotAnnotation>& annotations() const { return m_annotations; }
    void setColors(const QColor& ink, const QColor& text, const QColor& back, const QFont& font);
    /// The one whose text or pin is there; null if none. Of the last frame.
    [[nodiscard]] const PlotAnnotation* at(const QPoint& position) const;
    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

protected:
    void draw(QCPPainter* painter) override;

private:
    /// Beside the pin, within the plot, and clear of the texts before it where there is room.
    [[nodiscard]] QRectF place(const QPointF& pin, const QSizeF& size) const;

    const PlotScales& m_scales;
    std::vector<PlotAnnotation> m_annotations;
    std::vector<std::pair<QRectF, std::size_t>> m_boxes;
    QColor m_ink;
    QColor m_text;
    QColor m_back;
    QFont m_font;
};

} // namespace fathom::widgets
