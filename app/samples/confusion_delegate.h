// SPDX-License-Identifier: GPL-3.0-or-later
// A cell of a confusion matrix: its count, below it its share of the row, and behind both a colour as strong
// as the share: one for what is right, another for what is not.
#pragma once

#include <QStyledItemDelegate>

namespace fathom::app {

class ConfusionDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
};

} // namespace fathom::app
