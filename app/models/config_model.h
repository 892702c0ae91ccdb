// SPDX-License-Identifier: GPL-3.0-or-later
// The composed config as a tree: Key | Value | Resolved | Set by | Type. A new tree is compared with the
// shown one and only what differs is signalled, so that expansion, selection and scroll position stay.
#pragma once

#include "app/models/config_tree.h"

#include <QAbstractItemModel>

#include <memory>

namespace fathom::app {

/// GUI thread only.
class ConfigModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column { KeyColumn, ValueColumn, ResolvedColumn, SourceColumn, TypeColumn, ColumnCount };
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
        OriginTextRole,              ///< QString: where exactly, "configs/c.yaml:33:9"
        LeafRole,                    ///< bool: edited as one value
        FieldRole,                   ///< ConfigField
        TextRole,                    ///< QString: the value in override grammar, of sections too
        DefaultRole,                 ///< bool: what the schema says, the config has no such key
        EditedBelowRole,             ///< bool: a section in which an edit decides a key
        ReferencesRole,              ///< QStringList: keys that the value is computed from
        DependentsRole,              ///< QStringList: keys that are computed from it
        ProblemRole,                 ///< int: index of the problem, -1 for none
        FixRole,                     ///< QString: what the Fix button of a problem says, or empty
    };

    explicit ConfigModel(QObject* parent = nullptr);
    ~ConfigModel() override;

    /// Makes the model show `root`; its children are the top rows.
    void setTree(const ConfigItem& root);
    /// First index (key column) of a dotted path; beats and problems are not found. Invalid when there is
    /// none.
    [[nodiscard]] QModelIndex indexOf(const QString& path) const;
    /// The paths of all keys that were not removed, in order.
    [[nodiscard]] QStringList keys() const;
    /// Row of a problem of withProblems(); invalid when there is none.
    [[nodiscard]] QModelIndex indexOfProblem(int problem) const;
    /// Path of the last key at or before `line` of `file`, or empty. The file is compared as it is.
    [[nodiscard]] QString pathAtLine(const QString& file, int line) const;

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex& child) const override;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
    /// Emits a request and leaves the data alone: the next tree brings the change. TextRole takes a section
    /// as text where EditRole would take the option of its group.
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;

Q_SIGNALS:
    /// The user typed `text` as the value of `path`.
    void editRequested(const QString& path, const QString& text);
    /// The user typed a whole section as text.
    void sectionEditRequested(const QString& path, const QString& text);
    /// The user chose another option of a config group ("model/encoder").
    void groupEditRequested(const QString& groupKey, const QString& option);
    /// The name of an optimizer or scheduler was changed: its section has other fields now.
    void switchRequested(const QString& path, const QString& text);

private:
    struct Row;
    [[nodiscard]] Row* rowOf(const QModelIndex& index) const;
    [[nodiscard]] QModelIndex indexOf(const Row* row, int column) const;
    [[nodiscard]] QVariant display(const ConfigRow& item, int column) const;
    [[nodiscard]] QString toolTip(const Row& row) const;
    [[nodiscard]] QVariant detail(const ConfigRow& item, int role) const;
    void sync(Row* row, const ConfigItem& item);
    std::unique_ptr<Row> m_root;
};

/// "dataclass", "YAML", "Group", "Command line", "Edited": the word of the badge, translated.
[[nodiscard]] QString layerName(config::Layer layer);
/// The word and where: "YAML :33", "Command line 3". Empty for none.
[[nodiscard]] QString originText(const ConfigRow& item);

} // namespace fathom::app

Q_DECLARE_METATYPE(fathom::app::ConfigField)
