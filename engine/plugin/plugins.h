// SPDX-License-Identifier: Apache-2.0
// Loads the plugins that a user names, and nothing else: composing a config or opening an archive never does.
//
//   plugin::Selection plugins;
//   Status given = plugins.add("libmine.so");       // --plugin
//   Status listed = plugins.addFrom(config);        // plugins: [libmine.so]
//   for (const plugin::Plugin* each : plugins.all()) … // for the training module
#pragma once

#include "engine/plugin/registrar.h"

#include <filesystem>
#include <span>
#include <vector>

namespace fathom::plugin {

/// A loaded shared object and what it brought. Stays until the process ends, as its code does.
struct Plugin {
    std::filesystem::path file{}; ///< absolute
    std::vector<OptimizerRegistration> optimizers{};
    std::vector<SchedulerRegistration> schedulers{};
    std::vector<ModelRegistration> models{};
};

/// What one command or run names. One thread; several may exist at once.
class Selection {
public:
    /// Loads the shared object, relative to the current folder, unless this process has it. Its schedules and
    /// the schemas of all it brings are known to configs then. Errors name the file: not there, not a plugin,
    /// of another version of Fathom, a name that there is already, named twice, changed since it was loaded.
    [[nodiscard]] Status add(const std::filesystem::path& file);
    /// The same for the list `plugins` at the top of a config: relative to the folder of the file that says
    /// so, then to the current one. Those that were added before may be in it. Errors carry file, line and
    /// key of the config.
    [[nodiscard]] Status addFrom(const config::Config& config);

    [[nodiscard]] std::span<const Plugin* const> all() const { return m_plugins; }

private:
    [[nodiscard]] Status add(const std::filesystem::path& file, std::size_t mayRepeat);

    std::vector<const Plugin*> m_plugins;
};

/// Makes the plugin's schemas and schedules known to this copy of the engine: program and training module
/// have one each. All or nothing.
[[nodiscard]] Status describe(const Plugin& plugin);

} // namespace fathom::plugin
