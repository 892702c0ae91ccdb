// SPDX-License-Identifier: GPL-3.0-or-later
// What the user does in a config's tree, as changes of its list of overrides.
#pragma once

#include "app/models/config_tree.h"
#include "app/models/override_list.h"

namespace fathom::app {

/// What the tree shows while it is edited.
struct ComposedConfig {
    const std::optional<config::Config>& config;
    const ConfigItem& root;
};

/// Sets a key to a value in override grammar, or adds one that only the schema knows.
void setKey(OverrideList& overrides, const ComposedConfig& composed, const std::string& path,
            const std::string& value);
/// The whole section as the user typed it: only what differs from now becomes overrides.
void setSection(OverrideList& overrides, const ComposedConfig& composed, const std::string& path,
                const std::string& typed);
/// The name of an optimizer or scheduler: keys that the other one does not have go, and those of its that an
/// earlier switch removed come back. Its own defaults follow by themselves.
void switchSection(OverrideList& overrides, const ComposedConfig& composed, const std::string& path,
                   const std::string& name);

} // namespace fathom::app
