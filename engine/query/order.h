// SPDX-License-Identifier: Apache-2.0
// Sorting and grouping of rows.
#pragma once

#include "engine/query/table.h"

#include <span>

namespace fathom::query {

struct SortKey {
    Field field{};
    bool isDescending = false;

    friend bool operator==(const SortKey&, const SortKey&) = default;
};

/// Stable. Numbers before texts (in natural order) before missing ones, which come last either way.
void sortRows(const Table& table, std::vector<Row>& rows, std::span<const SortKey> keys);

struct Group {
    std::vector<std::string> values{}; ///< one of each field; empty: missing
    std::vector<Row> rows{};           ///< in the order in which they came in
};
/// Rows with equal cells in all of the fields, ordered by these cells.
[[nodiscard]] std::vector<Group> groupRows(const Table& table, std::span<const Row> rows,
                                           std::span<const Field> fields);

/// What the numbers of some rows amount to.
struct Summary {
    std::size_t count = 0; ///< rows with a number
    double mean = kMissing;
    double least = kMissing;
    double greatest = kMissing;
    double deviation = kMissing; ///< of the sample; missing below two
};
[[nodiscard]] Summary summarize(const Column& column, std::span<const Row> rows);
/// The one cell that all rows have, as it would be written; empty when they differ.
[[nodiscard]] std::string commonText(const Column& column, std::span<const Row> rows);

/// "val_wer, -started" as keys: names as in a filter, `-` in front for descending.
[[nodiscard]] Result<std::vector<SortKey>> parseSortKeys(std::string_view text, const Schema& schema);
/// "run, state, min(val_wer)" as fields.
[[nodiscard]] Result<std::vector<Field>> parseFields(std::string_view text, const Schema& schema);

} // namespace fathom::query
