// SPDX-License-Identifier: Apache-2.0
// Weights to begin with, from other models: `init_from_nemo_model`, `init_from_ptl_ckpt` and
// `init_from_pretrained_model` at the top of a config (NeMo's maybe_init_from_pretrained_checkpoint).
#pragma once

#include "engine/base/log.h"
#include "engine/config/config.h"
#include "engine/model/model.h"

namespace fathom::train {

/// Whether the config names weights to begin with.
[[nodiscard]] bool hasInitialWeights(const config::Config& config);

/// Loads them, if the config names any: one file, whose names need not all match; or a map of several, each
/// with `path` or `name` and the substrings of parameter names to `include` and `exclude`. Errors (Usage,
/// BadInput) name file and key: two of the three keys, a file that cannot be read, a shape that differs.
[[nodiscard]] Status initializeWeights(model::Model& model, const config::Config& config, Log& log);

} // namespace fathom::train
