// SPDX-License-Identifier: Apache-2.0
// OmegaConf 2.3's interpolation grammar: `${a.b}`, `${.c}`, `${x[0]}`, `${${n}}`, `${oc.env:HOME,x}`,
// `pre_${a}`, `\${not}`.
#pragma once

#include "engine/base/value.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fathom::config {

/// A parsed text.
struct Interpolation {
    enum class Kind {
        Literal,  ///< `value`
        Concat,   ///< the texts of `children`, one after the other
        Node,     ///< `${…}`: the texts of `children` make the key, dots and brackets among them
        Resolver, ///< `${name:…}`: `name` makes its name, `children` are the arguments
        List,     ///< `children`
        Dict,     ///< `keys` and `children`
    };
    Kind kind = Kind::Literal;
    Value value{};
    std::vector<Interpolation> name{};
    std::vector<Value> keys{};
    std::vector<Interpolation> children{};
    std::string source{}; ///< as written, for messages
};

/// Whether the text holds an unescaped `${`.
[[nodiscard]] bool holdsInterpolation(std::string_view text);

/// Parses a config value. Errors (Usage) are of class GrammarParseError. Nesting deeper than 50 levels is
/// refused.
[[nodiscard]] Result<Interpolation> parseInterpolation(std::string_view text);

/// Parses one element, as oc.decode does: `1`, `[a, b]`, `{k: v}`, `'x'`, `${y}`.
[[nodiscard]] Result<Interpolation> parseElement(std::string_view text);

} // namespace fathom::config
