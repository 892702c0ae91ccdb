// SPDX-License-Identifier: Apache-2.0
// The plugins that the training module knows. It has a copy of the engine of its own, so that what the
// program has loaded is registered here again.
#pragma once

#include "engine/plugin/plugins.h"

#include <mutex>
#include <vector>

namespace fathom::train {

/// Any thread.
class PluginSet {
public:
    /// Registers what the plugin brings, once. All or nothing; errors (Usage) name its file.
    [[nodiscard]] Status add(const plugin::Plugin& plugin);

private:
    std::mutex m_mutex;
    std::vector<const plugin::Plugin*> m_known;
};

} // namespace fathom::train
