// SPDX-License-Identifier: Apache-2.0
// The functions of the override grammar: casts, choice, range, interval, glob, tag, sort, shuffle. Internal
// to engine/config.
#pragma once

#include "engine/config/override.h"

namespace fathom::config::detail {

struct FunctionCall {
    std::string name{};
    std::vector<Element> args{};
    std::vector<std::pair<std::string, Element>> named{};
};

/// Errors have the Python class that Hydra's implementation raises (ValueError, TypeError, AssertionError,
/// HydraException).
[[nodiscard]] Result<Element> evaluate(FunctionCall call);

} // namespace fathom::config::detail
