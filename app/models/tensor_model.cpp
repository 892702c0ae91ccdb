// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/tensor_model.h"

#include "widgets/number_format.h"

#include <QHash>
#include <QStringList>

namespace fathom::app {

struct TensorModel::Row {
    QString label{};
    int tensor = -1; ///< -1 for a module
    qint64 elements = 0;
    qint64 bytes = 0;
    int tensors = 0;
    Row* parent = nullptr;
    int position = 0;
    std::vector<std::unique_ptr<Row>> children{};
};

namespace {

QString text(std::string_view view) {
    return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
}

/// "float32", or "float32 → bfloat16" where saving converts.
QString dtypeText(const archive::StateDictEntry& entry) {
    const QString stored = text(archive::name(entry.tensor.dtype));
    if (entry.dtype == entry.tensor.dtype) return stored;
    return QStringLiteral("%1 → %2").arg(stored, text(archive::name(entry.dtype)));
}

} // namespace

std::shared_ptr<const StateDict> entriesOf(const archive::Checkpoint& checkpoint) {
    auto entries = std::make_shared<StateDict>();
    entries->reserve(checkpoint.tensors().size());
    for (const archive::Tensor& tensor : checkpoint.tensors())
        entries->push_back({tensor, tensor.dtype});
    return entries;
}

QString shapeText(std::span<const std::int64_t> shape) {
    if (shape.empty()) return TensorModel::tr("scalar");
    QStringList extents;
    for (const std::int64_t extent : shape)
        extents.append(QString::number(extent));
    return extents.join(QStringLiteral(" × "));
}

TensorModel::TensorModel(QObject* parent) : QAbstractItemModel(parent), m_root(std::make_unique<Row>()) {}
TensorModel::~TensorModel() = default;

void TensorModel::setTensors(std::shared_ptr<const StateDict> tensors) {
    beginResetModel();
    // A tensor keeps its bytes through renaming; they are what statistics are of.
    QHash<const void*, std::optional<TensorSummary>> known;
    for (int i = 0; i < tensorCount(); ++i) {
        if (summary(i)) known.insert(tensor(i).bytes.data(), summary(i));
    }
    m_tensors = std::move(tensors);
    m_summaries.assign(static_cast<std::size_t>(tensorCount()), std::nullopt);
    for (int i = 0; i < tensorCount(); ++i) {
        const auto kept = known.constFind(tensor(i).bytes.data());
        const bool isSame = kept != known.constEnd() && (*kept)->statistics.count == tensor(i).elementCount();
        if (isSame) m_summaries[static_cast<std::size_t>(i)] = *kept;
    }
    build();
    endResetModel();
}

void TensorModel::setGrouped(bool grouped) {
    if (grouped == m_isGrouped) return;
    beginResetModel();
    m_isGrouped = grouped;
    build();
    endResetModel();
}

int TensorModel::tensorCount() const {
    return m_tensors ? static_cast<int>(m_tensors->size()) : 0;
}

const archive::StateDictEntry& TensorModel::entry(int index) const {
    return (*m_tensors)[static_cast<std::size_t>(index)];
}

QModelIndex TensorModel::indexOf(const QString& name) const {
    for (int i = 0; i < tensorCount(); ++i) {
        if (text(tensor(i).name) != name) continue;
        Row* const row = m_rowOfTensor[static_cast<std::size_t>(i)];
        return createIndex(row->position, 0, row);
    }
    return {};
}

const std::optional<TensorSummary>& TensorModel::summary(int tensor) const {
    return m_summaries[static_cast<std::size_t>(tensor)];
}

// A trie of the dotted names; a module that holds nothing but one module is drawn as one row with it.
void TensorModel::build() {
    m_root = std::make_unique<Row>();
    m_rowOfTensor.assign(static_cast<std::size_t>(tensorCount()), nullptr);
    const auto child = [](Row* parent, const QString& label) {
        parent->children.push_back(std::make_unique<Row>());
        Row* const row = parent->children.back().get();
        row->label = label;
        row->parent = parent;
        return row;
    };
    for (int i = 0; i < tensorCount(); ++i) {
        const archive::Tensor& tensor = this->tensor(i);
        QStringList parts{text(tensor.name)};
        if (m_isGrouped) parts = parts.first().split(QLatin1Char('.'));
        Row* row = m_root.get();
        for (qsizetype depth = 0; depth + 1 < parts.size(); ++depth) {
            Row* const last = row->children.empty() ? nullptr : row->children.back().get();
            const bool isOpen = last && last->tensor < 0 && last->label == parts[depth];
            row = isOpen ? last : child(row, parts[depth]);
        }
        row = child(row, parts.last());
        row->tensor = i;
        m_rowOfTensor[static_cast<std::size_t>(i)] = row;
        const auto bytes = tensor.elementCount() * static_cast<qint64>(archive::itemSize(entry(i).dtype));
        for (Row* above = row; above; above = above->parent) {
            above->elements += tensor.elementCount();
            above->bytes += bytes;
            ++above->tensors;
        }
    }
    const auto compact = [](const auto& self, Row* row) -> void {
        for (std::size_t i = 0; i < row->children.size(); ++i) {
            std::unique_ptr<Row>& item = row->children[i];
            while (item->children.size() == 1 && item->children.front()->tensor < 0) {
                std::unique_ptr<Row> only = std::move(item->children.front());
                only->label = item->label + QLatin1Char('.') + only->label;
                only->parent = row;
                item = std::move(only);
            }
            item->position = static_cast<int>(i);
            self(self, item.get());
        }
    };
    compact(compact, m_root.get());
}

void TensorModel::setSummary(int tensor, const TensorSummary& summary) {
    m_summaries[static_cast<std::size_t>(tensor)] = summary;
    Row* const row = m_rowOfTensor[static_cast<std::size_t>(tensor)];
    Q_EMIT dataChanged(createIndex(row->position, MeanColumn, row),
                       createIndex(row->position, ColumnCount - 1, row));
}

TensorModel::Row* TensorModel::rowOf(const QModelIndex& index) const {
    return index.isValid() ? static_cast<Row*>(index.internalPointer()) : m_root.get();
}

QModelIndex TensorModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent)) return {};
    return createIndex(row, column, rowOf(parent)->children[static_cast<std::size_t>(row)].get());
}

