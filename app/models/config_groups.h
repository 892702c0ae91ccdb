// SPDX-License-Identifier: GPL-3.0-or-later
// Which config groups filled which sections: so that the tree can offer the other options.
#pragma once

#include "app/models/config_tree.h"
#include "engine/config/compose.h"

#include <map>

namespace fathom::app {

/// Read from where the values came: a file `<group>/<option>.yaml` that set keys of a section. Groups that
/// fill the whole config are left out: no row stands for them. `sources` are the texts of the files.
[[nodiscard]] std::vector<ConfigGroup> findGroups(const config::ComposeRequest& request,
                                                  const config::Config& config,
                                                  const std::map<QString, QString>& sources);

} // namespace fathom::app
