// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot_annotations.h"

#include <algorithm>
#include <cmath>

namespace fathom::widgets {

namespace {
constexpr double kPad = 4;
constexpr double kPin = 3.5;
constexpr double kLongest = 220; // pixels of text; the rest is elided
} // namespace

void AnnotationsItem::setColors(const QColor& ink, const QColor& text, const QColor& back,
                                const QFont& font) {
    m_ink = ink;
    m_text = text;
    m_back = back;
    m_font = font;
}

const PlotAnnotation* AnnotationsItem::at(const QPoint& position) const {
    const auto found = std::find_if(m_boxes.rbegin(), m_boxes.rend(),
                                    [&](const auto& box) { return box.first.contains(position); });
    return found == m_boxes.rend() ? nullptr : &m_annotations[found->second];
}

QRectF AnnotationsItem::place(const QPointF& pin, const QSizeF& size) const {
    const QRectF area = mParentPlot->axisRect()->rect();
    const double left = pin.x() + 2 * kPin + size.width() > area.right() ? pin.x() - 2 * kPin - size.width()
                                                                         : pin.x() + 2 * kPin;
    QRectF box(QPointF(std::max(area.left(), left), pin.y() - size.height() / 2), size);
    box.moveTop(std::clamp(box.top(), area.top(), std::max(area.top(), area.bottom() - size.height())));
    const QRectF wanted = box;
    for (int tries = 0; tries < 8; ++tries) {
        const auto hit = std::find_if(m_boxes.begin(), m_boxes.end(),
                                      [&](const auto& other) { return other.first.intersects(box); });
        if (hit == m_boxes.end()) return box;
        box.moveTop(hit->first.bottom() + 1);
        if (box.bottom() > area.bottom()) return wanted;
    }
    return wanted;
}

void AnnotationsItem::draw(QCPPainter* painter) {
    const QRectF area = mParentPlot->axisRect()->rect();
    const QFontMetricsF metrics(m_font);
    painter->setFont(m_font);
    m_boxes.clear();
    for (std::size_t i = 0; i < m_annotations.size(); ++i) {
        const PlotAnnotation& note = m_annotations[i];
        const double x = mParentPlot->xAxis->coordToPixel(m_scales.x.to(note.x));
        if (!(x >= area.left() && x <= area.right())) continue;
        const double wanted = note.y ? mParentPlot->yAxis->coordToPixel(m_scales.y.to(*note.y)) : area.top();
        const QPointF pin(x, std::clamp(wanted, area.top(), area.bottom()));
        painter->setAntialiasing(false);
        painter->setPen(QPen(m_ink, 1, Qt::DotLine));
        if (!note.y)
            painter->drawLine(QPointF(std::round(x), area.top()), QPointF(std::round(x), area.bottom()));
        const QString text =
            metrics.elidedText(note.text.section(QLatin1Char('\n'), 0, 0), Qt::ElideRight, kLongest);
        const QRectF box = place(pin, {metrics.horizontalAdvance(text) + 2 * kPad, metrics.height() + 2});
        m_boxes.emplace_back(box, i);
        painter->setAntialiasing(true);
        painter->setPen(QPen(m_ink, 1));
        painter->setBrush(m_back);
        painter->drawRoundedRect(box, 3, 3);
        painter->setPen(m_text);
        painter->drawText(box, Qt::AlignCenter, text);
        painter->setPen(QPen(m_back, 1));
        painter->setBrush(m_ink);
        if (note.y) painter->drawEllipse(pin, kPin, kPin);
    }
}

} // namespace fathom::widgets
