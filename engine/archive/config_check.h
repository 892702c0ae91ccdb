// SPDX-License-Identifier: Apache-2.0
// What is wrong with a model's config as part of an archive.
#pragma once

#include "engine/archive/inspect.h"

namespace fathom::archive {

/// `nemo:` references to none of `files` (names without "./") and a key `model`, which NeMo's constructors
/// refuse (Error); no class at all, and classes that NeMo 3.0 blocks (Warning).
[[nodiscard]] std::vector<Finding> checkModelConfig(const Value& config,
                                                    const std::vector<std::string>& files);

} // namespace fathom::archive
