// SPDX-License-Identifier: GPL-3.0-or-later
// Chooses runs from all of the workspace: a searchable list with check marks.
#pragma once

#include "app/models/run_news.h"

#include <QAbstractTableModel>
#include <QDialog>
#include <QSet>

class QLabel;
class QLineEdit;
class QPushButton;
class QSortFilterProxyModel;
class QTableView;

namespace fathom::app {

/// Runs with a check mark, newest first. GUI thread only.
class RunChoiceModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, State, Started, ValWer, Overrides, ColumnCount };
    enum Role { IdRole = Qt::UserRole + 1, SearchRole };
    RunChoiceModel(std::vector<RunRow> runs, const QList<qint64>& checked, QObject* parent = nullptr);

    /// In the order in which they were checked.
    [[nodiscard]] const QList<qint64>& checked() const { return m_checked; }
    void setChecked(qint64 run, bool isChecked);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

Q_SIGNALS:
    void checkedChanged();

private:
    std::vector<RunRow> m_runs;
    QList<qint64> m_checked;
    QSet<qint64> m_checkedSet;
};

class RunChooser : public QDialog {
    Q_OBJECT
public:
    RunChooser(std::vector<RunRow> runs, const QList<qint64>& checked, QWidget* parent = nullptr);

    [[nodiscard]] const QList<qint64>& chosen() const { return m_model->checked(); }

private:
    void build();
    void enterTable();
    void toggleCurrent();
    void checkShown(bool isChecked);
    void updateSummary();
    RunChoiceModel* m_model;
    QSortFilterProxyModel* m_filter;
    QLineEdit* m_search;
    QTableView* m_table;
    QLabel* m_summary;
    QPushButton* m_compare = nullptr;
};

} // namespace fathom::app
