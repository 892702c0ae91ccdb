// SPDX-License-Identifier: GPL-3.0-or-later
// Sorting, grouping, pinning, hiding and choosing columns, from the headers, the menu of groups and the
// chooser.
#pragma once

#include "app/models/run_table_model.h"

#include <QObject>

class QMenu;
class QPoint;
class QWidget;

namespace fathom::app {

class RunColumns;
class RunsView;

class ColumnMenus : public QObject {
    Q_OBJECT
public:
    ColumnMenus(RunTableModel& model, const RunColumns& columns, RunsView& view, QObject* parent);

    void choose();
    /// One click: ascending, descending, none. `isFurther` adds a key to those there are.
    void sortBy(int column, bool isFurther);

Q_SIGNALS:
    /// The user chose, moved or hid a column.
    void columnsEdited();
    void defaultsRequested();

private:
    void showHeaderMenu(int column, const QPoint& at);
    void addColumnActions(QMenu& menu, int column);
    void fillGroups();
    void toggleGroup(const query::Field& field);
    void setColumns(std::vector<query::Field> columns);

    RunTableModel& m_model;
    const RunColumns& m_columns;
    RunsView& m_view;
};

} // namespace fathom::app
