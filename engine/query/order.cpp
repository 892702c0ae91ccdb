// SPDX-License-Identifier: Apache-2.0
#include "engine/query/order.h"

#include "engine/query/lexer.h"

#include <algorithm>
#include <numeric>

namespace fathom::query {

namespace {

/// Where a cell stands among those of its column.
struct Place {
    std::uint8_t kind = 2; ///< 0: a number, 1: a text, 2: missing
    double value = 0;      ///< the number, or the rank of the text; negated to sort downwards

    friend bool operator==(const Place&, const Place&) = default;
};

bool isBefore(const Place& a, const Place& b) {
    return a.kind != b.kind ? a.kind < b.kind : a.value < b.value;
}

std::vector<Place> placesOf(const Column& column, std::span<const Row> rows, bool isDescending) {
    std::vector<Place> places(rows.size());
    const std::vector<std::uint32_t>* ranks = column.ids().empty() ? nullptr : &column.texts().ranks();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Place& place = places[i];
        const double number = column.number(rows[i]);
        if (!std::isnan(number))
            place = {0, number};
        else if (const TextId id = column.textId(rows[i]); id != kNoText)
            place = {1, static_cast<double>((*ranks)[id])};
        if (isDescending) place.value = -place.value;
    }
    return places;
}

/// The order of the rows by several keys, as positions in `rows`.
std::vector<std::uint32_t> ordered(const std::vector<std::vector<Place>>& keys, std::size_t rows) {
    std::vector<std::uint32_t> order(rows);
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        for (const std::vector<Place>& key : keys)
            if (!(key[a] == key[b])) return isBefore(key[a], key[b]);
        return false;
    });
    return order;
}

/// "run" is name and number: sorting 20,000 distinct titles would take longer.
std::vector<SortKey> withoutTitles(std::span<const SortKey> keys) {
    std::vector<SortKey> result;
    for (const SortKey& key : keys) {
        const bool isTitle = key.field.kind == Field::Kind::Attribute && key.field.name == "run";
        if (!isTitle) {
            result.push_back(key);
            continue;
        }
        for (const char* name : {"name", "number"})
            result.push_back({{.kind = Field::Kind::Attribute, .name = name}, key.isDescending});
    }
    return result;
}

/// The parts of a list between its commas outside of parentheses and quotes.
std::vector<std::string> listItems(std::string_view text) {
    std::vector<std::string> items;
    std::size_t begin = 0;
    int depth = 0;
    for (const Token& token : tokens(text)) {
        if (token.kind == Token::Kind::Open) ++depth;
        if (token.kind == Token::Kind::Close) --depth;
        const bool ends = token.kind == Token::Kind::End || (token.kind == Token::Kind::Comma && depth == 0);
        if (!ends) continue;
        std::string item(text.substr(begin, token.begin - begin));
        const std::size_t first = item.find_first_not_of(" \t");
        if (first != std::string::npos) items.push_back(item.substr(first));
        begin = token.end;
    }
    return items;
}

} // namespace

void sortRows(const Table& table, std::vector<Row>& rows, std::span<const SortKey> keys) {
    std::vector<std::vector<Place>> places;
    for (const SortKey& key : withoutTitles(keys))
        places.push_back(placesOf(table.column(key.field), rows, key.isDescending));
    if (places.empty()) return;
    const std::vector<Row> before = rows;
    const std::vector<std::uint32_t> order = ordered(places, rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = before[order[i]];
}

std::vector<Group> groupRows(const Table& table, std::span<const Row> rows, std::span<const Field> fields) {
    std::vector<std::vector<Place>> places;
    for (const Field& field : fields)
        places.push_back(placesOf(table.column(field), rows, false));
    const std::vector<std::uint32_t> order = ordered(places, rows.size());
    std::vector<Group> groups;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const bool isSame =
            i > 0 && std::all_of(places.begin(), places.end(), [&](const std::vector<Place>& key) {
                return key[order[i]] == key[order[i - 1]];
            });
        if (!isSame) {
            groups.emplace_back();
            for (const Field& field : fields)
                groups.back().values.push_back(table.column(field).shown(rows[order[i]]));
        }
        groups.back().rows.push_back(rows[order[i]]);
    }
    return groups;
}

Summary summarize(const Column& column, std::span<const Row> rows) {
    Summary summary;
    double squares = 0; // Welford
    for (const Row row : rows) {
        const double value = column.number(row);
        if (std::isnan(value)) continue;
        if (++summary.count == 1) summary = {.count = 1, .mean = value, .least = value, .greatest = value};
        summary.least = std::min(summary.least, value);
        summary.greatest = std::max(summary.greatest, value);
        const double distance = value - summary.mean;
        summary.mean += distance / static_cast<double>(summary.count);
        squares += distance * (value - summary.mean);
    }
    if (summary.count > 1) summary.deviation = std::sqrt(squares / static_cast<double>(summary.count - 1));
    return summary;
}

std::string commonText(const Column& column, std::span<const Row> rows) {
    if (rows.empty()) return {};
    std::string first = column.shown(rows.front());
    for (const Row row : rows)
        if (column.shown(row) != first) return {};
    return first;
}

Result<std::vector<SortKey>> parseSortKeys(std::string_view text, const Schema& schema) {
    std::vector<SortKey> keys;
    for (std::string item : listItems(text)) {
        const bool isDescending = item.starts_with('-');
        if (isDescending) item.erase(0, 1);
        Result<Field> field = schema.field(item);
        if (!field) return fail(field.error());
        keys.push_back({std::move(*field), isDescending});
    }
    return keys;
}

Result<std::vector<Field>> parseFields(std::string_view text, const Schema& schema) {
    std::vector<Field> fields;
    for (const std::string& item : listItems(text)) {
        Result<Field> field = schema.field(item);
        if (!field) return fail(field.error());
        fields.push_back(std::move(*field));
    }
    return fields;
}

} // namespace fathom::query
