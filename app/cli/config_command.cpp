// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/config_command.h"

#include "app/cli/plugin_option.h"
#include "engine/config/convert.h"
#include "engine/config/diagnostics.h"
#include "engine/config/explain.h"
#include "engine/config/json.h"
#include "engine/config/schemas/catalog.h"

#include <memory>

namespace fathom::cli {

namespace {

struct ConfigOptions {
    ConfigArguments config{};
    bool resolve = false;
    bool json = false;
    std::string package{};
    bool multirun = false;
    bool check = false;
    bool defaults = false;
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

Value describe(const config::InterpolationSource& source) {
    return Value::Map{{"key", source.key},
                      {"exists", source.exists},
                      {"value", source.value},
                      {"where", textOrNull(source.where)},
                      {"computed", source.isInterpolation}};
}

/// What the dataclass says of the key; null when nothing describes it.
Value describe(const config::Field* field) {
    if (!field) return {};
    return Value::Map{{"type", field->type},
                      {"default", field->defaultValue},
                      {"help", field->help},
                      {"minimum", field->options.minimum ? Value(*field->options.minimum) : Value{}},
                      {"maximum", field->options.maximum ? Value(*field->options.maximum) : Value{}},
                      {"choices", texts(field->options.choices)}};
}

/// "Optional[float], learning rate, at least 0.0"
std::string fieldText(const config::Field& field, const std::vector<std::string>& choices) {
    std::string text = field.type + (field.help.empty() ? "" : ", " + field.help);
    if (field.options.minimum) text += ", at least " + formatFloat(*field.options.minimum);
    if (field.options.maximum) text += ", at most " + formatFloat(*field.options.maximum);
    if (choices.empty()) return text;
    text += ", one of";
    for (std::size_t i = 0; i < choices.size(); ++i)
        text += (i > 0 ? ", " : " ") + choices[i];
    return text + (field.options.choicesAreOpen ? ", …" : "");
}

std::string sourceText(const config::InterpolationSource& source) {
    std::string text = "\ncomputed from " + source.key;
    if (!source.exists && source.where.empty() && source.value.isNull()) return text + ", which is not there";
    text += " = " + config::configJson(source.value);
    if (!source.where.empty()) text += "  " + source.where;
    return text + (source.isInterpolation ? "  (computed itself)" : "");
}

void printExplanation(const config::Config& composed, const config::Explanation& why, const Value& resolved,
                      bool json) {
    const config::Field* field = schemas::fieldAt(composed, why.key);
    if (json) {
        Value::List sources;
        for (const config::InterpolationSource& source : why.sources)
            sources.push_back(describe(source));
        Value::List assignments;
        for (const config::Assignment& made : why.assignments)
            assignments.push_back(describe(made));
        print(config::configJson(Value(Value::Map{{"key", why.key},
                                                  {"value", why.value},
                                                  {"resolved", resolved},
                                                  {"removed", why.removed},
                                                  {"assignments", Value(std::move(assignments))},
                                                  {"sources", Value(std::move(sources))},
                                                  {"references", texts(why.references)},
                                                  {"dependents", texts(why.dependents)},
                                                  {"field", describe(field)}})));
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
    for (const config::InterpolationSource& each : why.sources)
        text += sourceText(each);
    for (const std::string& each : why.dependents)
        text += "\nused by " + each;
    if (field) text += "\nfield: " + fieldText(*field, schemas::choicesAt(composed, why.key));
    print(text);
}

void explainKey(CommandContext& context, const ConfigOptions& options, const config::Config& written) {
    const config::Config composed = schemas::withDefaults(written);
    const Result<config::Explanation> why = config::explain(composed, options.explain);
    if (!why) return report(context, why.error(), options.json);
    Value resolved;
    if (!why->removed) {
        const Result<Value> value = composed.resolved(options.explain);
        if (!value) return report(context, value.error(), options.json);
        resolved = *value;
    }
    printExplanation(composed, *why, resolved, options.json);
}

Value describe(const config::Diagnostic& found) {
    return Value::Map{{"severity", config::name(found.severity)},
                      {"finding", config::name(found.finding)},
                      {"key", textOrNull(found.error.key)},
                      {"file", textOrNull(found.error.file)},
                      {"line", positive(found.error.line)},
                      {"column", positive(found.error.column)},
                      {"argument", found.argument >= 0 ? Value(found.argument) : Value{}},
                      {"class", textOrNull(found.error.className)},
                      {"what", found.error.what},
                      {"why", found.error.why},
                      {"remedy", found.error.remedy},
                      {"message", found.error.message()}};
}

/// Everything at once; exit code 2 when there is an error among it.
void checkConfig(CommandContext& context, const ConfigOptions& options) {
    const config::Diagnosis found = config::diagnose(options.config.request());
    std::size_t counts[3] = {};
    Value::List list;
    std::string text;
    for (const config::Diagnostic& each : found.diagnostics) {
        ++counts[static_cast<std::size_t>(each.severity)];
        list.push_back(describe(each));
        text += std::string(config::name(each.severity)) + ": ";
        if (each.argument >= 0) text += "override " + std::to_string(each.argument + 1) + ": ";
        text += each.error.message() + '\n';
    }
    if (counts[0] > 0) context.exitCode = 2;
    if (options.json)
        return print(config::configJson(
            Value(Value::Map{{"composes", found.composes}, {"diagnostics", Value(std::move(list))}})));
    print(text + std::to_string(counts[0]) + " errors, " + std::to_string(counts[1]) + " warnings, " +
          std::to_string(counts[2]) + " notes");
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

void printScalar(CommandContext& context, const ConfigOptions& options, const config::Config& composed) {
    const Result<Value> value = options.resolve ? composed.resolved(options.package)
                                                : Result<Value>(composed.unresolved(options.package));
    if (!value) return report(context, value.error(), false);
    print(config::pythonStr(*value));
}

void runConfig(CommandContext& context, const ConfigOptions& options) {
    // Those that the config lists stay unloaded: looking at a config runs no code of others.
    if (const auto loaded = loadPlugins(options.config.plugins); !loaded)
        return report(context, loaded.error(), options.json);
    if (options.multirun) return printJobs(context, options);
    if (options.check) return checkConfig(context, options);
    Result<config::Config> composed = config::compose(options.config.request());
    if (!composed) return report(context, composed.error(), options.json);
    if (!options.explain.empty()) return explainKey(context, options, *composed);
    if (options.defaults) composed = schemas::withDefaults(*composed);
    const config::Node* part = composed->find(options.package);
    if (!part || (part->kind == config::NodeKind::Scalar && part->value.isNull()))
        return report(context,
                      Error{ErrorKind::Usage, "Cannot print " + options.package,
                            "package '" + options.package + "' not found in config", "Correct --package"},
                      options.json);
    if (options.json) {
        const Result<Value> value = options.resolve ? composed->resolved(options.package)
                                                    : Result<Value>(composed->unresolved(options.package));
        if (!value) return report(context, value.error(), true);
        return print("{\"config\": " + config::configJson(*value) + "}");
    }
    if (part->kind == config::NodeKind::Scalar) return printScalar(context, options, *composed);
    const Result<std::string> yaml = composed->toYaml(options.package, options.resolve);
    if (!yaml) return report(context, yaml.error(), false);
    print(options.package.empty() ? *yaml : "# @package " + options.package + "\n" + *yaml);
}

} // namespace

config::ComposeRequest ConfigArguments::request() const {
    config::ComposeRequest out;
    out.configPath = path;
    out.configName = name;
    out.overrides = overrides;
    out.configDir = directory;
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
    command.add_option("--config-dir,--cd", arguments.directory, "a second folder of configs, searched last");
    command.add_option("--schema-file", arguments.schemaFile, "dataclasses to register, as JSON");
    command.add_option("--autoschema", arguments.autoschema,
                       "dataclass that the primary config is matched against");
    addPluginOption(command, arguments.plugins);
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
    command->add_option("-p,--package", options->package, "print only what is below this key");
    command->add_option("--explain", options->explain, "print where the value of this key came from");
    command->add_flag("--check", options->check,
                      "print every problem at once; exit code 2 when one is an error");
    command->add_flag("--defaults", options->defaults, "add the defaults of the sections that are described");
    command->add_flag("-m,--multirun", options->multirun, "print the override list of each job of the sweep");
    command->callback([&context, options] { runConfig(context, *options); });
}

} // namespace fathom::cli
