// SPDX-License-Identifier: Apache-2.0
// What a plain YAML scalar means to OmegaConf 2.3: PyYAML's YAML 1.1 rules with OmegaConf's floats (`1e-9`),
// no dates.
#pragma once

#include "engine/base/value.h"

#include <string_view>

namespace fathom::config {

/// The value of an unquoted scalar: `010` is 8, `1:30` is 90, `on` is true, `1e-9` is a float, `2020-01-01`
/// is a string. The scalar `=` is an error of class ConstructorError, as in PyYAML.
[[nodiscard]] Result<Value> yamlScalar(std::string_view text);

/// Whether a plain scalar of this text would be read as something other than this very string.
[[nodiscard]] bool needsYamlQuotes(std::string_view text);
/// Whether PyYAML itself would resolve the text to something else than a string (dates included, OmegaConf's
/// floats not).
[[nodiscard]] bool isPlainYamlOther(std::string_view text);

/// Python's int(text): decimal digits with single underscores between them, blanks around, an optional sign.
[[nodiscard]] bool pythonInt(std::string_view text, std::int64_t& out);
/// Python's float(text), which also knows inf, infinity and nan in any case.
[[nodiscard]] bool pythonFloat(std::string_view text, double& out);
/// An int beyond 64 bits, kept as its digits: {"$int": "…"}.
[[nodiscard]] Value bigInt(std::string_view text);

} // namespace fathom::config
