// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/planned_change_model.h"

namespace fathom::app {

namespace {

using archive::ChangeKind;
using Part = archive::PlannedChange::Part;

QString partName(Part part) {
    switch (part) {
    case Part::Config:
        return PlannedChangeModel::tr("Config key");
    case Part::Member:
        return PlannedChangeModel::tr("Member");
    case Part::Tensor:
        return PlannedChangeModel::tr("Tensor");
    }
    return {};
}

} // namespace

QString describe(const archive::PlannedChange& change) {
    switch (change.kind) {
    case ChangeKind::Added:
        return PlannedChangeModel::tr("%1 added").arg(partName(change.part));
    case ChangeKind::Removed:
        return PlannedChangeModel::tr("%1 removed").arg(partName(change.part));
    case ChangeKind::Changed:
        return PlannedChangeModel::tr("%1 changed").arg(partName(change.part));
    }
    return {};
}

void PlannedChangeModel::setChanges(std::vector<archive::PlannedChange> changes) {
    beginResetModel();
    m_changes = std::move(changes);
    endResetModel();
}

void PlannedChangeModel::setSides(const QString& before, const QString& after) {
    m_before = before;
    m_after = after;
}

int PlannedChangeModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_changes.size());
}

int PlannedChangeModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant PlannedChangeModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const archive::PlannedChange& change = m_changes[static_cast<std::size_t>(index.row())];
    if (role == KindRole) return static_cast<int>(change.kind);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
    switch (index.column()) {
    case WhatColumn:
        return describe(change);
    case NameColumn:
        return QString::fromStdString(change.name);
    case BeforeColumn:
        return QString::fromStdString(change.before);
    case AfterColumn:
        return QString::fromStdString(change.after);
    default:
        return {};
    }
}

QVariant PlannedChangeModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    switch (section) {
    case WhatColumn:
        return tr("What");
    case NameColumn:
        return tr("Name");
    case BeforeColumn:
        return m_before;
    case AfterColumn:
        return m_after;
    default:
        return {};
    }
}

} // namespace fathom::app
