// SPDX-License-Identifier: GPL-3.0-or-later
// An optimizer: steps of one size in the direction of the momentum's sign (Bernstein et al. 2018, Signum).
#pragma once

#include "engine/plugin/registrar.h"

namespace example {

[[nodiscard]] fathom::plugin::OptimizerRegistration signum();

} // namespace example
