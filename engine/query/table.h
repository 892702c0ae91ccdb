// SPDX-License-Identifier: Apache-2.0
// The runs of a workspace as columns. Attributes are made of the runs when they are first asked for; config
// keys, metrics and facts of the environment are read from the store in the background (load.h) and placed
// here.
//
//   Table table;
//   table.reset(runs);
//   for (const Field& field : filter.fields())
//       if (!table.has(field)) table.place(*loadColumn(reader, field));
//   std::vector<Row> rows = filter.rows(table, wallTime());
//
// One thread at a time. Rows are in the order of their ids, oldest first: a new run is a new last row.
#pragma once

#include "engine/query/column.h"
#include "engine/query/field.h"
#include "engine/store/types.h"

#include <map>
#include <memory>
#include <optional>

namespace fathom::query {

using Row = std::uint32_t;

/// Cells as they came from the store: those of `runs` in this order.
struct LoadedColumn {
    Field field{};
    std::vector<store::RunId> runs{};
    Column cells{};
};

class Table {
public:
    using RunPtr = std::shared_ptr<const store::Run>;

    /// These runs instead, in any order. Cells that were placed stay with their runs.
    void reset(std::vector<RunPtr> runs);
    /// Replaces the run of that id, or adds it. True when it is new.
    bool put(RunPtr run);
    void remove(const std::vector<store::RunId>& runs);

    [[nodiscard]] std::size_t rows() const { return m_runs.size(); }
    [[nodiscard]] const store::Run& run(Row row) const { return *m_runs[row]; }
    [[nodiscard]] const RunPtr& runPtr(Row row) const { return m_runs[row]; }
    [[nodiscard]] std::optional<Row> rowOf(store::RunId id) const;

    /// True of every attribute, and of what was placed.
    [[nodiscard]] bool has(const Field& field) const;
    /// The cells of a field; a column without cells where nothing was placed. Valid until the table is
    /// changed.
    [[nodiscard]] const Column& column(const Field& field) const;
    /// What a bare word is looked for in, in small letters: title, state, config, overrides, tags, note.
    [[nodiscard]] const Column& searchTexts() const;
    /// Takes the cells over. Runs that the table has not are left out.
    void place(const LoadedColumn& loaded);
    /// New cells of the runs named; cells of other runs stay.
    void refresh(const LoadedColumn& loaded);
    [[nodiscard]] std::vector<Field> placed() const;
    void drop(const Field& field) { m_columns.erase(field); }

private:
    [[nodiscard]] Column& attributeColumn(const std::string& name) const;
    void setAttributes(Row row);

    std::vector<RunPtr> m_runs;
    mutable std::map<std::string, Column, std::less<>> m_attributes; ///< those that were asked for
    std::map<Field, Column> m_columns;
};

/// "running", or "paused" for one that stands still on request.
[[nodiscard]] std::string stateName(const store::Run& run);
/// Several tags as one cell: a Dictionary entry with one on each line.
inline constexpr char kTagSeparator = '\n';

} // namespace fathom::query
