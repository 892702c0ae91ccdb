// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/run_delegate.h"

#include "app/models/run_table_model.h"
#include "widgets/icon.h"
#include "widgets/state_chip.h"

namespace fathom::app {

void RunDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
    QStyledItemDelegate::initStyleOption(option, index);
    if (index.column() != RunTableModel::State) return;
    const auto mood = static_cast<widgets::Mood>(index.data(RunTableModel::StateMoodRole).toInt());
    const QColor color = widgets::moodColor(mood, option->palette);
    option->palette.setColor(QPalette::Text, color);
    option->palette.setColor(QPalette::HighlightedText, color);
    option->icon = widgets::icon(index.data(RunTableModel::StateIconRole).toString(), color);
    option->features |= QStyleOptionViewItem::HasDecoration;
    option->decorationSize = QSize(14, 14);
}

} // namespace fathom::app
