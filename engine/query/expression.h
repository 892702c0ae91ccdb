// SPDX-License-Identifier: Apache-2.0
// The filter language, as it is written: the tree of a filter before its names are looked up. Filter
// (filter.h) is what callers want.
//
//   filter   = or
//   or       = and { OR and }
//   and      = not { [AND] not }                                       two terms side by side are an AND
//   not      = { NOT | "!" | "-" } term
//   term     = "(" or ")" | field op value | field [NOT] IN "(" value { "," value } ")" | field [NOT]
//   CONTAINS value
//            | field IS [NOT] MISSING | field WITHIN duration | word
//   op       = "=" | "!=" | "<" | "<=" | ">" | ">=" | "=~" | "!~"
//   field    = name | `name` | ("last"|"min"|"max"|"argmin"|"argmax"|"points") "(" name ")"
//            | "best" "(" name ["," BY ["min"|"max"] name] ")"
//   value    = word | "text" | number unit ["ago"] | field in backticks or of a function
#pragma once

#include "engine/query/field.h"

#include <optional>

namespace fathom::query {

/// Bytes of the text.
struct Span {
    std::size_t begin = 0, end = 0;
};

/// A field before it is looked up.
struct FieldName {
    std::string name{};
    bool isPlain = true; ///< without a function: what it is decides whose field it is
    Aggregate aggregate = Aggregate::Last;
    std::string by{};
    std::optional<bool> isGreatestBest{}; ///< as "min" or "max" said
    Span at{};
};

struct Literal {
    std::string text{};
    bool isQuoted = false;
    std::optional<FieldName> field{}; ///< compares with another field: in backticks, or a function
    Span at{};
};

struct Expression {
    enum class Kind { Everything, And, Or, Not, Word, Compare, In, Contains, Missing, Within };
    Kind kind = Kind::Everything;
    std::vector<Expression> children{}; ///< of And, Or, Not
    FieldName field{};
    std::string op{}; ///< of Compare: "=", "<", "<=", ">", ">=", "=~"; the negative ones stand in a Not
    std::vector<Literal> values{}; ///< one; several of In; none of Missing
    Span at{};
};

/// The Error's `column` is where (1-based, in bytes) and its `why` says what was expected there.
[[nodiscard]] Result<Expression> parseExpression(std::string_view text);
[[nodiscard]] Result<FieldName> parseFieldName(std::string_view text);
/// Looks the names up.
[[nodiscard]] Result<Field> bind(const FieldName& name, const Schema& schema);

/// What Aggregate a function of the language gives, "min" → Least.
[[nodiscard]] std::optional<Aggregate> aggregateOf(std::string_view function);
/// Second, minute … of "s", "min", "days"; nullopt for any other word.
[[nodiscard]] std::optional<double> secondsOfUnit(std::string_view unit);

} // namespace fathom::query
