// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/plugin_option.h"

namespace fathom::cli {

void addPluginOption(CLI::App& command, std::vector<std::string>& files) {
    command
        .add_option("--plugin", files,
                    "A shared object with optimizers, schedules or models to load; may be repeated")
        ->allow_extra_args(false);
}

Result<plugin::Selection> loadPlugins(const std::vector<std::string>& files) {
    plugin::Selection selection;
    for (const std::string& file : files)
        if (Status added = selection.add(file); !added) return fail(added.error());
    return selection;
}

} // namespace fathom::cli
