// SPDX-License-Identifier: Apache-2.0
// The optimizers by name. Internal to engine/optim.
#pragma once

#include "engine/optim/optimizer.h"

#include <functional>

namespace fathom::optim {

struct Kind {
    std::string name;                   ///< "adamw"
    std::string className;              ///< "AdamW": its flat description; AdamWParams is its dataclass
    std::vector<std::string> groupKeys; ///< what PyTorch keeps in `param_groups`, in its order
    std::function<Built(Setup)> build;
};

/// Null for an unknown name. Stays valid.
[[nodiscard]] const Kind* kindOf(std::string_view name);

} // namespace fathom::optim
