// SPDX-License-Identifier: GPL-3.0-or-later
// What saving an archive will do, line by line.
#pragma once

#include "engine/archive/nemo_editor.h"

#include <QAbstractTableModel>

#include <vector>

namespace fathom::app {

/// What | Name | In the archive | After saving. GUI thread only.
class PlannedChangeModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { WhatColumn, NameColumn, BeforeColumn, AfterColumn, ColumnCount };
    enum Role { KindRole = Qt::UserRole + 1 }; ///< int of archive::ChangeKind

    using QAbstractTableModel::QAbstractTableModel;
    void setChanges(std::vector<archive::PlannedChange> changes);
    /// What the last two columns are called, where it is not about saving.
    void setSides(const QString& before, const QString& after);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<archive::PlannedChange> m_changes;
    QString m_before = tr("In the archive");
    QString m_after = tr("After saving");
};

/// "config key added", "tensor removed", …
[[nodiscard]] QString describe(const archive::PlannedChange& change);

} // namespace fathom::app
