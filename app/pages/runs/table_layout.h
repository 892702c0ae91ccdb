// SPDX-License-Identifier: GPL-3.0-or-later
// How the table of one workspace looks: columns, widths, order, groups. Kept in the settings.
#pragma once

#include "engine/query/order.h"

#include <QHash>
#include <QString>

#include <filesystem>

class QSettings;

namespace fathom::app {

struct TableLayout {
    std::vector<query::Field> columns{}; ///< empty: those of defaultColumns()
    std::vector<query::SortKey> sort{};
    std::vector<query::Field> groups{};
    int pinned = 1;
    QHash<QString, int> widths{}; ///< by query::text()
    QString filter{};
};

/// State, name, times and the metrics that a choice is usually made by.
[[nodiscard]] std::vector<query::Field> defaultColumns(const query::Schema& schema);

/// In the group that is open, apart from other workspaces.
void saveLayout(QSettings& settings, const std::filesystem::path& workspace, const TableLayout& layout);
[[nodiscard]] TableLayout loadLayout(QSettings& settings, const std::filesystem::path& workspace);

} // namespace fathom::app
