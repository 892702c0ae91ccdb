// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/config_diff.h"

#include <algorithm>
#include <map>

namespace fathom::app {

namespace {

bool isKey(const ConfigItem& item) {
    return item.kind != ConfigKind::Beat && item.kind != ConfigKind::Problem && !item.isRemoved &&
           !item.isDefault;
}

ConfigDifference::Side sideOf(const ConfigItem& item) {
    return {true, item.value, item.resolved, item.origin};
}

/// A section that the other side lacks: all its leaves.
template <class Add> void eachLeaf(const ConfigItem& item, const Add& add) {
    if (!isKey(item)) return;
    const bool isEmpty = std::none_of(item.children.begin(), item.children.end(), isKey);
    if (item.isLeaf || isEmpty) return add(item);
    for (const ConfigItem& child : item.children)
        eachLeaf(child, add);
}

class Comparison {
public:
    void compare(const ConfigItem& left, const ConfigItem& right) {
        if (left.isLeaf || right.isLeaf) {
            const bool isSame =
                left.isLeaf == right.isLeaf && left.value == right.value && left.resolved == right.resolved;
            if (!isSame) differences.push_back({left.path, sideOf(left), sideOf(right)});
            return;
        }
        compareSections(left, right);
    }

    void compareSections(const ConfigItem& left, const ConfigItem& right) {
        std::map<QString, const ConfigItem*> others;
        for (const ConfigItem& child : right.children)
            if (isKey(child)) others[child.key] = &child;
        for (const ConfigItem& child : left.children) {
            if (!isKey(child)) continue;
            const auto other = others.find(child.key);
            if (other == others.end()) {
                eachLeaf(child, [this](const ConfigItem& leaf) {
                    differences.push_back({leaf.path, sideOf(leaf), {}});
                });
                continue;
            }
            compare(child, *other->second);
            others.erase(other);
        }
        for (const ConfigItem& child : right.children) {
            if (!isKey(child) || !others.contains(child.key)) continue;
            eachLeaf(child, [this](const ConfigItem& leaf) {
                differences.push_back({leaf.path, {}, sideOf(leaf)});
            });
        }
    }

    std::vector<ConfigDifference> differences{};
};

QString shownText(const ConfigDifference::Side& side) {
    return side.resolved.isEmpty() ? side.value : QStringLiteral("%1 → %2").arg(side.value, side.resolved);
}

} // namespace

std::vector<ConfigDifference> compareConfigs(const ConfigItem& left, const ConfigItem& right) {
    Comparison comparison;
    comparison.compareSections(left, right);
    return std::move(comparison.differences);
}

void ConfigDiffModel::setDifferences(std::vector<ConfigDifference> differences, const QString& left,
                                     const QString& right) {
    beginResetModel();
    m_rows = std::move(differences);
    m_left = left;
    m_right = right;
    endResetModel();
}

int ConfigDiffModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ConfigDiffModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ConfigDiffModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const ConfigDifference& row = m_rows[static_cast<std::size_t>(index.row())];
    const ConfigDifference::Side& side = index.column() == RightColumn ? row.right : row.left;
    const bool isKeyCell = index.column() == KeyColumn;
    switch (role) {
    case Qt::DisplayRole:
        return isKeyCell ? row.path : side.has ? shownText(side) : tr("(absent)");
    case Qt::ToolTipRole:
        if (isKeyCell || !side.origin) return isKeyCell ? QVariant(row.path) : QVariant();
        return QStringLiteral("%1\n%2").arg(shownText(side), side.origin->text);
    case PathRole:
        return row.path;
    case LayerRole:
        return !isKeyCell && side.origin ? static_cast<int>(side.origin->layer) : -1;
    case HasRole:
        return isKeyCell || side.has;
    default:
        return {};
    }
}

QVariant ConfigDiffModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    return section == KeyColumn ? tr("Key") : section == LeftColumn ? m_left : m_right;
}

} // namespace fathom::app
