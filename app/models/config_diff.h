// SPDX-License-Identifier: GPL-3.0-or-later
// Two composed configs side by side: only the keys that differ.
#pragma once

#include "app/models/config_tree.h"

#include <QAbstractTableModel>

namespace fathom::app {

/// One key that differs. A side that lacks the key has neither text nor origin.
struct ConfigDifference {
    struct Side {
        bool has = false;
        QString value{};    ///< as composed
        QString resolved{}; ///< empty where it is no interpolation
        std::optional<ConfigOrigin> origin{};
    };
    QString path{};
    Side left{};
    Side right{};
};

/// Leaves that one side lacks or that have other values, in the order of `left`, what only `right` has at the
/// end of its section. Pure; any thread.
[[nodiscard]] std::vector<ConfigDifference> compareConfigs(const ConfigItem& left, const ConfigItem& right);

/// Key | Left | Right. GUI thread only.
class ConfigDiffModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { KeyColumn, LeftColumn, RightColumn, ColumnCount };
    enum Role {
        PathRole = Qt::UserRole + 1, ///< QString
        LayerRole,                   ///< int of config::Layer of the side's winner, -1 for none
        HasRole,                     ///< bool: the side has the key
    };
    explicit ConfigDiffModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    void setDifferences(std::vector<ConfigDifference> differences, const QString& left, const QString& right);
    [[nodiscard]] const std::vector<ConfigDifference>& differences() const { return m_rows; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<ConfigDifference> m_rows;
    QString m_left;
    QString m_right;
};

} // namespace fathom::app
