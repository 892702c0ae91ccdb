// SPDX-License-Identifier: GPL-3.0-or-later
// Runs chosen by a filter of engine/query, in an order, with columns.
#pragma once

#include "engine/query/table.h"
#include "engine/store/reader.h"

#include <CLI/CLI.hpp>

namespace fathom::cli {

struct RunQuery {
    std::string where{};   ///< empty: all runs
    std::string sort{};    ///< "val_wer, -started"; empty: newest first
    std::string columns{}; ///< "run, min(val_wer)"; empty: those of the command
};

struct QueriedRuns {
    query::Table table{};
    std::vector<query::Row> rows{};
    std::vector<query::Field> columns{};
};

void addWhere(CLI::App& command, RunQuery& query);
void addSortAndColumns(CLI::App& command, RunQuery& query);

/// An error in the filter says where it is.
[[nodiscard]] Result<QueriedRuns> queryRuns(store::Reader& reader, const RunQuery& query);

/// The chosen columns as rows of text, the header first; numbers in full.
[[nodiscard]] std::string formatColumns(const QueriedRuns& runs);
/// `[{"run": "speech/1", "min(val_wer)": 0.25}, …]`; missing cells are null.
[[nodiscard]] Value toJsonRows(const QueriedRuns& runs);

} // namespace fathom::cli
