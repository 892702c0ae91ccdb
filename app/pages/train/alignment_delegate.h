// SPDX-License-Identifier: GPL-3.0-or-later
// Draws an aligned pair on two lines, word under word. Errors are coloured and marked: a replaced word is
// underlined, a missing one is struck through in the reference, an extra one carries a plus.
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
