// SPDX-License-Identifier: Apache-2.0
// A compiled filter over columns: one pass over contiguous numbers, or one look at each distinct text.
#include "engine/query/filter_node.h"
#include "engine/query/lexer.h"
#include "engine/query/literal.h"

#include <algorithm>

namespace fathom::query {

namespace {

using Kind = Expression::Kind;
using Node = Filter::Node;

/// 1 where the text of the row passes; the test sees each distinct text once.
template <class Test> void orTexts(const Column& column, Flags& flags, Test test) {
    if (column.ids().empty()) return;
    std::vector<std::uint8_t> passes(column.texts().size(), 0);
    for (TextId id = 1; id < passes.size(); ++id)
        passes[id] = test(column.texts().at(id)) ? 1 : 0;
    for (std::size_t row = 0; row < flags.size(); ++row)
        flags[row] |= passes[column.ids()[row]];
}

/// The same of numbers as they would be written, where a cell has no text.
template <class Test> void orNumberTexts(const Column& column, Flags& flags, Test test) {
    if (column.numbers().empty()) return;
    for (std::size_t row = 0; row < flags.size(); ++row)
        if (const double x = column.numbers()[row]; !std::isnan(x) && column.textId(row) == kNoText)
            flags[row] = test(numberText(x)) ? 1 : 0;
}

template <class Test> void orNumbers(const Column& column, Flags& flags, Test test) {
    if (column.numbers().empty()) return;
    const double* const numbers = column.numbers().data();
    for (std::size_t row = 0; row < flags.size(); ++row)
        flags[row] |= static_cast<std::uint8_t>(test(numbers[row]));
}

/// Calls `test` for each tag until it holds.
template <class Test> bool anyTag(std::string_view cell, Test test) {
    for (;;) {
        const std::size_t end = cell.find(kTagSeparator);
        if (test(cell.substr(0, end))) return true;
        if (end == std::string_view::npos) return false;
        cell.remove_prefix(end + 1);
    }
}

template <class T> bool holds(Comparison comparison, const T& order) {
    switch (comparison) {
    case Comparison::Equal:
    case Comparison::Matches:
        return order == 0;
    case Comparison::Less:
        return order < 0;
    case Comparison::LessOrEqual:
        return order <= 0;
    case Comparison::Greater:
        return order > 0;
    case Comparison::GreaterOrEqual:
        return order >= 0;
    }
    return false;
}

void compareNumbers(const Column& column, Comparison comparison, double value, Flags& flags) {
    switch (comparison) {
    case Comparison::Equal:
    case Comparison::Matches:
        return orNumbers(column, flags, [value](double x) { return x == value; });
    case Comparison::Less:
        return orNumbers(column, flags, [value](double x) { return x < value; });
    case Comparison::LessOrEqual:
        return orNumbers(column, flags, [value](double x) { return x <= value; });
    case Comparison::Greater:
        return orNumbers(column, flags, [value](double x) { return x > value; });
    case Comparison::GreaterOrEqual:
        return orNumbers(column, flags, [value](double x) { return x >= value; });
    }
}

/// A day is as long as it is: `=` is within it, `>` from its end on.
void compareMoments(const Column& column, Comparison comparison, const Interval& at, Flags& flags) {
    const bool isPoint = at.end <= at.begin;
    switch (comparison) {
    case Comparison::Equal:
    case Comparison::Matches:
        return orNumbers(column, flags,
                         [&](double x) { return isPoint ? x == at.begin : x >= at.begin && x < at.end; });
    case Comparison::Less:
        return compareNumbers(column, Comparison::Less, at.begin, flags);
    case Comparison::LessOrEqual:
        return compareNumbers(column, isPoint ? Comparison::LessOrEqual : Comparison::Less, at.end, flags);
    case Comparison::Greater:
        return compareNumbers(column, isPoint ? Comparison::Greater : Comparison::GreaterOrEqual, at.end,
                              flags);
    case Comparison::GreaterOrEqual:
        return compareNumbers(column, Comparison::GreaterOrEqual, at.begin, flags);
    }
}

void compareTexts(const Node& node, const Column& column, std::size_t index, Flags& flags) {
    const std::string& wanted = node.texts[index];
    if (node.type == Type::Tags)
        return orTexts(column, flags, [&](const std::string& cell) {
            return anyTag(cell, [&](std::string_view tag) { return folded(tag) == wanted; });
        });
    if (node.comparison == Comparison::Equal)
        return orTexts(column, flags, [&](const std::string& cell) { return folded(cell) == wanted; });
    orTexts(column, flags,
            [&](const std::string& cell) { return holds(node.comparison, compareNaturally(cell, wanted)); });
}

/// The cell against value `index` of the node.
void compareValue(const Node& node, const Column& column, std::size_t index, double now, Flags& flags) {
    const double value = node.numbers[index];
    if (node.type == Type::Moment) {
        if (const auto at = moment(node.values[index], now))
            compareMoments(column, node.comparison, *at, flags);
        return;
    }
    if (!std::isnan(value)) compareNumbers(column, node.comparison, value, flags);
    // An order between a number and a text would be an accident.
    const bool isTextToo = std::isnan(value) || node.comparison == Comparison::Equal;
    if (isTextToo) compareTexts(node, column, index, flags);
}

void compareFields(const Node& node, const Table& table, Flags& flags) {
    const Column& a = table.column(node.field);
    const Column& b = table.column(*node.other);
    for (std::size_t row = 0; row < flags.size(); ++row) {
        if (a.isMissing(row) || b.isMissing(row)) continue;
        const double x = a.number(row), y = b.number(row);
        if (!std::isnan(x) && !std::isnan(y))
            flags[row] = holds(node.comparison, x < y ? -1 : x > y ? 1 : 0) ? 1 : 0;
        else if (std::isnan(x) && std::isnan(y))
            flags[row] = holds(node.comparison, compareNaturally(a.text(row), b.text(row))) ? 1 : 0;
    }
}

void matchRegex(const Node& node, const Column& column, Flags& flags) {
    const re2::RE2& regex = *node.regex;
    const auto matches = [&](std::string_view text) {
        return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), regex);
    };
    orTexts(column, flags, [&](const std::string& cell) {
        return node.type == Type::Tags ? anyTag(cell, matches) : matches(cell);
    });
    orNumberTexts(column, flags, matches);
}

