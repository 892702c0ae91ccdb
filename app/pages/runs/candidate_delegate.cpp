// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/candidate_delegate.h"

#include "widgets/theme.h"

#include <QPainter>

namespace fathom::app {

void CandidateDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const {
    QStyledItemDelegate::paint(painter, option, index);
    const QString detail = index.data(DetailRole).toString();
    if (detail.isEmpty()) return;
    const int used = option.fontMetrics.horizontalAdvance(index.data().toString()) + 4 * widgets::kGrid;
    const QRect rest = option.rect.adjusted(used, 0, -widgets::kGrid, 0);
    painter->setPen(widgets::colorsFor(option.palette).muted);
    painter->drawText(rest, Qt::AlignRight | Qt::AlignVCenter,
                      option.fontMetrics.elidedText(detail, Qt::ElideRight, rest.width()));
}

QSize CandidateDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QSize size = QStyledItemDelegate::sizeHint(option, index);
    size.rwidth() +=
        option.fontMetrics.horizontalAdvance(index.data(DetailRole).toString()) + 5 * widgets::kGrid;
    size.setHeight(std::max(size.height(), option.fontMetrics.height() + widgets::kGrid));
    return size;
}

} // namespace fathom::app
