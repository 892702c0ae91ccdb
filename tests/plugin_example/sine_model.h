// SPDX-License-Identifier: GPL-3.0-or-later
// A model: a small network that learns a sine.
#pragma once

#include "engine/plugin/registrar.h"

namespace example {

[[nodiscard]] fathom::plugin::ModelRegistration sineModel();

} // namespace example
