// SPDX-License-Identifier: GPL-3.0-or-later
// The composed config as a tree: Key | Value | Resolved | Set by. A new tree is compared with the shown one
// and only what differs is signalled, so that expansion, selection and scroll position stay.
#pragma once

#include "app/models/config_tree.h"

#include <QAbstractItemModel>

#include <memory>

namespace fathom::app {

/// GUI thread only.
class ConfigModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column { KeyColumn, ValueColumn, ResolvedColumn, SourceColumn, ColumnCount };
    enum Role {
        PathRole = Qt::UserRole + 1, ///< QString, dotted
        KindRole,                    ///< int of ConfigKind
        LayerRole,                   ///< int of config::Layer, -1 for none
        FileRole,                    ///< QString of the file that set it
        LineRole,                    ///< int, 0 for none
        ArgumentRole,                ///< int, -1 for none
        RemovedRole,                 ///< bool
        BrokenRole,                  ///< bool: missing, or its interpolation cannot be resolved
        TypeRole,                    ///< int of Value::Type
        OriginRole,                  ///< QString: badge text, "YAML :33"
        LeafRole,                    ///< bool: edited as one value
    };

    explicit ConfigModel(QObject* parent = nullptr);
    ~ConfigModel() override;

    /// Makes the model show `root`; its children are the top rows.
    void setTree(const ConfigItem& root);
    /// First index (key column) of a dotted path; beats and problems are not found. Invalid when there is
    /// none.
    [[nodiscard]] QModelIndex indexOf(const QString& path) const;
    /// Path of the last key at or before `line` of `file`, or empty. The file is compared as it is.
    [[nodiscard]] QString pathAtLine(const QString& file, int line) const;

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex& child) const override;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
    /// Emits editRequested and leaves the data alone: the next tree brings the change.
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;

Q_SIGNALS:
    /// The user typed `text` as the value of `path`.
    void editRequested(const QString& path, const QString& text);

private:
    struct Row;
    [[nodiscard]] Row* rowOf(const QModelIndex& index) const;
    [[nodiscard]] QModelIndex indexOf(const Row* row, int column) const;
    [[nodiscard]] QVariant display(const ConfigItem& item, int column) const;
    [[nodiscard]] QString toolTip(const ConfigItem& item) const;
    void sync(Row* row, const ConfigItem& item);
    std::unique_ptr<Row> m_root;
};

/// "dataclass", "YAML", "Group", "Command line", "Edited": the word of the badge, translated.
[[nodiscard]] QString layerName(config::Layer layer);
/// The word and where: "YAML :33", "Command line 3". Empty for none.
[[nodiscard]] QString originText(const ConfigItem& item);

} // namespace fathom::app
