// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot_panel.h"

#include <algorithm>

namespace fathom::widgets {

namespace {
constexpr double kPad = 6;
constexpr double kSwatch = 14;
constexpr double kAway = 14; // from the cursor
constexpr double kLongestName = 240;
constexpr double kNamesShare = 0.65; // of the width of the plot
} // namespace

void PanelItem::set(double x, std::vector<PanelLine> lines, const QString& more) {
    m_x = x;
    m_lines = std::move(lines);
    m_more = more;
}

void PanelItem::setCounts(const QString& above, const QString& below) {
    m_above = above;
    m_below = below;
}

void PanelItem::setColors(const Colors& colors, const QFont& font) {
    m_colors = &colors;
    m_font = font;
}

void PanelItem::drawCount(QCPPainter* painter, const QString& text, bool top) const {
    if (text.isEmpty()) return;
    const QRectF area = mParentPlot->axisRect()->rect();
    const QFontMetricsF metrics(m_font);
    const QSizeF size(metrics.horizontalAdvance(text) + 2 * kPad, metrics.height() + 2);
    const QRectF box(
        {area.right() - size.width(), top ? area.top() + 10 : area.bottom() - size.height() - 10}, size);
    QColor back = m_colors->surface;
    back.setAlphaF(0.85F);
    painter->fillRect(box, back);
    painter->setPen(m_colors->muted);
    painter->drawText(box, Qt::AlignCenter, text);
}

void PanelItem::draw(QCPPainter* painter) {
    painter->setFont(m_font);
    drawCount(painter, m_below, false);
    if (m_lines.empty()) return drawCount(painter, m_above, true);
    const QRectF area = mParentPlot->axisRect()->rect();
    const QFontMetricsF metrics(m_font);
    const double longest = std::max(kLongestName, kNamesShare * area.width());
    double names = metrics.horizontalAdvance(m_more) - kSwatch;
    double values = 0;
    for (const PanelLine& line : m_lines) {
        names = std::max(names, std::min(longest, metrics.horizontalAdvance(line.name)));
        values = std::max(values, metrics.horizontalAdvance(line.value));
    }
    const double row = metrics.height() + 2;
    const double rows = static_cast<double>(m_lines.size()) + (m_more.isEmpty() ? 0 : 1);
    const QSizeF size(kSwatch + names + values + 4 * kPad, rows * row + 2 * kPad);
    const bool left = m_x + kAway + size.width() > area.right();
    QRectF box({left ? m_x - kAway - size.width() : m_x + kAway, area.top() + kPad}, size);
    box.moveLeft(std::max(box.left(), area.left()));
    const double countLeft = area.right() - metrics.horizontalAdvance(m_above) - 2 * kPad;
    if (box.right() < countLeft) drawCount(painter, m_above, true); // the lines go before it
    painter->setAntialiasing(true);
    painter->setPen(QPen(m_colors->border, 1));
    QColor back = m_colors->raised;
    back.setAlphaF(0.94F);
    painter->setBrush(back);
    painter->drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    double top = box.top() + kPad;
    for (const PanelLine& line : m_lines) {
        const double x = box.left() + kPad;
        painter->setPen(QPen(line.color, line.strong ? 3.5 : 2.2, line.dash, Qt::FlatCap));
        painter->drawLine(QPointF(x, top + row / 2), QPointF(x + kSwatch, top + row / 2));
        painter->setPen(line.strong ? m_colors->text : m_colors->muted);
        painter->drawText(QRectF(x + kSwatch + kPad, top, names, row), Qt::AlignLeft | Qt::AlignVCenter,
                          metrics.elidedText(line.name, Qt::ElideMiddle, names));
        painter->setPen(m_colors->text);
        painter->drawText(QRectF(box.right() - kPad - values, top, values, row),
                          Qt::AlignRight | Qt::AlignVCenter, line.value);
        top += row;
    }
    painter->setPen(m_colors->muted);
    painter->drawText(QRectF(box.left() + kPad, top, size.width(), row), Qt::AlignLeft | Qt::AlignVCenter,
                      m_more);
}

} // namespace fathom::widgets
