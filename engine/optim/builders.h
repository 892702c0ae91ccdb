// SPDX-License-Identifier: Apache-2.0
// The optimizers that there are. Internal to engine/optim: each is in a file of its own.
#pragma once

#include "engine/optim/optimizer.h"

namespace fathom::optim {

[[nodiscard]] Built buildSgd(Setup setup);
[[nodiscard]] Built buildAdam(Setup setup); ///< AdamW too, by its option decoupled_weight_decay
[[nodiscard]] Built buildAdadelta(Setup setup);
[[nodiscard]] Built buildAdamax(Setup setup);
[[nodiscard]] Built buildAdagrad(Setup setup);
[[nodiscard]] Built buildRmsprop(Setup setup);
[[nodiscard]] Built buildRprop(Setup setup);
[[nodiscard]] Built buildNovograd(Setup setup);
[[nodiscard]] Built buildAdafactor(Setup setup);
[[nodiscard]] Built buildAdan(Setup setup);

} // namespace fathom::optim
