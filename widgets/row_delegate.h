// SPDX-License-Identifier: GPL-3.0-or-later
// Rows with room to breathe: a grid step higher than the text. For trees and lists whose views have no row
// height.
#pragma once

#include "widgets/theme.h"

#include <QStyledItemDelegate>

#include <algorithm>

namespace fathom::widgets {

class RowDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const override {
        QSize size = QStyledItemDelegate::sizeHint(option, index);
        size.setHeight(std::max(size.height(), option.fontMetrics.height() + kGrid));
        return size;
    }
};

} // namespace fathom::widgets
