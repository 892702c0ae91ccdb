// SPDX-License-Identifier: GPL-3.0-or-later
// The runs that a sweep stands for; the selected one is what the tree shows.
#pragma once

#include "app/models/sweep_preview.h"

#include <QAbstractTableModel>
#include <QWidget>

class QLabel;
class QTreeView;

namespace fathom::app {

/// # | one column for each swept key.
class SweepModel : public QAbstractTableModel {
    Q_OBJECT
public:
    using QAbstractTableModel::QAbstractTableModel;
    void setSweep(const SweepPreview& sweep);
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QStringList m_keys;
    std::vector<SweepJob> m_jobs;
};

class SweepPane : public QWidget {
    Q_OBJECT
public:
    explicit SweepPane(QWidget* parent = nullptr);
    /// `current` is the run that the tree shows.
    void setSweep(const SweepPreview& sweep, int current);
    [[nodiscard]] QTreeView* table() const { return m_table; }

Q_SIGNALS:
    void jobChosen(int job);

private:
    SweepModel* m_model;
    QTreeView* m_table;
    QLabel* m_summary;
};

} // namespace fathom::app
