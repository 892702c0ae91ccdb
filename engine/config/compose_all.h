// SPDX-License-Identifier: Apache-2.0
// Composing that goes on past what is refused, to find all of it. Internal to engine/config.
#pragma once

#include "engine/config/compose.h"

#include <optional>
#include <vector>

namespace fathom::config::detail {

struct Refusal {
    Error error{};
    int argument = -1; ///< index of the override that was refused, -1 for a file
};

struct PartialConfig {
    std::optional<Config> config{}; ///< without what was refused; empty when nothing composes
    std::vector<Refusal> refusals{};
};

/// Never fails: errors are among the refusals.
[[nodiscard]] PartialConfig composeAll(const ComposeRequest& request);

} // namespace fathom::config::detail
