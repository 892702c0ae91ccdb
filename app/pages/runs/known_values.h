// SPDX-License-Identifier: GPL-3.0-or-later
// What the filter line offers as values of a field.
#pragma once

#include "engine/query/table.h"

namespace fathom::app {

/// The distinct texts of a column that is there, each tag for itself; the most frequent first.
[[nodiscard]] std::vector<std::string> knownValues(const query::Table& table, const query::Field& field);

} // namespace fathom::app
