// SPDX-License-Identifier: GPL-3.0-or-later
// Cells of a comparison: a badge of the layer, a mark where a run differs from the baseline, headings in
// bold.
#pragma once

#include <QStyledItemDelegate>

namespace fathom::app {

class ComparisonDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;
};

} // namespace fathom::app
