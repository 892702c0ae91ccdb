// SPDX-License-Identifier: GPL-3.0-or-later
// A prediction with its errors marked word by word, and its error rate at the right.
#pragma once

#include <QStyledItemDelegate>

namespace fathom::app {

class PredictionDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
};

} // namespace fathom::app
