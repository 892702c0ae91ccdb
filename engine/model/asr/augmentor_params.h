// SPDX-License-Identifier: Apache-2.0
// `augmentor` of a speech data section as structs.
#pragma once

#include "engine/config/config.h"
#include "engine/data/augmentor.h"

#include <string>
#include <vector>

namespace fathom::model {

/// Reads `value`, the resolved section at `path`; null is none. Errors (Usage) have NeMo's class and, where
/// it has one, its text: an unknown perturbation, one without `prob`, a value out of range. Source:
/// process_augmentations in nemo/collections/asr/parts/preprocessing/perturb.py.
[[nodiscard]] Result<std::vector<data::Perturbation>>
readAugmentor(const config::Config& config, const std::string& path, const Value& value);

} // namespace fathom::model
