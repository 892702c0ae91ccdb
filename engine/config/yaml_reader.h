// SPDX-License-Identifier: Apache-2.0
// YAML text to nodes with positions, as OmegaConf.load reads it.
#pragma once

#include "engine/config/config.h"

#include <string_view>

namespace fathom::config {

/// The document as a node tree; each assignment carries `file`, line, column and the raw text. An empty
/// document is an empty map. Errors (Usage) have PyYAML's class names: ScannerError, ParserError,
/// ConstructorError (duplicate keys, unknown tags), ComposerError. Nesting deeper than 200 levels and aliases
/// that expand to over a million nodes are refused.
[[nodiscard]] Result<Node> readYaml(std::string_view text, const std::string& file, Layer layer);

} // namespace fathom::config
