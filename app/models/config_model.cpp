// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/config_model.h"

#include <QCoreApplication>

#include <algorithm>

namespace fathom::app {

struct ConfigModel::Row {
    ConfigItem item{}; ///< without its children
    Row* parent = nullptr;
    int position = 0;
    std::vector<std::unique_ptr<Row>> children{};
};

namespace {

bool isKey(const ConfigItem& item) {
    return item.kind != ConfigKind::Beat && item.kind != ConfigKind::Problem;
}

/// Two items are the same row when they stand for the same key, beat or problem.
bool isSameRow(const ConfigItem& a, const ConfigItem& b) {
    return a.key == b.key && isKey(a) == isKey(b) && (isKey(a) || a.kind == b.kind);
}

bool looksTheSame(const ConfigItem& a, const ConfigItem& b) {
    return a.kind == b.kind && a.path == b.path && a.value == b.value && a.resolved == b.resolved &&
           a.type == b.type && a.origin == b.origin && a.isLeaf == b.isLeaf && a.isRemoved == b.isRemoved &&
           a.isMissing == b.isMissing && a.isBroken == b.isBroken;
}

ConfigItem withoutChildren(const ConfigItem& item) {
    ConfigItem copy;
    copy.kind = item.kind;
    copy.key = item.key;
    copy.path = item.path;
    copy.value = item.value;
    copy.resolved = item.resolved;
    copy.type = item.type;
    copy.origin = item.origin;
    copy.isLeaf = item.isLeaf;
    copy.isRemoved = item.isRemoved;
    copy.isMissing = item.isMissing;
    copy.isBroken = item.isBroken;
    return copy;
}

} // namespace

ConfigModel::ConfigModel(QObject* parent) : QAbstractItemModel(parent), m_root(std::make_unique<Row>()) {}
ConfigModel::~ConfigModel() = default;

QString layerName(config::Layer layer) {
    switch (layer) {
    case config::Layer::Dataclass:
        return QCoreApplication::translate("ConfigModel", "dataclass");
    case config::Layer::Yaml:
        return QCoreApplication::translate("ConfigModel", "YAML");
    case config::Layer::Group:
        return QCoreApplication::translate("ConfigModel", "Group");
    case config::Layer::CommandLine:
        return QCoreApplication::translate("ConfigModel", "Command line");
    case config::Layer::Edited:
        return QCoreApplication::translate("ConfigModel", "Edited");
    }
    return {};
}

QString originText(const ConfigItem& item) {
    if (!item.origin || item.kind == ConfigKind::Problem) return {};
    const QString word = layerName(item.origin->layer);
    if (item.isRemoved) return QCoreApplication::translate("ConfigModel", "Removed");
    const bool isFile =
        item.origin->layer == config::Layer::Yaml || item.origin->layer == config::Layer::Group;
    return isFile && item.origin->line > 0 ? QStringLiteral("%1 :%2").arg(word).arg(item.origin->line) : word;
}

void ConfigModel::setTree(const ConfigItem& root) {
    sync(m_root.get(), root);
}

// Walks both lists in step. A row that is missing here is inserted, a row that is gone is removed; a row that
// moved is removed and inserted again, which only changes of order in the file cause.
void ConfigModel::sync(Row* row, const ConfigItem& item) {
    const auto number = [row](int from) {
        for (int i = from; i < static_cast<int>(row->children.size()); ++i)
            row->children[static_cast<std::size_t>(i)]->position = i;
    };
    const auto removeAt = [&](std::size_t first, std::size_t last) {
        beginRemoveRows(indexOf(row, 0), static_cast<int>(first), static_cast<int>(last));
        row->children.erase(row->children.begin() + static_cast<std::ptrdiff_t>(first),
                            row->children.begin() + static_cast<std::ptrdiff_t>(last) + 1);
        number(static_cast<int>(first));
        endRemoveRows();
    };
    for (std::size_t i = 0; i < item.children.size(); ++i) {
        const ConfigItem& wanted = item.children[i];
        std::size_t found = i;
        while (found < row->children.size() && !isSameRow(row->children[found]->item, wanted))
            ++found;
        if (found == row->children.size()) {
            beginInsertRows(indexOf(row, 0), static_cast<int>(i), static_cast<int>(i));
            auto child = std::make_unique<Row>();
            child->item = withoutChildren(wanted);
            child->parent = row;
            row->children.insert(row->children.begin() + static_cast<std::ptrdiff_t>(i), std::move(child));
            number(static_cast<int>(i));
            endInsertRows();
        } else if (found > i) {
            removeAt(i, found - 1);
        }
        Row* const child = row->children[i].get();
        if (!looksTheSame(child->item, wanted)) {
            child->item = withoutChildren(wanted);
            Q_EMIT dataChanged(indexOf(child, 0), indexOf(child, ColumnCount - 1));
        }
        sync(child, wanted);
    }
    if (row->children.size() > item.children.size()) removeAt(item.children.size(), row->children.size() - 1);
}

ConfigModel::Row* ConfigModel::rowOf(const QModelIndex& index) const {
    return index.isValid() ? static_cast<Row*>(index.internalPointer()) : m_root.get();
}

QModelIndex ConfigModel::indexOf(const Row* row, int column) const {
    if (row == m_root.get()) return {};
    return createIndex(row->position, column, row);
}

QModelIndex ConfigModel::indexOf(const QString& path) const {
    const Row* row = m_root.get();
    while (row) {
        const Row* next = nullptr;
        for (const auto& child : row->children) {
            if (!isKey(child->item)) continue;
            if (child->item.path == path) return indexOf(child.get(), 0);
            if (path.startsWith(child->item.path + QLatin1Char('.'))) next = child.get();
        }
        row = next;
    }
    return {};
}

QString ConfigModel::pathAtLine(const QString& file, int line) const {
    const Row* best = nullptr;
    const ConfigOrigin* bestOrigin = nullptr;
    const auto visit = [&](const auto& self, const Row* row) -> void {
        for (const auto& child : row->children) {
            const auto& origin = child->item.origin;
            const bool counts = origin && child->item.kind != ConfigKind::Problem && origin->file == file &&
                                origin->line > 0 && origin->line <= line;
            if (counts && (!bestOrigin || origin->line >= bestOrigin->line)) {
                best = child.get();
                bestOrigin = &*origin;
            }
            self(self, child.get());
        }
    };
    visit(visit, m_root.get());
    return best ? best->item.path : QString();
}

QModelIndex ConfigModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent)) return {};
    return createIndex(row, column, rowOf(parent)->children[static_cast<std::size_t>(row)].get());
}

