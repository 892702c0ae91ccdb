// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/config_command.h"

#include "engine/config/explain.h"
#include "engine/config/json.h"

#include <memory>

namespace fathom::cli {

namespace {

struct ConfigOptions {
    ConfigArguments config{};
    bool resolve = false;
    bool json = false;
    bool multirun = false;
    std::string explain{};
};

Value textOrNull(const std::string& text) {
    return text.empty() ? Value{} : Value(text);
}
Value positive(int number) {
    return number > 0 ? Value(number) : Value{};
}

Value texts(const std::vector<std::string>& all) {
    Value::List list;
    for (const std::string& each : all)
        list.emplace_back(each);
    return list;
}

std::string layerName(config::Layer layer) {
    static constexpr const char* kNames[] = {"dataclass", "yaml", "group", "command line", "edited"};
    return kNames[static_cast<int>(layer)];
}

std::string operationName(config::Operation operation) {
    static constexpr const char* kNames[] = {"set", "add", "delete", "interpolate"};
    return kNames[static_cast<int>(operation)];
}

Value describe(const config::Assignment& made) {
    return Value::Map{{"layer", layerName(made.layer)},
                      {"operation", operationName(made.operation)},
                      {"file", textOrNull(made.file)},
                      {"line", positive(made.line)},
                      {"column", positive(made.column)},
                      {"argument", made.argument >= 0 ? Value(made.argument) : Value{}},
                      {"text", made.text},
                      {"where", made.where()}};
}

void printExplanation(const config::Explanation& why, const Value& resolved, bool json) {
    if (json) {
        Value::List assignments;
        for (const config::Assignment& made : why.assignments)
            assignments.push_back(describe(made));
        print(config::configJson(Value(Value::Map{{"key", why.key},
                                                  {"value", why.value},
                                                  {"resolved", resolved},
                                                  {"removed", why.removed},
                                                  {"assignments", Value(std::move(assignments))},
                                                  {"references", texts(why.references)},
                                                  {"dependents", texts(why.dependents)}})));
        return;
    }
    std::string text = why.key + (why.removed ? " is removed" : " = " + config::configJson(resolved));
    for (std::size_t i = 0; i < why.assignments.size(); ++i) {
        const config::Assignment& made = why.assignments[i];
        text += i + 1 == why.assignments.size() ? "\n* " : "\n  ";
        text += made.where();
        if (made.argument < 0 && !made.text.empty()) text += "  " + made.text;
        text += "  (" + layerName(made.layer) + ", " + operationName(made.operation) + ")";
    }
    for (const std::string& each : why.references)
        text += "\ncomputed from " + each;
    for (const std::string& each : why.dependents)
        text += "\nused by " + each;
    print(text);
}

void explainKey(CommandContext& context, const ConfigOptions& options, const config::Config& composed) {
    const Result<config::Explanation> why = config::explain(composed, options.explain);
    if (!why) return report(context, why.error(), options.json);
    Value resolved;
    if (!why->removed) {
        const Result<Value> value = composed.resolved(options.explain);
        if (!value) return report(context, value.error(), options.json);
        resolved = *value;
    }
    printExplanation(*why, resolved, options.json);
}

void printJobs(CommandContext& context, const ConfigOptions& options) {
    const auto jobs = config::expandSweeps(options.config.request());
    if (!jobs) return report(context, jobs.error(), options.json);
    if (options.json) {
        Value::List list;
        for (const std::vector<std::string>& job : *jobs)
            list.push_back(texts(job));
        return print(toJson(Value(Value::Map{{"jobs", Value(std::move(list))}})));
    }
    for (std::size_t i = 0; i < jobs->size(); ++i) {
        std::string line = "#" + std::to_string(i) + " :";
        for (const std::string& override : (*jobs)[i])
            line += " " + override;
        print(line);
    }
}

void runConfig(CommandContext& context, const ConfigOptions& options) {
    if (options.multirun) return printJobs(context, options);
    const Result<config::Config> composed = config::compose(options.config.request());
    if (!composed) return report(context, composed.error(), options.json);
    if (!options.explain.empty()) return explainKey(context, options, *composed);
    if (options.json) {
        const Result<Value> value =
            options.resolve ? composed->resolved() : Result<Value>(composed->unresolved());
        if (!value) return report(context, value.error(), true);
        return print("{\"config\": " + config::configJson(*value) + "}");
    }
    const Result<std::string> yaml = composed->toYaml({}, options.resolve);
    if (!yaml) return report(context, yaml.error(), false);
    print(*yaml);
}

} // namespace

config::ComposeRequest ConfigArguments::request() const {
    config::ComposeRequest out;
    out.configPath = path;
    out.configName = name;
    out.overrides = overrides;
    out.schemaFile = schemaFile;
    out.autoschema = autoschema;
    return out;
}

void addConfigArguments(CLI::App& command, ConfigArguments& arguments) {
    command
        .add_option("--config-path,--cp", arguments.path,
                    "folder of the configs, relative to the current directory")
        ->required();
    command.add_option("--config-name,--cn", arguments.name, "name of the primary config, without .yaml")
        ->required();
    command.add_option("--schema-file", arguments.schemaFile, "dataclasses to register, as JSON");
    command.add_option("--autoschema", arguments.autoschema,
                       "dataclass that the primary config is matched against");
    command
        .add_option("overrides", arguments.overrides,
                    "key=value, +key=value, ++key=value, ~key (Hydra's grammar)")
        ->allow_extra_args();
}

void addConfigCommand(CLI::App& app, CommandContext& context) {
    auto options = std::make_shared<ConfigOptions>();
    CLI::App* command = app.add_subcommand("config", "compose a config and print it");
    addConfigArguments(*command, options->config);
    command->add_flag("--resolve", options->resolve, "replace the interpolations");
    command->add_flag("--json", options->json, "print one JSON document");
    command->add_option("--explain", options->explain, "print where the value of this key came from");
    command->add_flag("-m,--multirun", options->multirun, "print the override list of each job of the sweep");
    command->callback([&context, options] { runConfig(context, *options); });
}

} // namespace fathom::cli