void findText(const Node& node, const Column& column, Flags& flags) {
    const std::string& part = node.texts.front();
    orTexts(column, flags, [&](const std::string& cell) {
        if (node.type != Type::Tags) return folded(cell).find(part) != std::string::npos;
        return anyTag(cell, [&](std::string_view tag) { return folded(tag) == part; });
    });
    orNumberTexts(column, flags,
                  [&](const std::string& cell) { return cell.find(part) != std::string::npos; });
}

Flags combine(const Node& node, const Table& table, double now) {
    Flags all = evaluate(node.children.front(), table, now);
    if (node.kind == Kind::Not)
        for (std::uint8_t& flag : all)
            flag ^= 1U;
    for (std::size_t i = 1; i < node.children.size(); ++i) {
        const Flags one = evaluate(node.children[i], table, now);
        for (std::size_t row = 0; row < all.size(); ++row)
            all[row] = node.kind == Kind::And ? (all[row] & one[row]) : (all[row] | one[row]);
    }
    return all;
}

} // namespace

Flags evaluate(const Node& node, const Table& table, double now) {
    Flags flags(table.rows(), node.kind == Kind::Everything ? 1 : 0);
    if (flags.empty() || node.kind == Kind::Everything) return flags;
    switch (node.kind) {
    case Kind::And:
    case Kind::Or:
    case Kind::Not:
        return combine(node, table, now);
    case Kind::Word:
        orTexts(table.searchTexts(), flags,
                [&](const std::string& cell) { return cell.find(node.texts.front()) != std::string::npos; });
        return flags;
    default:
        break;
    }
    const Column& column = table.column(node.field);
    switch (node.kind) {
    case Kind::Missing:
        for (std::size_t row = 0; row < flags.size(); ++row)
            flags[row] = column.isMissing(row) ? 1 : 0;
        break;
    case Kind::Within:
        orNumbers(column, flags, [since = now - node.numbers.front()](double x) { return x >= since; });
        break;
    case Kind::Contains:
        findText(node, column, flags);
        break;
    default:
        if (node.other)
            compareFields(node, table, flags);
        else if (node.regex)
            matchRegex(node, column, flags);
        else
            for (std::size_t i = 0; i < node.values.size(); ++i)
                compareValue(node, column, i, now, flags);
    }
    return flags;
}

} // namespace fathom::query
