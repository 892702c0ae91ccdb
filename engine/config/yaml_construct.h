// SPDX-License-Identifier: Apache-2.0
// Tags to values: what PyYAML's safe constructor makes of them. Internal.
#pragma once

#include "engine/config/config.h"
#include "engine/config/yaml_scanner.h"

namespace fathom::config::detail {

/// `implicit` texts are resolved by their form; others have `tag`, or none for a quoted string. Throws
/// YamlFailure.
[[nodiscard]] Value constructScalar(const std::string& text, bool implicit, const std::string& tag,
                                    const YamlMark& mark);

/// Checks the tag of a list or map ("" for none); a pathlib tag makes a path of a list's parts.
void constructCollection(Node& node, const std::string& tag, const YamlMark& mark);

/// A map key that is not a string as Python's str() writes it; a string as it is.
[[nodiscard]] std::string keyTextOf(const Value& key);

} // namespace fathom::config::detail
