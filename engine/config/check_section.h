// SPDX-License-Identifier: Apache-2.0
// One section of a config against its description. Internal to engine/config.
#pragma once

#include "engine/config/description.h"
#include "engine/config/diagnostics.h"
#include "engine/config/resolver.h"

#include <vector>

namespace fathom::config::detail {

struct SectionProblem {
    Severity severity = Severity::Error;
    Finding finding = Finding::WrongValue;
    Error error{};
};

/// Every unknown key, wrong type, value out of range, missing required key and path that does not exist among
/// the section's own fields; nested sections are not entered. `resolver` is over the config's root.
[[nodiscard]] std::vector<SectionProblem> checkSection(const Config& config, Resolver& resolver,
                                                       const std::string& path,
                                                       const Description& description);

} // namespace fathom::config::detail
