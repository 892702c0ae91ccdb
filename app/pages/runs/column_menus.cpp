// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/column_menus.h"

#include "app/models/run_cell_text.h"
#include "app/pages/runs/column_chooser.h"
#include "app/pages/runs/run_columns.h"
#include "app/pages/runs/runs_view.h"
#include "widgets/icon.h"
#include "widgets/passing_menu.h"

#include <QMenu>

#include <algorithm>

namespace fathom::app {

using query::Field;

ColumnMenus::ColumnMenus(RunTableModel& model, const RunColumns& columns, RunsView& view, QObject* parent)
    : QObject(parent), m_model(model), m_columns(columns), m_view(view) {
    connect(&view.table(), &RunTableView::sortRequested, this, &ColumnMenus::sortBy);
    connect(&view.table(), &RunTableView::headerMenuRequested, this, &ColumnMenus::showHeaderMenu);
    connect(&view.table(), &RunTableView::columnsMoved, this,
            [this] { setColumns(m_view.table().columnOrder()); });
    connect(&view.groupMenu(), &QMenu::aboutToShow, this, &ColumnMenus::fillGroups);
}

void ColumnMenus::sortBy(int column, bool isFurther) {
    if (column < 0 || column >= m_model.columnCount()) return;
    const Field& field = m_model.columns()[static_cast<std::size_t>(column)];
    std::vector<query::SortKey> keys = m_model.sort();
    const auto found =
        std::find_if(keys.begin(), keys.end(), [&](const query::SortKey& key) { return key.field == field; });
    const bool isThere = found != keys.end();
    const bool wasDescending = isThere && found->isDescending;
    if (!isFurther) {
        keys.clear();
        if (!wasDescending) keys.push_back({field, isThere});
    } else if (!isThere) {
        keys.push_back({field, false});
    } else if (!wasDescending) {
        found->isDescending = true;
    } else {
        keys.erase(found);
    }
    m_model.setSort(std::move(keys));
}

void ColumnMenus::setColumns(std::vector<Field> columns) {
    m_model.setColumns(std::move(columns));
    Q_EMIT columnsEdited();
}

void ColumnMenus::toggleGroup(const Field& field) {
    std::vector<Field> groups = m_model.groups();
    const auto found = std::find(groups.begin(), groups.end(), field);
    if (found == groups.end())
        groups.push_back(field);
    else
        groups.erase(found);
    m_model.setGroups(std::move(groups));
}

void ColumnMenus::showHeaderMenu(int column, const QPoint& at) {
    QMenu* const menu = widgets::passingMenu(&m_view);
    if (column >= 0 && column < m_model.columnCount()) addColumnActions(*menu, column);
    menu->addAction(widgets::icon(QStringLiteral("columns")), tr("Columns…"), this, &ColumnMenus::choose);
    menu->popup(at);
}

void ColumnMenus::addColumnActions(QMenu& menu, int column) {
    const Field field = m_model.columns()[static_cast<std::size_t>(column)];
    menu.addAction(tr("Sort upwards"), this, [this, field] { m_model.setSort({{field, false}}); });
    menu.addAction(tr("Sort downwards"), this, [this, field] { m_model.setSort({{field, true}}); });
    menu.addAction(tr("Sort by this as well (Shift+click)"), this, [this, column] { sortBy(column, true); });
    QAction* unsorted = menu.addAction(tr("Newest first"), this, [this] { m_model.setSort({}); });
    unsorted->setEnabled(!m_model.sort().empty());
    menu.addSeparator();
    const bool isGroup =
        std::find(m_model.groups().begin(), m_model.groups().end(), field) != m_model.groups().end();
    menu.addAction(widgets::icon(QStringLiteral("group")),
                   isGroup ? tr("Do not group by this") : tr("Group by this"), this,
                   [this, field] { toggleGroup(field); });
    const int pinned = m_view.table().pinnedCount();
    if (pinned != column + 1)
        menu.addAction(tr("Pin up to here"), this, [this, column] {
            m_view.table().setPinnedCount(column + 1);
            Q_EMIT columnsEdited();
        });
    if (pinned > 0)
        menu.addAction(tr("Unpin all"), this, [this] {
            m_view.table().setPinnedCount(0);
            Q_EMIT columnsEdited();
        });
    QAction* hide = menu.addAction(tr("Hide"), this, [this, field] {
        std::vector<Field> columns = m_model.columns();
        std::erase(columns, field);
        setColumns(std::move(columns));
    });
    hide->setEnabled(m_model.columnCount() > 1);
    const auto move = [this, column](int by) {
        std::vector<Field> columns = m_model.columns();
        std::swap(columns[static_cast<std::size_t>(column)], columns[static_cast<std::size_t>(column + by)]);
        setColumns(std::move(columns));
    };
    menu.addAction(tr("Move left"), this, [move] { move(-1); })->setEnabled(column > 0);
    menu.addAction(tr("Move right"), this, [move] { move(1); })
        ->setEnabled(column + 1 < m_model.columnCount());
    menu.addSeparator();
}

/// What is shown and may be alike in many runs; anything else is grouped by from its header.
void ColumnMenus::fillGroups() {
    QMenu& menu = m_view.groupMenu();
    menu.clear();
    menu.addAction(tr("No groups"), this, [this] { m_model.setGroups({}); })
        ->setEnabled(!m_model.groups().empty());
    menu.addSeparator();
    std::vector<Field> fields = m_model.groups();
    const auto add = [&](const Field& field) {
        if (std::find(fields.begin(), fields.end(), field) == fields.end()) fields.push_back(field);
    };
    for (const char* name : {"name", "state", "config", "tags", "host"})
        add({.kind = Field::Kind::Attribute, .name = name});
    for (const Field& field : m_model.columns())
        if (field.kind == Field::Kind::Config || field.kind == Field::Kind::Environment) add(field);
    for (const Field& field : fields) {
        QAction* action = menu.addAction(QString::fromStdString(query::text(field)), this,
                                         [this, field] { toggleGroup(field); });
        action->setCheckable(true);
        action->setChecked(std::find(m_model.groups().begin(), m_model.groups().end(), field) !=
                           m_model.groups().end());
    }
    menu.addSeparator();
    menu.addAction(tr("More: show the column, then its header's menu"))->setEnabled(false);
}

void ColumnMenus::choose() {
    auto* chooser = new ColumnChooser(m_columns.schema(), m_model.columns(), &m_view);
    chooser->setAttribute(Qt::WA_DeleteOnClose);
    connect(chooser, &ColumnChooser::chosenChanged, this, [this, chooser] {
        const int before = m_model.columnCount();
        setColumns(chooser->chosen());
        if (m_model.columnCount() > before) m_view.table().showColumn(m_model.columnCount() - 1);
    });
    connect(chooser, &ColumnChooser::defaultsRequested, this, &ColumnMenus::defaultsRequested);
    chooser->open();
}

} // namespace fathom::app
