// SPDX-License-Identifier: Apache-2.0
// The compiled filter. Internal to engine/query.
#pragma once

#include "engine/query/filter.h"

#include <re2/re2.h>

namespace fathom::query {

enum class Comparison { Equal, Less, LessOrEqual, Greater, GreaterOrEqual, Matches };

struct Filter::Node {
    Expression::Kind kind = Expression::Kind::Everything;
    std::vector<Node> children{};
    Field field{};
    Type type = Type::Text;
    Comparison comparison = Comparison::Equal;
    std::vector<std::string> values{}; ///< as they were written
    std::vector<std::string> texts{};  ///< the same in small letters
    std::vector<double> numbers{};     ///< the same as numbers or seconds; kMissing for what is none
    std::optional<Field> other{};      ///< compare with this field instead
    std::shared_ptr<const re2::RE2> regex{};
};

using Flags = std::vector<std::uint8_t>;

[[nodiscard]] Flags evaluate(const Filter::Node& node, const Table& table, double now);

} // namespace fathom::query
