// SPDX-License-Identifier: Apache-2.0
// What may stand at the cursor of a filter line.
#pragma once

#include "engine/query/field.h"

#include <functional>

namespace fathom::query {

struct Candidate {
    enum class Kind { Field, Function, Operator, Value, Keyword };
    Kind kind = Kind::Field;
    std::string text{};   ///< what to write, quoted where it must be
    std::string detail{}; ///< "metric", "config", what an attribute is
};

struct Completion {
    std::size_t begin = 0, end = 0; ///< bytes of the text that a candidate replaces
    std::vector<Candidate> candidates{};
};

/// Texts that a field has, most frequent first; may be empty.
using KnownValues = std::function<std::vector<std::string>(const Field& field)>;

/// Those that begin with what stands before the cursor come first, then those that contain it. At most
/// `most`.
[[nodiscard]] Completion complete(std::string_view text, std::size_t cursor, const Schema& schema,
                                  const KnownValues& values, std::size_t most = 50);

} // namespace fathom::query
