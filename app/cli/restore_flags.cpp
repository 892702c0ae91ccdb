// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/restore_flags.h"

#include "app/cli/plugin_option.h"
#include "app/cli/table.h"

namespace fathom::cli {

void addRestoreFlags(CLI::App& command, RestoreFlags& flags) {
    command.add_flag("--no-strict", flags.loose, "Tolerate missing and unexpected weights");
    command.add_option("--override-config", flags.overrideConfig,
                       "A YAML file to use instead of the archive's config (NeMo's override_config_path)");
    command.add_option("--map-location", flags.mapLocation,
                       "cpu, cuda or cuda:1 (default: the GPU where there is one)");
    addPluginOption(command, flags.plugins);
}

Result<std::unique_ptr<run::RestoredModel>>
restoreForCommand(run::TorchModule& module, const std::string& file, const RestoreFlags& flags, Log& log) {
    const Result<plugin::Selection> plugins = loadPlugins(flags.plugins);
    if (!plugins) return fail(plugins.error());
    for (const plugin::Plugin* each : plugins->all())
        if (Status added = module.addPlugin(*each); !added) return fail(added.error());
    auto model = module.restore(file, {.strict = !flags.loose,
                                       .overrideConfigPath = flags.overrideConfig,
                                       .mapLocation = flags.mapLocation});
    if (!model) return model;
    for (const std::string& name : (*model)->report().missing)
        log.warning("the archive has no weights for " + printable(name) + ", which stay as initialised");
    for (const std::string& name : (*model)->report().unexpected)
        log.warning("the model has no place for the archive's " + printable(name));
    return model;
}

} // namespace fathom::cli
