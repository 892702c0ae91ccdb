// SPDX-License-Identifier: GPL-3.0-or-later
// Draws the aligned pair of a row (SampleModel::AlignmentRole), as much of it as fits.
#pragma once

#include <QStyledItemDelegate>

namespace fathom::app {

class AlignmentDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace fathom::app