QModelIndex TensorModel::parent(const QModelIndex& child) const {
    if (!child.isValid()) return {};
    Row* const row = rowOf(child)->parent;
    return row == m_root.get() ? QModelIndex() : createIndex(row->position, 0, row);
}

int TensorModel::rowCount(const QModelIndex& parent) const {
    return parent.column() > 0 ? 0 : static_cast<int>(rowOf(parent)->children.size());
}

int TensorModel::columnCount(const QModelIndex&) const {
    return ColumnCount;
}

QVariant TensorModel::sortValue(const Row& row, int column) const {
    switch (column) {
    case CountColumn:
        return row.elements;
    case BytesColumn:
        return row.bytes;
    case NameColumn:
        return row.tensor >= 0 ? text(tensor(row.tensor).name) : row.label;
    case DTypeColumn:
    case ShapeColumn:
        return display(row, column);
    default:
        break;
    }
    if (row.tensor < 0 || !summary(row.tensor)) return {};
    const archive::TensorStatistics& s = summary(row.tensor)->statistics;
    if (s.count == s.nans + s.infinities) return {}; // no value to speak of
    switch (column) {
    case MeanColumn:
        return s.mean;
    case StdColumn:
        return s.standardDeviation;
    case MinColumn:
        return s.minimum;
    case MaxColumn:
        return s.maximum;
    case ZerosColumn:
        return s.count > 0 ? static_cast<double>(s.zeros) / static_cast<double>(s.count) : 0.0;
    default:
        return {};
    }
}

QVariant TensorModel::display(const Row& row, int column) const {
    const bool isModule = row.tensor < 0;
    switch (column) {
    case NameColumn:
        return row.label;
    case DTypeColumn:
        return isModule ? QString() : dtypeText(entry(row.tensor));
    case ShapeColumn:
        return isModule ? row.tensors == 1 ? tr("1 tensor")
                                           : tr("%1 tensors").arg(widgets::formatCount(row.tensors))
                        : shapeText(tensor(row.tensor).shape);
    case CountColumn:
        return widgets::formatCount(row.elements);
    case BytesColumn:
        return widgets::formatBytes(static_cast<double>(row.bytes));
    default:
        break;
    }
    const QVariant value = sortValue(row, column);
    if (!value.isValid()) return {};
    return column == ZerosColumn
               ? QStringLiteral("%1 %").arg(widgets::formatNumber(100 * value.toDouble(), 3))
               : widgets::formatNumber(value.toDouble());
}

QVariant TensorModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const Row& row = *rowOf(index);
    switch (role) {
    case Qt::DisplayRole:
        return display(row, index.column());
    case SortRole:
        return sortValue(row, index.column());
    case TensorRole:
        return row.tensor;
    case NameRole:
        return row.tensor >= 0 ? text(tensor(row.tensor).name) : row.label;
    case Qt::ToolTipRole: {
        if (index.column() == NameColumn && row.tensor >= 0) return text(tensor(row.tensor).name);
        const QVariant value = sortValue(row, index.column());
        return index.column() >= MeanColumn && value.isValid() ? widgets::formatExact(value.toDouble())
                                                               : QVariant();
    }
    case Qt::TextAlignmentRole:
        return index.column() >= CountColumn ? QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter)
                                             : QVariant();
    default:
        return {};
    }
}

QVariant TensorModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole && section >= CountColumn)
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    switch (section) {
    case NameColumn:
        return tr("Tensor");
    case DTypeColumn:
        return tr("dtype");
    case ShapeColumn:
        return tr("Shape");
    case CountColumn:
        return tr("Elements");
    case BytesColumn:
        return tr("Size");
    case MeanColumn:
        return tr("Mean");
    case StdColumn:
        return tr("Std");
    case MinColumn:
        return tr("Min");
    case MaxColumn:
        return tr("Max");
    case ZerosColumn:
        return tr("Zeros");
    default:
        return {};
    }
}

} // namespace fathom::app
