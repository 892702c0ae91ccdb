// SPDX-License-Identifier: GPL-3.0-or-later
// The state as icon and word in its colour, a star before the name, groups apart from runs.
#pragma once

#include <QStyledItemDelegate>

namespace fathom::app {

class RunDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;
};

} // namespace fathom::app
