// SPDX-License-Identifier: GPL-3.0-or-later
// All runs of the workspace as a table, newest first. News change rows in place; new runs come on top.
#pragma once

#include "app/models/run_news.h"

#include <QAbstractTableModel>
#include <QHash>

#include <deque>

namespace fathom::app {

class RunTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column {
        State,
        Name,
        Started,
        Duration,
        Step,
        TrainLoss,
        ValLoss,
        BestValLoss,
        ValWer,
        BestValWer,
        Config,
        ColumnCount
    };
    enum Role {
        SortRole = Qt::UserRole + 1, ///< a number or text to sort by; empty values come last
        IdRole,                      ///< qint64
        StateIconRole,               ///< name of an icon
        StateMoodRole,               ///< int of widgets::Mood
        SearchRole                   ///< lower-case text that a filter word is looked for in
    };

    using QAbstractTableModel::QAbstractTableModel;

    void apply(const RunListNews& news);
    [[nodiscard]] const RunRow& at(int row) const { return m_rows[static_cast<std::size_t>(row)].row; }
    /// -1 when there is no such run.
    [[nodiscard]] int rowOf(qint64 runId) const;
    [[nodiscard]] int activeCount() const { return m_active; }
    /// Metric of a column by the name a filter may use ("val_wer", "step"); NaN when there is none.
    [[nodiscard]] static double number(const RunRow& row, const QString& name);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Entry {
        RunRow row{};
        QString search{};
    };
    [[nodiscard]] static Entry makeEntry(const RunRow& row);
    [[nodiscard]] static QString display(const RunRow& row, int column);
    [[nodiscard]] static QVariant sortKey(const RunRow& row, int column);
    [[nodiscard]] static QString toolTip(const RunRow& row, int column);
    void replaceAll(const std::vector<RunRow>& rows);

    std::deque<Entry> m_rows;           // newest first
    QHash<qint64, qint64> m_fromOldest; // id → position counted from the oldest, which new runs do not change
    int m_active = 0;
};

} // namespace fathom::app
