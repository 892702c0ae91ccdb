// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/interval_bar_delegate.h"

#include "widgets/theme.h"

#include <QApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace fathom::widgets {

void drawIntervalBar(QPainter* painter, const QRectF& area, const IntervalBar& bar, const QPalette& palette) {
    const Colors& c = colorsFor(palette);
    const auto x = [&](double value) {
        const double place = (value - bar.least) / std::max(1e-300, bar.greatest - bar.least);
        return area.left() + std::clamp(place, 0.0, 1.0) * area.width();
    };
    const double middle = area.center().y();
    painter->setPen(QPen(c.border, 1));
    painter->drawLine(QPointF(x(0), area.top()), QPointF(x(0), area.bottom()));
    if (std::isnan(bar.value)) return;
    const double thick = std::min(10.0, area.height() * 0.55);
    const auto [from, to] = std::minmax({x(0), x(bar.value)});
    painter->fillRect(QRectF(from, middle - thick / 2, std::max(1.0, to - from), thick),
                      blend(c.surface, bar.value < 0 ? c.curves[1] : c.accent, 0.75));
    if (std::isnan(bar.low) || std::isnan(bar.high)) return;
    painter->setPen(QPen(c.text, 1.3));
    painter->drawLine(QPointF(x(bar.low), middle), QPointF(x(bar.high), middle));
    for (const double end : {x(bar.low), x(bar.high)})
        painter->drawLine(QPointF(end, middle - thick / 2 + 1), QPointF(end, middle + thick / 2 - 1));
}

void IntervalBarDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                                const QModelIndex& index) const {
    const QVariant data = index.data(BarRole);
    if (!data.canConvert<IntervalBar>()) return QStyledItemDelegate::paint(painter, option, index);
    QStyleOptionViewItem background(option);
    initStyleOption(&background, index);
    const QString text = background.text;
    background.text.clear();
    const QStyle* style = option.widget != nullptr ? option.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &background, painter, option.widget);
    const int numbers = option.fontMetrics.horizontalAdvance(QStringLiteral("−0.0000")) + kGrid;
    const QRectF area = QRectF(option.rect).adjusted(kGrid, 3, -numbers - kGrid, -3);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (area.width() > 4 * kGrid) drawIntervalBar(painter, area, data.value<IntervalBar>(), option.palette);
    painter->setPen(option.palette.color(QPalette::Text));
    painter->setFont(option.font);
    painter->drawText(option.rect.adjusted(0, 0, -kGrid, 0), Qt::AlignRight | Qt::AlignVCenter, text);
    painter->restore();
}

QSize IntervalBarDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const QSize size = QStyledItemDelegate::sizeHint(option, index);
    return {std::max(size.width(), 24 * kGrid), option.fontMetrics.height() + kGrid + 4};
}

} // namespace fathom::widgets
