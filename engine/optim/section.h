// SPDX-License-Identifier: Apache-2.0
// Keys that every optimizer section may have.
#pragma once

#include "engine/config/schema.h"

namespace fathom::optim {

/// Adds `name`, `sched`, `foreach` and `fused` to the description of an optimizer's parameters.
template <class Params> config::Schema<Params> withCommonKeys(config::Schema<Params> schema) {
    schema.field("name", &Params::name, "Which optimizer")
        .field("sched", &Params::sched, "Learning rate schedule")
        .field("foreach", &Params::foreach, "Accepted for PyTorch's sake: updates always go over whole lists")
        .field("fused", &Params::fused,
               "Accepted for PyTorch's sake: fused kernels are used where they exist");
    return schema;
}

} // namespace fathom::optim
