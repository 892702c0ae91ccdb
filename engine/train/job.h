// SPDX-License-Identifier: Apache-2.0
// From a config to a finished run: builds model, data, optimizer, schedule and callbacks, and runs the
// trainer.
#pragma once

#include "engine/run/torch_module.h"

namespace fathom::train {

/// What run::TorchModule::check promises.
[[nodiscard]] Status checkJob(const config::Config& config, run::Mode mode);

/// What run::TorchModule::train promises, but for exceptions of torch, which pass.
[[nodiscard]] Result<run::TrainEnd> runJob(const run::TrainJob& job);

} // namespace fathom::train
