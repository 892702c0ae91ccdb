// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/run_delegate.h"

#include "app/models/run_state_text.h"
#include "app/models/run_table_model.h"
#include "widgets/icon.h"

namespace fathom::app {

void RunDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
    QStyledItemDelegate::initStyleOption(option, index);
    if (index.column() != RunTableModel::State) return;
    const auto state = static_cast<store::RunState>(index.data(RunTableModel::StateRole).toInt());
    const QColor color = widgets::moodColor(stateMood(state), option->palette);
    option->palette.setColor(QPalette::Text, color);
    option->palette.setColor(QPalette::HighlightedText, color);
    option->icon = widgets::icon(stateIcon(state), color);
    option->features |= QStyleOptionViewItem::HasDecoration;
    option->decorationSize = QSize(14, 14);
}

} // namespace fathom::app
