// SPDX-License-Identifier: GPL-3.0-or-later
// The rows that a question in SQL was answered with.
#pragma once

#include "engine/base/value.h"

#include <QAbstractTableModel>

#include <memory>
#include <string>
#include <vector>

namespace fathom::app {

struct SqlRows {
    std::vector<std::string> columns{};
    std::vector<std::vector<Value>> rows{};
    bool isCut = false; ///< there are more
};

class SqlResult : public QAbstractTableModel {
    Q_OBJECT
public:
    using QAbstractTableModel::QAbstractTableModel;

    void setRows(std::shared_ptr<const SqlRows> rows);
    [[nodiscard]] const std::shared_ptr<const SqlRows>& rows() const { return m_rows; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::shared_ptr<const SqlRows> m_rows = std::make_shared<const SqlRows>();
};

/// With a header; empty cells are NULL.
[[nodiscard]] std::string toCsv(const SqlRows& rows);

} // namespace fathom::app
