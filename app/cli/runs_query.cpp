// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/runs_query.h"

#include "app/cli/table.h"
#include "engine/query/filter.h"
#include "engine/query/load.h"
#include "engine/query/order.h"

#include <algorithm>

namespace fathom::cli {

namespace {

using query::Field;

/// What the user wrote may be shorter ("lr"); the head of a column says what it is.
std::string header(const Field& field) {
    const bool isLast = field.kind == Field::Kind::Metric && field.aggregate == query::Aggregate::Last;
    return isLast ? field.name : query::text(field);
}

std::string cell(const query::Table& table, query::Row row, const Field& field) {
    const query::Column& column = table.column(field);
    if (column.isMissing(row)) return "-";
    if (query::typeOf(field) == query::Type::Moment && column.textId(row) == query::kNoText) {
        std::string text = localTimestamp(column.number(row)); // 2026-11-24_16-45-02
        text[10] = ' ';
        text[13] = text[16] = ':';
        return text;
    }
    std::string text = column.shown(row);
    std::replace(text.begin(), text.end(), query::kTagSeparator, ',');
    return printable(text);
}

Value jsonCell(const query::Table& table, query::Row row, const Field& field) {
    const query::Column& column = table.column(field);
    if (column.isMissing(row)) return {};
    const double number = column.number(row);
    if (!std::isnan(number) && number == std::trunc(number) && std::abs(number) < 1e15)
        return static_cast<std::int64_t>(number);
    if (!std::isnan(number)) return number;
    const std::string& text = column.text(row);
    if (text == "NaN") return std::nan("");
    if (text == "true" || text == "false") return text == "true";
    if (query::typeOf(field) != query::Type::Tags) return text;
    Value::List tags;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(query::kTagSeparator, begin), text.size());
        tags.emplace_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return tags;
}

Status load(store::Reader& reader, query::Table& table, const std::vector<Field>& fields) {
    for (const Field& field : fields) {
        if (table.has(field)) continue;
        const Result<query::LoadedColumn> loaded = query::loadColumn(reader, field);
        if (!loaded) return fail(loaded.error());
        table.place(*loaded);
    }
    return {};
}

} // namespace

void addWhere(CLI::App& command, RunQuery& query) {
    command.add_option("--where", query.where,
                       "Only runs that pass this filter, as \"val_wer < 0.3 and not failed\"; docs/runs.md "
                       "has the language");
}

void addSortAndColumns(CLI::App& command, RunQuery& query) {
    command.add_option("--sort", query.sort,
                       "Fields to sort by, as \"val_wer, -started\"; default: newest first");
    command.add_option("--columns", query.columns,
                       "Fields to print, as \"run, model.optim.lr, min(val_wer)\"");
}

Result<QueriedRuns> queryRuns(store::Reader& reader, const RunQuery& query) {
    auto runs = reader.runs();
    if (!runs) return fail(runs.error());
    const auto schema = query::readSchema(reader);
    if (!schema) return fail(schema.error());
    const auto filter = query::Filter::compile(query.where, *schema);
    if (!filter) return fail(query::withPlace(filter.error(), query.where));
    const auto keys = query::parseSortKeys(query.sort, *schema);
    if (!keys) return fail(query::withPlace(keys.error(), query.sort));
    auto columns = query::parseFields(query.columns, *schema);
    if (!columns) return fail(query::withPlace(columns.error(), query.columns));
    QueriedRuns result{.columns = std::move(*columns)};
    std::vector<query::Table::RunPtr> pointers;
    for (store::Run& run : *runs)
        pointers.push_back(std::make_shared<const store::Run>(std::move(run)));
    result.table.reset(std::move(pointers));
    std::vector<Field> needed = filter->fields();
    needed.insert(needed.end(), result.columns.begin(), result.columns.end());
    for (const query::SortKey& key : *keys)
        needed.push_back(key.field);
    if (const Status loaded = load(reader, result.table, needed); !loaded) return fail(loaded.error());
    result.rows = filter->rows(result.table, wallTime());
    std::reverse(result.rows.begin(), result.rows.end());
    query::sortRows(result.table, result.rows, *keys);
    return result;
}

std::string formatColumns(const QueriedRuns& runs) {
    std::vector<std::vector<std::string>> rows(1);
    std::vector<Align> aligns;
    for (const Field& field : runs.columns) {
        rows.front().push_back(header(field));
        const bool isNumber =
            !runs.table.column(field).numbers().empty() && query::typeOf(field) != query::Type::Moment;
        aligns.push_back(isNumber ? Align::Right : Align::Left);
    }
    for (const query::Row row : runs.rows) {
        rows.emplace_back();
        for (const Field& field : runs.columns)
            rows.back().push_back(cell(runs.table, row, field));
    }
    return formatTable(rows, aligns);
}

Value toJsonRows(const QueriedRuns& runs) {
    Value::List objects;
    for (const query::Row row : runs.rows) {
        Value::Map object;
        for (const Field& field : runs.columns)
            object.set(header(field), jsonCell(runs.table, row, field));
        objects.emplace_back(std::move(object));
    }
    return objects;
}

} // namespace fathom::cli
