// SPDX-License-Identifier: Apache-2.0
// Hydra's defaults tree: which configs are merged, in which order, into which package. Internal to
// engine/config.
#pragma once

#include "engine/config/override.h"
#include "engine/config/repository.h"

namespace fathom::config::detail {

struct ResultDefault {
    std::string configPath{};
    std::string package{};
    bool isSelf = false;
    bool primary = false;
    std::string overrideKey{};
};

struct DefaultsList {
    std::vector<ResultDefault> defaults{};
    std::vector<std::size_t> valueOverrides{}; ///< indices of the overrides that change values, not groups
};

/// Throws ComposeFailure. With `skipMissing`, groups whose option is ??? are left out instead of refused.
[[nodiscard]] DefaultsList createDefaultsList(Repository& repository, const std::string& configName,
                                              const std::vector<Override>& overrides, bool skipMissing);

} // namespace fathom::config::detail
