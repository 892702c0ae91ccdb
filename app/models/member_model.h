// SPDX-License-Identifier: GPL-3.0-or-later
// The members of an archive as a table.
#pragma once

#include "engine/archive/nemo.h"

#include <QAbstractTableModel>

#include <vector>

namespace fathom::app {

/// GUI thread only.
class MemberModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { NameColumn, TypeColumn, BytesColumn, TimeColumn, NoteColumn, ColumnCount };
    enum Role { SortRole = Qt::UserRole + 1 };

    using QAbstractTableModel::QAbstractTableModel;
    void setMembers(std::vector<archive::Member> members);
    [[nodiscard]] const archive::Member& member(int row) const {
        return m_members[static_cast<std::size_t>(row)];
    }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<archive::Member> m_members;
};

} // namespace fathom::app
