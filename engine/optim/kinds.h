// SPDX-License-Identifier: Apache-2.0
// The optimizers by name. Internal to engine/optim.
#pragma once

#include "engine/optim/builders.h"

namespace fathom::optim {

struct Kind {
    std::string name;      ///< "adamw"
    std::string className; ///< "AdamW": its flat description; AdamWParams is its dataclass
    std::string groupKeys; ///< what PyTorch keeps in `param_groups`, in its order
    Built (*build)(Setup);
};

/// In NeMo's order.
[[nodiscard]] const std::vector<Kind>& kinds();
/// Null for an unknown name.
[[nodiscard]] const Kind* kindOf(std::string_view name);

} // namespace fathom::optim
