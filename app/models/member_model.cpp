// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/member_model.h"

#include "widgets/number_format.h"

namespace fathom::app {

namespace {

QString typeName(archive::MemberType type) {
    switch (type) {
    case archive::MemberType::File:
        return MemberModel::tr("file");
    case archive::MemberType::Directory:
        return MemberModel::tr("folder");
    case archive::MemberType::Link:
        return MemberModel::tr("link");
    case archive::MemberType::Other:
        return MemberModel::tr("other");
    }
    return {};
}

} // namespace

void MemberModel::setMembers(std::vector<archive::Member> members) {
    beginResetModel();
    m_members = std::move(members);
    endResetModel();
}

int MemberModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_members.size());
}

int MemberModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant MemberModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const archive::Member& member = this->member(index.row());
    const bool isSort = role == SortRole;
    if (role == Qt::TextAlignmentRole) {
        return index.column() == BytesColumn ? QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter)
                                             : QVariant();
    }
    if (role == Qt::ToolTipRole && index.column() == BytesColumn) return tr("%L1 bytes").arg(member.bytes);
    if (role != Qt::DisplayRole && !isSort) return {};
    switch (index.column()) {
    case NameColumn:
        return QString::fromStdString(member.name);
    case TypeColumn:
        return typeName(member.type);
    case BytesColumn:
        return isSort ? QVariant::fromValue(static_cast<qulonglong>(member.bytes))
                      : widgets::formatBytes(static_cast<double>(member.bytes));
    case TimeColumn:
        return isSort ? QVariant(member.mtime) : widgets::formatMoment(member.mtime);
    case NoteColumn:
        return QString::fromStdString(member.problem);
    default:
        return {};
    }
}

QVariant MemberModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole && section == BytesColumn)
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    switch (section) {
    case NameColumn:
        return tr("Member");
    case TypeColumn:
        return tr("Type");
    case BytesColumn:
        return tr("Size");
    case TimeColumn:
        return tr("Modified");
    case NoteColumn:
        return tr("Safety");
    default:
        return {};
    }
}

} // namespace fathom::app
