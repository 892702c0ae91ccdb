// SPDX-License-Identifier: GPL-3.0-or-later
// Cells and headers of the table of runs, as people read them.
#pragma once

#include "engine/query/table.h"

#include <QString>

#include <span>

namespace fathom::app {

/// Empty where the cell is missing.
[[nodiscard]] QString cellText(const query::Table& table, query::Row row, const query::Field& field);
/// Every digit and every line, for tooltips and copying.
[[nodiscard]] QString exactCellText(const query::Table& table, query::Row row, const query::Field& field);
/// Numbers are set right.
[[nodiscard]] bool isNumeric(const query::Table& table, const query::Field& field);
/// A number of a field in its unit: "3 min 12 s", "1,404", "0.4123".
[[nodiscard]] QString numberText(const query::Field& field, double value);

/// "val_wer", "min val_wer", "lr": of a config key, only as much of its end as tells it from `others`.
[[nodiscard]] QString headerText(const query::Field& field, std::span<const query::Field> others);
/// The whole name and what it is.
[[nodiscard]] QString fieldToolTip(const query::Field& field);

} // namespace fathom::app
