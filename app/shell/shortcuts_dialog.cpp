// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/shortcuts_dialog.h"

#include "app/shell/action_registry.h"
#include "widgets/fit_screen.h"
#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QHeaderView>
#include <QLineEdit>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace fathom::app {

ShortcutsDialog::ShortcutsDialog(const ActionRegistry& actions, QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Keyboard shortcuts"));
    widgets::resizeToFit(*this, {90 * widgets::kGrid, 70 * widgets::kGrid});
    auto* line = new QLineEdit(this);
    line->setPlaceholderText(tr("Search"));
    line->setAccessibleName(tr("Search shortcuts"));
    line->addAction(widgets::icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    auto* list = new QTreeWidget(this);
    list->setAccessibleName(windowTitle());
    list->setRootIsDecorated(false);
    list->setAlternatingRowColors(true);
    list->setHeaderLabels({tr("Action"), tr("Keys"), tr("What it does")});
    const auto add = [list](const QString& text, const QString& keys, const QString& tip) {
        auto* item = new QTreeWidgetItem(list, {text, keys, tip});
        item->setToolTip(2, tip);
    };
    for (const QAction* action : actions.actions())
        add(action->text(), action->shortcut().toString(QKeySequence::NativeText), action->statusTip());
    add(tr("Zoom a plot"), tr("Wheel, +, −"), tr("Around the cursor; with Ctrl the values"));
    add(tr("Move a plot"), tr("Drag, ←, →"), tr("While the newest point is in sight the plot follows it"));
    add(tr("Show a whole plot"), tr("Double-click, Home"), tr("All points, and follow"));
    add(tr("Logarithmic values in a plot"), tr("L"), tr("The plot that has the focus"));
    list->resizeColumnToContents(0);
    list->resizeColumnToContents(1);
    connect(line, &QLineEdit::textChanged, list, [list](const QString& text) {
        for (int i = 0; i < list->topLevelItemCount(); ++i) {
            QTreeWidgetItem* item = list->topLevelItem(i);
            const QString all =
                item->text(0) + QLatin1Char(' ') + item->text(1) + QLatin1Char(' ') + item->text(2);
            item->setHidden(!all.contains(text, Qt::CaseInsensitive));
        }
    });
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(line);
    layout->addWidget(list);
}

} // namespace fathom::app
