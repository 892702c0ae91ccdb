// SPDX-License-Identifier: GPL-3.0-or-later
// The runs of the workspace as a table: chosen columns, filtered, sorted, grouped. It holds query::Table and
// computes its lines itself: a filter or a sort over 20,000 runs takes milliseconds.
//
// Rows keep their place while values update: sorting happens when it is asked for, never by itself. New runs
// come on top. Columns of the store are asked for when a cell of them is first wanted (columnsWanted) and
// appear when place() brings them; a filter or an order that needs one takes effect then.
#pragma once

#include "app/models/run_news.h"
#include "engine/query/filter.h"
#include "engine/query/order.h"

#include <QAbstractTableModel>
#include <QSet>

#include <map>
#include <set>

namespace fathom::app {

/// GUI thread only.
class RunTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Role {
        IdRole = Qt::UserRole + 1, ///< qint64; -1 of the head of a group
        StateIconRole,             ///< name of an icon
        StateMoodRole,             ///< int of widgets::Mood
        GroupRole,                 ///< bool: the head of a group
        FieldRole,                 ///< QString, as the filter language writes the column's field
        StarRole                   ///< bool
    };

    explicit RunTableModel(QObject* parent = nullptr);

    void apply(const RunListNewsPtr& news);
    /// Puts runs into the table (those that came back from the trash), or takes them out.
    void put(const std::vector<store::Run>& runs);
    void remove(const std::vector<store::RunId>& runs);
    /// Cells of a column: all of them, or with `isNews` those of runs that changed.
    void place(const query::LoadedColumn& loaded, bool isNews = false);

    void setColumns(std::vector<query::Field> columns);
    [[nodiscard]] const std::vector<query::Field>& columns() const { return m_columns; }
    void setFilter(const query::Filter& filter);
    void setSort(std::vector<query::SortKey> keys);
    [[nodiscard]] const std::vector<query::SortKey>& sort() const { return m_sort; }
    void setGroups(std::vector<query::Field> fields);
    [[nodiscard]] const std::vector<query::Field>& groups() const { return m_groups; }
    /// Filters and sorts again, now that values have changed.
    void refresh();
    /// Opens or closes the group whose head is in this line.
    void toggleGroup(int line);

    /// Marked for comparison, in the order of marking.
    [[nodiscard]] const std::vector<store::RunId>& marked() const { return m_marked; }
    void setMarked(const std::vector<store::RunId>& runs, bool on);

    [[nodiscard]] const query::Table& table() const { return m_table; }
    /// Runs that pass the filter.
    [[nodiscard]] int shownCount() const { return m_shown; }
    /// Archived runs that would pass it.
    [[nodiscard]] int hiddenCount() const { return m_hidden; }
    [[nodiscard]] int runCount() const { return static_cast<int>(m_table.rows()); }
    [[nodiscard]] int activeCount() const { return m_active; }
    [[nodiscard]] bool isGroup(int line) const;
    /// The run in a line, or nullptr for the head of a group.
    [[nodiscard]] const store::Run* run(int line) const;
    /// -1 when it is not shown.
    [[nodiscard]] int lineOf(store::RunId id) const;
    /// What is wanted and not there yet; each is named once until it was placed.
    [[nodiscard]] std::vector<query::Field> takeWanted();
    /// The store could not read them: they may be wanted again.
    void forgetWanted(const std::vector<query::Field>& fields);
    /// True while a filter or an order waits for its columns.
    [[nodiscard]] bool isWaiting() const { return m_isWaiting; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

Q_SIGNALS:
    /// takeWanted() has something.
    void columnsWanted() const;
    /// Other lines are shown, or in another order.
    void linesChanged();
    /// Runs whose values of the store may have changed.
    void runsChanged(const std::vector<fathom::store::RunId>& runs);
    void markedChanged();

private:
    struct Line {
        query::Row row = 0;
        int group = -1; ///< the head of this group, instead of a row
    };
    void want(const query::Field& field) const;
    [[nodiscard]] bool hasColumnsOfOrder() const;
    void rebuild();
    void compute();
    [[nodiscard]] std::vector<query::Row> passingRows();
    void addLines(const std::vector<query::Row>& rows);
    void showNewlyPassing();
    void countActive();
    void indexLines();
    void emitChanged(query::Row row);
    [[nodiscard]] QVariant groupData(const query::Group& group, const QModelIndex& index, int role) const;
    [[nodiscard]] QString groupText(const query::Group& group, const QModelIndex& index) const;

    query::Table m_table;
    std::vector<query::Field> m_columns;
    query::Filter m_filter;
    std::vector<query::SortKey> m_sort;
    std::vector<query::Field> m_groups;
    std::vector<query::Group> m_groupRows;
    std::set<std::vector<std::string>> m_closed; ///< groups, by their values
    std::vector<Line> m_lines;
    std::vector<int> m_lineOf; ///< by row; -1: not shown
    std::vector<store::RunId> m_marked;
    mutable std::set<query::Field> m_wanted; ///< asked for
    mutable std::vector<query::Field> m_toAsk;
    int m_shown = 0;
    int m_hidden = 0;
    int m_active = 0;
    bool m_isWaiting = false;
};

} // namespace fathom::app
