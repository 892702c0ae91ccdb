// SPDX-License-Identifier: Apache-2.0
// Columns of the store for a Table. Background threads: each of these reads the disk.
#pragma once

#include "engine/query/table.h"
#include "engine/store/reader.h"

#include <span>

namespace fathom::query {

[[nodiscard]] Result<Schema> readSchema(store::Reader& reader);
/// A config key, a metric or a fact of the environment of every run that has it. An attribute gives no cells.
[[nodiscard]] Result<LoadedColumn> loadColumn(store::Reader& reader, const Field& field);
/// Metrics of these runs only: what changes while a run goes on. Other fields are left out.
[[nodiscard]] Result<std::vector<LoadedColumn>>
loadCells(store::Reader& reader, std::span<const Field> fields, std::span<const store::RunId> runs);

} // namespace fathom::query
