// SPDX-License-Identifier: Apache-2.0
// Configs of archives that NeMo wrote before 1.0.
#pragma once

#include "engine/config/config.h"

namespace fathom::model {

/// The config in today's form: `cls` becomes `_target_`, and what is below `params` moves up to its section
/// (NeMo's maybe_update_config_version); interpolations are resolved then. A config that has neither is
/// returned as it is. Errors of interpolations that lead nowhere.
[[nodiscard]] Result<config::Config> inTodaysForm(const config::Config& config);

} // namespace fathom::model
