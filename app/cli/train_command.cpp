// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/train_command.h"

#include "app/cli/plugin_option.h"
#include "app/cli/progress_bar.h"
#include "engine/base/value.h"
#include "engine/run/run_service.h"

#include <memory>

namespace fathom::cli {
namespace {

struct TrainOptions {
    run::RunRequest request{};
    std::string configPath{};
    std::string workspace = ".";
    std::vector<std::string> plugins{};
    bool json = false;
};

Value describe(const run::RunSnapshot& snapshot) {
    Value::Map metrics;
    for (const run::LatestValue& value : snapshot.latest)
        metrics.set(value.name, value.value);
    return Value::Map{{"run", snapshot.title},
                      {"id", static_cast<std::int64_t>(snapshot.id)},
                      {"state", store::name(snapshot.state)},
                      {"step", snapshot.progress.step},
                      {"directory", snapshot.directory.string()},
                      {"metrics", Value(std::move(metrics))}};
}

/// The error of a failed run was already printed as one of its log lines.
int exitCodeOf(const run::RunSnapshot& snapshot) {
    if (snapshot.state == store::RunState::Stopped) return 130;
    if (snapshot.state == store::RunState::Completed) return 0;
    return snapshot.error ? snapshot.error->exitCode() : 1;
}

void runJob(CommandContext& context, const TrainOptions& options) {
    run::RunRequest request = options.request;
    request.configPath = options.configPath;
    request.workspace = options.workspace;
    request.plugins.assign(options.plugins.begin(), options.plugins.end());
    auto service = run::RunService::open(options.workspace);
    if (!service) return report(context, service.error(), options.json);
    ProgressBar bar;
    (*service)->onChange([&bar](const run::RunSnapshot& snapshot) { bar.show(snapshot); });
    (*service)->onEvent(
        [&bar](store::RunId, LogLevel level, std::string_view text) { bar.print(level, text); });
    const auto id = (*service)->start(request);
    if (!id) return report(context, id.error(), options.json);

    const std::stop_callback forward(context.stop.get_token(), [&] { (*service)->stop(*id); });
    const run::RunSnapshot end = (*service)->wait(*id);
    bar.finish();
    context.exitCode = exitCodeOf(end);
    if (end.storeError) {
        context.log.error(end.storeError->message());
        if (context.exitCode == 0) context.exitCode = end.storeError->exitCode();
    }
    if (options.json) return print(toJson(describe(end)));
    std::string line = end.title + ' ' + std::string(store::name(end.state));
    if (!end.directory.empty()) line += ", " + end.directory.string();
    print(line);
}

void addMode(CLI::App& app, CommandContext& context, run::Mode mode) {
    const char* const help = mode == run::Mode::Train      ? "Train a model as a config says"
                             : mode == run::Mode::Validate ? "Judge a model on the config's validation set"
                                                           : "Test a model on the config's test set";
    CLI::App* command = app.add_subcommand(std::string(run::name(mode)), help);
    auto options = std::make_shared<TrainOptions>();
    options->request.mode = mode;
    command
        ->add_option("--config-path", options->configPath,
                     "Folder of the config, relative to the current one")
        ->required();
    command->add_option("--config-name", options->request.configName, "Its name, with or without .yaml")
        ->required();
    command->add_option("--workspace", options->workspace, "Folder of runs.sqlite")->capture_default_str();
    addPluginOption(*command, options->plugins);
    command->add_flag("--json", options->json, "Print the end as one JSON document");
    command->add_option("overrides", options->request.overrides,
                        "Overrides in Hydra's grammar: key=value, +key=value, ~key");
    command->callback([&context, options] { runJob(context, *options); });
}

} // namespace

void addTrainCommand(CLI::App& app, CommandContext& context) {
    addMode(app, context, run::Mode::Train);
    addMode(app, context, run::Mode::Validate);
    addMode(app, context, run::Mode::Test);
}

} // namespace fathom::cli
