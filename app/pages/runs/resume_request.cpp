// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/resume_request.h"

#include "engine/config/override.h"

#include <algorithm>

namespace fathom::app {

bool canResume(const store::Run& run) {
    return store::isOver(run.state) && run.state != store::RunState::Completed && !run.directory.empty() &&
           !run.configName.empty() && run.source.empty();
}

run::RunRequest resumeRequest(const store::Run& run, const std::filesystem::path& workspace) {
    run::RunRequest request{.configPath = run.configPath,
                            .configName = run.configName,
                            .overrides = run.overrides,
                            .workspace = workspace};
    // A run that was resumed before has them already.
    std::erase_if(request.overrides, [](const std::string& override) {
        return override.starts_with("++exp_manager.resume_if_exists=") ||
               override.starts_with("++exp_manager.explicit_log_dir=");
    });
    request.overrides.emplace_back("++exp_manager.resume_if_exists=true");
    std::string folder = "++exp_manager.explicit_log_dir=";
    folder.append(config::quoteForOverride(run.directory));
    request.overrides.push_back(std::move(folder));
    return request;
}

} // namespace fathom::app
