// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/config_model.h"

#include <QCoreApplication>

#include <algorithm>

namespace fathom::app {

struct ConfigModel::Row {
    ConfigRow item{};
    Row* parent = nullptr;
    int position = 0;
    std::vector<std::unique_ptr<Row>> children{};
};

namespace {

bool isKey(const ConfigRow& item) {
    return item.kind != ConfigKind::Beat && item.kind != ConfigKind::Problem;
}

/// The rows below `row`, without signals.
template <class Row> void fill(Row& row, const ConfigItem& item) {
    row.children.reserve(item.children.size());
    for (const ConfigItem& each : item.children) {
        auto child = std::make_unique<Row>();
        child->item = each;
        child->parent = &row;
        child->position = static_cast<int>(row.children.size());
        fill(*child, each);
        row.children.push_back(std::move(child));
    }
}

/// Two items are the same row when they stand for the same key, beat or problem.
bool isSameRow(const ConfigRow& a, const ConfigRow& b) {
    return a.key == b.key && isKey(a) == isKey(b) && (isKey(a) || a.kind == b.kind);
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

QString originText(const ConfigRow& item) {
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
    if (row->children.empty() && !item.children.empty()) {
        beginInsertRows(indexOf(row, 0), 0, static_cast<int>(item.children.size()) - 1);
        fill(*row, item);
        return endInsertRows();
    }
    for (std::size_t i = 0; i < item.children.size(); ++i) {
        const ConfigItem& wanted = item.children[i];
        std::size_t found = i;
        while (found < row->children.size() && !isSameRow(row->children[found]->item, wanted))
            ++found;
        if (found == row->children.size()) {
            beginInsertRows(indexOf(row, 0), static_cast<int>(i), static_cast<int>(i));
            auto child = std::make_unique<Row>();
            child->item = wanted;
            child->parent = row;
            fill(*child, wanted);
            row->children.insert(row->children.begin() + static_cast<std::ptrdiff_t>(i), std::move(child));
            number(static_cast<int>(i));
            endInsertRows();
            continue;
        }
        if (found > i) removeAt(i, found - 1);
        Row* const child = row->children[i].get();
        if (const ConfigRow& next = wanted; child->item != next) {
            child->item = next;
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

QStringList ConfigModel::keys() const {
    QStringList keys;
    const auto visit = [&keys](const auto& self, const Row* row) -> void {
        for (const auto& child : row->children) {
            if (!isKey(child->item) || child->item.isRemoved) continue;
            keys.append(child->item.path);
            self(self, child.get());
        }
    };
    visit(visit, m_root.get());
    return keys;
}

QModelIndex ConfigModel::indexOfProblem(int problem) const {
    const auto find = [&](const auto& self, const Row* row) -> const Row* {
        for (const auto& child : row->children) {
            if (child->item.kind == ConfigKind::Problem && child->item.problem == problem) return child.get();
            if (const Row* const found = self(self, child.get())) return found;
        }
        return nullptr;
    };
    const Row* const row = find(find, m_root.get());
    return row ? indexOf(row, 0) : QModelIndex();
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

QVariant ConfigModel::display(const ConfigRow& item, int column) const {
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
    case TypeColumn:
        return isKey(item) && !item.isRemoved ? item.field.type : QString();
    default:
        return {};
    }
}

QString ConfigModel::toolTip(const Row& row) const {
    const ConfigRow& item = row.item;
    if (item.kind == ConfigKind::Problem) return item.value;
    QStringList lines{item.kind == ConfigKind::Beat ? tr("%1 had another value here").arg(item.path)
                                                    : item.path};
    if (item.isRemoved)
        lines.append(tr("Removed by an override"));
    else if (item.isLeaf)
        lines.front() += QStringLiteral(" = ") + item.value;
    if (!item.field.help.isEmpty()) lines.append(item.field.help);
    if (!item.resolved.isEmpty()) lines.append(tr("Resolved: %1").arg(item.resolved));
    if (!item.references.isEmpty())
        lines.append(tr("Computed from %1").arg(item.references.join(QStringLiteral(", "))));
    if (!item.dependents.isEmpty())
        lines.append(tr("Used by %1").arg(item.dependents.join(QStringLiteral(", "))));
    if (const QString range = rangeText(item.field); !range.isEmpty())
        lines.append(tr("Range: %1").arg(range));
    if (item.field.isMissingFile) lines.append(tr("There is no such file"));
    if (item.isDefault) lines.append(tr("The default; the config does not set it"));
    if (item.origin) lines.append(tr("Set by %1: %2").arg(layerName(item.origin->layer), item.origin->text));
    for (const auto& child : row.children) {
        if (child->item.kind != ConfigKind::Beat) continue;
        lines.append(tr("beats %1 — %2")
                         .arg(child->item.value, child->item.origin ? child->item.origin->text : QString()));
    }
    return lines.join(QLatin1Char('\n'));
}

QVariant ConfigModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const Row* const row = rowOf(index);
    const ConfigRow& item = row->item;
    switch (role) {
    case Qt::DisplayRole:
        return display(item, index.column());
    case Qt::EditRole:
        if (index.column() != ValueColumn) return display(item, index.column());
        return item.isLeaf || !item.field.groupKey.isEmpty() ? item.value : item.text;
    case Qt::ToolTipRole:
        return toolTip(*row);
    case Qt::AccessibleTextRole:
        return index.column() == SourceColumn ? tr("Set by %1").arg(originText(item))
                                              : display(item, index.column());
    default:
        return detail(item, role);
    }
}

QVariant ConfigModel::detail(const ConfigRow& item, int role) const {
    switch (role) {
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
        return item.isMissing || item.isBroken || item.field.isMissingFile;
    case TypeRole:
        return static_cast<int>(item.type);
    case OriginRole:
        return originText(item);
    case OriginTextRole:
        return item.origin ? item.origin->text : QString();
    case LeafRole:
        return item.isLeaf;
    case FieldRole:
        return QVariant::fromValue(item.field);
    case TextRole:
        return item.isLeaf ? item.value : item.text;
    case DefaultRole:
        return item.isDefault;
    case EditedBelowRole:
        return item.isEditedBelow;
    case ReferencesRole:
        return item.references;
    case DependentsRole:
        return item.dependents;
    case ProblemRole:
        return item.problem;
    case FixRole:
        return item.kind == ConfigKind::Problem ? item.text : QString();
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
    case TypeColumn:
        return tr("Type");
    default:
        return {};
    }
}

Qt::ItemFlags ConfigModel::flags(const QModelIndex& index) const {
    Qt::ItemFlags flags = QAbstractItemModel::flags(index);
    if (!index.isValid() || index.column() != ValueColumn) return flags;
    const ConfigRow& item = rowOf(index)->item;
    const bool hasText = item.isLeaf || !item.text.isEmpty() || !item.field.groupKey.isEmpty();
    if (isKey(item) && hasText && !item.isRemoved) flags |= Qt::ItemIsEditable;
    return flags;
}

bool ConfigModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    const bool isText = role == TextRole;
    if ((role != Qt::EditRole && !isText) || !(flags(index) & Qt::ItemIsEditable)) return false;
    const ConfigRow& item = rowOf(index)->item;
    const QString text = value.toString().trimmed();
    if (text == index.data(role).toString()) return true;
    if (!item.isLeaf && !item.field.groupKey.isEmpty() && !isText)
        Q_EMIT groupEditRequested(item.field.groupKey, text);
    else if (!item.isLeaf)
        Q_EMIT sectionEditRequested(item.path, text);
    else if (item.field.switchesSection)
        Q_EMIT switchRequested(item.path, text);
    else
        Q_EMIT editRequested(item.path, text);
    return true;
}

} // namespace fathom::app
