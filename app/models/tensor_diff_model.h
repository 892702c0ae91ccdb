// SPDX-License-Identifier: GPL-3.0-or-later
// The tensors in which two archives differ.
#pragma once

#include "engine/archive/inspect.h"

#include <QAbstractTableModel>

#include <vector>

namespace fathom::app {

/// Tensor | What | Before | After | norm, largest magnitude and cosine of the difference. GUI thread only.
class TensorDiffModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column {
        NameColumn,
        WhatColumn,
        BeforeColumn,
        AfterColumn,
        NormColumn,
        LargestColumn,
        CosineColumn,
        ColumnCount
    };
    enum Role { SortRole = Qt::UserRole + 1 };

    using QAbstractTableModel::QAbstractTableModel;
    void setChanges(std::vector<archive::Change> changes);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<archive::Change> m_changes;
};

} // namespace fathom::app
