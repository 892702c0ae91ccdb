// SPDX-License-Identifier: Apache-2.0
// Overrides written into the YAML text that they override.
//
//   applyOverrides("optim:\n  lr: 0.1 # tuned\n", {"optim.lr=0.2", "+optim.name=adamw"}, "model_config.yaml")
//     -> "optim:\n  lr: 0.2 # tuned\n  name: adamw\n"
#pragma once

#include "engine/base/value.h"

#include <string>
#include <string_view>
#include <vector>

namespace fathom::config {

/// The text of a file that means what `yaml` with the overrides composes to. Lines that no override concerns
/// stay byte for byte; only where that cannot be had (an alias, a flow map that gets a key) the whole is
/// written anew, as OmegaConf.to_yaml would. `file` names the text in errors (Usage): of Hydra's composition,
/// and for a sweep.
[[nodiscard]] Result<std::string>
applyOverrides(std::string_view yaml, const std::vector<std::string>& overrides, const std::string& file);

} // namespace fathom::config
