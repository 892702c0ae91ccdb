// SPDX-License-Identifier: Apache-2.0
// Block-style YAML as OmegaConf.to_yaml (PyYAML's dump) writes it, byte for byte.
#pragma once

#include "engine/base/value.h"

#include <string>

namespace fathom::config {

/// YAML of plain data: two spaces of indent, lists not indented below their key, long texts folded at column
/// 80, strings quoted where they would read back as something else, floats as `1.0e-09`.
[[nodiscard]] std::string writeYaml(const Value& value);

} // namespace fathom::config
