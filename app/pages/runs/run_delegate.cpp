// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/run_delegate.h"

#include "app/models/run_table_model.h"
#include "widgets/icon.h"
#include "widgets/state_chip.h"
#include "widgets/theme.h"

namespace fathom::app {

namespace {

void setIcon(QStyleOptionViewItem& option, const QString& name, const QColor& color) {
    option.icon = widgets::icon(name, color);
    option.features |= QStyleOptionViewItem::HasDecoration;
    option.decorationSize = QSize(14, 14);
}

} // namespace

void RunDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
    QStyledItemDelegate::initStyleOption(option, index);
    if (option->displayAlignment.testFlag(Qt::AlignRight))
        option->text.append(QChar(0x2002)); // apart from the next column
    const widgets::Colors& colors = widgets::colorsFor(option->palette);
    if (index.data(RunTableModel::GroupRole).toBool()) {
        option->backgroundBrush = colors.raised;
        return;
    }
    if (const QString icon = index.data(RunTableModel::StateIconRole).toString(); !icon.isEmpty()) {
        const auto mood = static_cast<widgets::Mood>(index.data(RunTableModel::StateMoodRole).toInt());
        const QColor color = widgets::moodColor(mood, option->palette);
        option->palette.setColor(QPalette::Text, color);
        option->palette.setColor(QPalette::HighlightedText, color);
        setIcon(*option, icon, color);
    } else if (index.data(RunTableModel::StarRole).toBool()) {
        setIcon(*option, QStringLiteral("star"), colors.warning);
    }
}

} // namespace fathom::app
