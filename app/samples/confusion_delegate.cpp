// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/samples/confusion_delegate.h"

#include "app/samples/confusion_model.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QPainter>

#include <cmath>

namespace fathom::app {

void ConfusionDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const {
    const widgets::Colors& colors = widgets::colorsFor(option.palette);
    const double share = index.data(ConfusionModel::ShareRole).toDouble();
    const QColor strongest = index.row() == index.column() ? colors.accent : colors.warning;
    // A single error in a thousand is still to be seen.
    const QColor back = share > 0 ? widgets::blend(colors.surface, strongest, 0.12 + 0.88 * std::sqrt(share))
                                  : colors.surface;
    const bool isReadable = widgets::contrastRatio(colors.text, back) >= 4.5;
    painter->save();
    painter->fillRect(option.rect.adjusted(0, 0, -1, -1), back);
    const QString count = index.data(Qt::DisplayRole).toString();
    if (!count.isEmpty()) {
        painter->setPen(isReadable ? colors.text : colors.surface);
        const QRect area = option.rect.adjusted(2, 2, -3, -3);
        const int middle = area.top() + area.height() / 2;
        painter->setFont(option.font);
        painter->drawText(QRect(area.left(), area.top(), area.width(), middle - area.top()),
                          Qt::AlignHCenter | Qt::AlignBottom, count);
        painter->setFont(widgets::captionFont(option.font));
        painter->drawText(QRect(area.left(), middle, area.width(), area.bottom() - middle),
                          Qt::AlignHCenter | Qt::AlignTop,
                          tr("%1 %").arg(widgets::formatNumber(100 * share, share < 0.1 ? 2 : 3)));
    }
    if (option.state & QStyle::State_Selected) {
        painter->setPen(QPen(colors.text, 2));
        painter->drawRect(option.rect.adjusted(1, 1, -2, -2));
    }
    painter->restore();
}

} // namespace fathom::app
