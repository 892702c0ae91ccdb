// SPDX-License-Identifier: Apache-2.0
// YAML text to nodes with positions, as OmegaConf.load reads it.
//
// Why not yaml-cpp: it speaks YAML 1.2 and hands out texts, not types; a config means what PyYAML 1.1 with
// OmegaConf's changes makes of it (`on` a bool, `010` eight, `1:30` ninety, `1e-9` a float, duplicate keys
// refused). It keeps neither where a scalar ends nor whether it was quoted, which edits that keep the file
// need, and it expands aliases without limit.
#pragma once

#include "engine/config/config.h"

#include <string_view>

namespace fathom::config {

/// The document as a node tree; each assignment carries `file`, line, column and the raw text. An empty
/// document is an empty map. Errors (Usage) have PyYAML's class names: ScannerError, ParserError,
/// ConstructorError (duplicate keys, unknown tags), ComposerError. Nesting deeper than 200 levels and aliases
/// that stand for over 200,000 nodes are refused.
[[nodiscard]] Result<Node> readYaml(std::string_view text, const std::string& file, Layer layer);

} // namespace fathom::config
