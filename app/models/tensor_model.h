// SPDX-License-Identifier: GPL-3.0-or-later
// The tensors of a checkpoint, grouped by module or flat; statistics come in later, row by row.
#pragma once

#include "app/models/tensor_summary.h"
#include "engine/archive/state_dict_writer.h"

#include <QAbstractItemModel>

#include <memory>
#include <span>
#include <vector>

namespace fathom::app {

using StateDict = std::vector<archive::StateDictEntry>;

/// The tensors of a checkpoint as they are.
[[nodiscard]] std::shared_ptr<const StateDict> entriesOf(const archive::Checkpoint& checkpoint);

/// GUI thread only.
class TensorModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column {
        NameColumn,
        DTypeColumn,
        ShapeColumn,
        CountColumn,
        BytesColumn,
        MeanColumn,
        StdColumn,
        MinColumn,
        MaxColumn,
        ZerosColumn,
        ColumnCount
    };
    enum Role {
        SortRole = Qt::UserRole + 1, ///< number or text to sort by
        TensorRole,                  ///< int, index into the tensors, -1 for a module
        NameRole,                    ///< QString, the whole dotted name
    };

    explicit TensorModel(QObject* parent = nullptr);
    ~TensorModel() override;

    /// What is known of tensors that stay what they are stays known. Null empties the model.
    void setTensors(std::shared_ptr<const StateDict> tensors);
    void setGrouped(bool grouped);
    [[nodiscard]] bool isGrouped() const { return m_isGrouped; }
    void setSummary(int tensor, const TensorSummary& summary);
    [[nodiscard]] const std::optional<TensorSummary>& summary(int tensor) const;
    [[nodiscard]] const archive::Tensor& tensor(int index) const { return entry(index).tensor; }
    [[nodiscard]] const archive::StateDictEntry& entry(int index) const;
    /// The row of a tensor; invalid when there is none of that name.
    [[nodiscard]] QModelIndex indexOf(const QString& name) const;
    [[nodiscard]] int tensorCount() const;

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex& child) const override;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row;
    [[nodiscard]] Row* rowOf(const QModelIndex& index) const;
    [[nodiscard]] QVariant display(const Row& row, int column) const;
    [[nodiscard]] QVariant sortValue(const Row& row, int column) const;
    void build();
    std::shared_ptr<const StateDict> m_tensors;
    std::vector<std::optional<TensorSummary>> m_summaries;
    std::vector<Row*> m_rowOfTensor;
    std::unique_ptr<Row> m_root;
    bool m_isGrouped = true;
};

/// "64 × 1 × 33", "scalar".
[[nodiscard]] QString shapeText(std::span<const std::int64_t> shape);

} // namespace fathom::app