QModelIndex ConfigModel::parent(const QModelIndex& child) const {
    if (!child.isValid()) return {};
    return indexOf(rowOf(child)->parent, 0);
}

int ConfigModel::rowCount(const QModelIndex& parent) const {
    return parent.column() > 0 ? 0 : static_cast<int>(rowOf(parent)->children.size());
}

int ConfigModel::columnCount(const QModelIndex&) const {
    return ColumnCount;
}

QVariant ConfigModel::display(const ConfigItem& item, int column) const {
    switch (column) {
    case KeyColumn:
        if (item.kind == ConfigKind::Beat) return tr("beats");
        if (item.kind == ConfigKind::Problem) return item.value;
        return item.key;
    case ValueColumn:
        return item.kind == ConfigKind::Problem ? QString() : item.isRemoved ? tr("(removed)") : item.value;
    case ResolvedColumn:
        return item.isBroken && item.kind != ConfigKind::Problem ? tr("cannot be resolved") : item.resolved;
    case SourceColumn:
        return originText(item);
    default:
        return {};
    }
}

QString ConfigModel::toolTip(const ConfigItem& item) const {
    if (item.kind == ConfigKind::Problem) return item.value;
    QString text = item.kind == ConfigKind::Beat ? tr("%1 had another value here").arg(item.path) : item.path;
    if (item.isRemoved)
        text += QLatin1Char('\n') + tr("Removed by an override");
    else if (item.isLeaf)
        text += QStringLiteral(" = ") + item.value;
    if (!item.resolved.isEmpty()) text += QLatin1Char('\n') + tr("Resolved: %1").arg(item.resolved);
    if (item.origin)
        text += QLatin1Char('\n') + tr("Set by %1: %2").arg(layerName(item.origin->layer), item.origin->text);
    return text;
}

QVariant ConfigModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const Row* const row = rowOf(index);
    const ConfigItem& item = row->item;
    switch (role) {
    case Qt::DisplayRole:
        return display(item, index.column());
    case Qt::EditRole:
        return index.column() == ValueColumn ? QVariant(item.value) : display(item, index.column());
    case Qt::ToolTipRole: {
        QString text = toolTip(item);
        for (const auto& child : row->children) {
            if (child->item.kind == ConfigKind::Beat) {
                text +=
                    QLatin1Char('\n') +
                    tr("beats %1 — %2")
                        .arg(child->item.value, child->item.origin ? child->item.origin->text : QString());
            }
        }
        return text;
    }
    case Qt::AccessibleTextRole:
        return index.column() == SourceColumn ? tr("Set by %1").arg(originText(item))
                                              : display(item, index.column());
    case PathRole:
        return item.path;
    case KindRole:
        return static_cast<int>(item.kind);
    case LayerRole:
        return item.origin ? static_cast<int>(item.origin->layer) : -1;
    case FileRole:
        return item.origin ? item.origin->file : QString();
    case LineRole:
        return item.origin ? item.origin->line : 0;
    case ArgumentRole:
        return item.origin ? item.origin->argument : -1;
    case RemovedRole:
        return item.isRemoved;
    case BrokenRole:
        return item.isMissing || item.isBroken;
    case TypeRole:
        return static_cast<int>(item.type);
    case OriginRole:
        return originText(item);
    case LeafRole:
        return item.isLeaf;
    default:
        return {};
    }
}

QVariant ConfigModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    switch (section) {
    case KeyColumn:
        return tr("Key");
    case ValueColumn:
        return tr("Value");
    case ResolvedColumn:
        return tr("Resolved");
    case SourceColumn:
        return tr("Set by");
    default:
        return {};
    }
}

Qt::ItemFlags ConfigModel::flags(const QModelIndex& index) const {
    Qt::ItemFlags flags = QAbstractItemModel::flags(index);
    if (!index.isValid() || index.column() != ValueColumn) return flags;
    const ConfigItem& item = rowOf(index)->item;
    if (isKey(item) && item.isLeaf && !item.isRemoved) flags |= Qt::ItemIsEditable;
    return flags;
}

bool ConfigModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::EditRole || !(flags(index) & Qt::ItemIsEditable)) return false;
    const ConfigItem& item = rowOf(index)->item;
    const QString text = value.toString().trimmed();
    if (text != item.value) Q_EMIT editRequested(item.path, text);
    return true;
}

} // namespace fathom::app
