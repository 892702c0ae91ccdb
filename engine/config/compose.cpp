// SPDX-License-Identifier: Apache-2.0
#include "engine/config/compose.h"

#include "engine/config/compose_all.h"
#include "engine/config/convert.h"
#include "engine/config/defaults_list.h"
#include "engine/config/override.h"
#include "engine/config/resolver.h"
#include "engine/config/schemas/catalog.h"
#include "engine/config/tree.h"

#include <algorithm>

namespace fathom::config {

namespace {

using detail::ComposeFailure;
using detail::raiseConfig;

/// Hydra's config store: the built-in dataclasses, those of the schema file, and the one to match.
std::shared_ptr<const SchemaStore> schemasOf(const ComposeRequest& request) {
    if (request.schemaFile.empty() && request.autoschema.empty()) return schemas::builtinStore();
    const std::shared_ptr<SchemaStore> store = SchemaStore::over(*schemas::builtinStore());
    if (!request.schemaFile.empty())
        if (Status status = store->loadMore(request.schemaFile); !status)
            throw ComposeFailure{status.error()};
    if (!request.autoschema.empty()) {
        if (request.configName.find('/') != std::string::npos)
            raiseConfig(
                "ConfigCompositionException",
                "Cannot set config file path using `--config-name` when using schema. Please set path using "
                "`--config-path` and file name using `--config-name` separately.");
        std::string name = request.configName;
        if (name.ends_with(".yaml")) name.resize(name.size() - 5);
        if (Status status = store->alias(name, request.autoschema); !status)
            throw ComposeFailure{status.error()};
    }
    return store;
}

void refuseSweep(const Override& override) {
    if (!override.isSweep()) return;
    if (override.element.sweep->kind == SweepKind::SimpleChoice)
        raiseConfig(
            "ConfigCompositionException",
            "Ambiguous value for argument '" + override.input +
                "'\n1. To use it as a list, use key=[value1,value2]\n2. To use it as string, quote the "
                "value: key='value1,value2'\n3. To sweep over it, add --multirun to your command line",
            {}, override.key);
    raiseConfig("ConfigCompositionException", "Sweep parameters '" + override.input + "' requires --multirun",
                {}, override.key);
}

/// Hydra's own settings are not composed here; that they cannot be deleted is said all the same.
void refuseHydraDeletion(const Override& override) {
    if (override.kind == OverrideKind::Delete && override.key.starts_with("hydra.") &&
        override.key.find('.', 6) == std::string::npos)
        raiseConfig("ConfigCompositionException",
                    "Error merging override " + override.input +
                        "\nHydraConf (DictConfig) does not support deletion",
                    "Leave it out", override.key);
}

/// hydra.searchpath of the command line, else of the primary config, adds folders.
void addSearchPath(detail::Repository& repository, const ComposeRequest& request,
                   const std::vector<Override>& overrides) {
    const detail::LoadedConfig* primary =
        request.configName.empty() ? nullptr : repository.load(request.configName);
    if (primary && primary->config.kind != NodeKind::Map)
        raiseConfig("ConfigCompositionException",
                    "primary config '" + request.configName + "' must be a DictConfig, got ListConfig",
                    "Make the file a map");
    Value searchPath;
    std::string provider = "hydra.searchpath in main";
    if (primary) {
        const Node* hydra = primary->config.child("hydra");
        const Node* entry = hydra ? hydra->child("searchpath") : nullptr;
        if (entry) searchPath = detail::valueFromNode(*entry);
    }
    for (const Override& override : overrides)
        if (override.key == "hydra.searchpath" && !override.isSweep()) {
            searchPath = toValue(override.element);
            provider = "hydra.searchpath in command-line";
        }
    if (searchPath.isNull()) return;
    const bool valid =
        searchPath.isList() &&
        std::ranges::all_of(searchPath.asList(), [](const Value& entry) { return entry.isString(); });
    if (!valid)
        raiseConfig("ConfigCompositionException",
                    "hydra.searchpath must be a list of strings. Got: " + pythonStr(searchPath));
    for (const Value& entry : searchPath.asList())
        repository.addSearchPath(entry.asString(), provider);
}

void addConfigDir(detail::Repository& repository, const ComposeRequest& request) {
    if (request.configDir.empty()) return;
    std::error_code ignored;
    if (!std::filesystem::is_directory(request.configDir, ignored))
        raiseConfig("HydraException",
                    "Additional config directory '" + request.configDir.string() + "' not found",
                    "Correct --config-dir");
    repository.addSearchPath(request.configDir.string(), "command-line");
}

/// The config inside its package.
Node embedded(Node config, const std::string& package) {
    std::vector<std::string> parts = package.empty() ? std::vector<std::string>{} : detail::splitKey(package);
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
        Node outer;
        outer.kind = NodeKind::Map;
        config.key = *part;
        outer.children.push_back(std::move(config));
        config = std::move(outer);
    }
    return config;
}

/// Where the file says what was refused; keys of the error begin with the package.
void place(Error& error, const Node& config) {
    if (error.line > 0) return;
    const Node* node = &config;
    for (const std::string& part : detail::splitKey(error.key)) {
        const Node* next = node->child(part);
        if (!next) break;
        node = next;
    }
    if (node->history.empty()) return;
    error.file = node->history.back().file;
    error.line = node->history.back().line;
    error.column = node->history.back().column;
}

/// A file of the same name as a dataclass is merged onto it (Hydra at version_base 1.1).
Node withSchema(const detail::LoadedConfig& loaded, const std::string& path,
                const std::shared_ptr<const ClassType>& dataclass, const SchemaStore& store, bool primary) {
    Node merged = detail::instantiate(dataclass, store);
    Node file = loaded.config;
    const auto own =
        std::ranges::find_if(file.children, [](const Node& child) { return child.key == "hydra"; });
    if (primary && own != file.children.end()) file.children.erase(own);
    try {
        if (file.kind != NodeKind::Map)
            raiseConfig("ConfigTypeError", "Cannot merge DictConfig with ListConfig");
        detail::TreeEditor(merged, &store).merge(std::move(file));
    } catch (const ComposeFailure& failure) {
        Error error = failure.error;
        place(error, loaded.config);
        error.why = "Error merging '" + path + "' with schema\n" + error.why;
        error.className = "ConfigCompositionException";
        throw ComposeFailure{std::move(error)};
    }
    return merged;
}

void mergeDefault(detail::TreeEditor& editor, detail::Repository& repository,
                  const detail::ResultDefault& item, const SchemaStore* store) {
    const detail::LoadedConfig* loaded = repository.load(item.configPath);
    if (!loaded)
        raiseConfig("MissingConfigException",
                    "Could not load '" + item.configPath + "'." + repository.searchPath());
    const auto dataclass = loaded->isDataclass ? nullptr : repository.schemaFor(item.configPath);
    Node config = dataclass ? withSchema(*loaded, item.configPath, dataclass, *store, item.primary)
                            : repository.take(item.configPath);
    config = embedded(std::move(config), item.package);
    try {
        if (config.kind != NodeKind::Map)
            raiseConfig("ConfigTypeError", "Cannot merge DictConfig with ListConfig", "Make the file a map");
        editor.merge(std::move(config));
    } catch (const ComposeFailure& failure) {
        Error error = failure.error;
        if (error.className == "AttributeError" || error.className == "ConfigCompositionException") throw;
        if (error.className == "ConfigAttributeError") error.className = "ConfigKeyError";
        error.why = "In '" + item.configPath + "': " + error.className + " raised while composing config:\n" +
                    error.why;
        error.className = "ConfigCompositionException";
        if ((loaded = repository.load(item.configPath))) place(error, embedded(loaded->config, item.package));
        throw ComposeFailure{std::move(error)};
    }
}

Assignment assignmentOf(const ComposeRequest& request, std::size_t index, const Override& override) {
    Assignment made;
    made.layer = index >= request.editedFrom ? Layer::Edited : Layer::CommandLine;
    made.operation = override.kind == OverrideKind::Delete   ? Operation::Delete
                     : override.kind == OverrideKind::Change ? Operation::Set
                                                             : Operation::Add;
    made.argument = static_cast<int>(index);
    made.text = override.input;
    return made;
}

/// What is done with an override or file that cannot be applied: thrown on, or kept and left out.
class Refusals {
public:
    explicit Refusals(std::vector<detail::Refusal>* kept) : m_kept(kept) {}

    /// Runs `body`; true unless it was refused.
    template <class Body> bool allows(int argument, const Body& body) {
        try {
            body();
            return true;
        } catch (const ComposeFailure& failure) {
            if (!m_kept) throw;
            m_kept->push_back({failure.error, argument});
            return false;
        }
    }
    [[nodiscard]] bool keeps() const { return m_kept != nullptr; }

private:
    std::vector<detail::Refusal>* m_kept;
};

struct Argument {
    Override override{};
    std::size_t index = 0;
};

std::vector<Argument> parsedOverrides(const ComposeRequest& request, Refusals& refusals) {
    std::vector<Argument> arguments;
    for (std::size_t i = 0; i < request.overrides.size(); ++i)
        (void)refusals.allows(static_cast<int>(i), [&] {
            Result<Override> parsed = parseOverride(request.overrides[i]);
            if (!parsed) throw ComposeFailure{parsed.error()};
            arguments.push_back({std::move(*parsed), i});
        });
    return arguments;
}

std::vector<Override> overridesOf(const std::vector<Argument>& arguments) {
    std::vector<Override> overrides;
    overrides.reserve(arguments.size());
    for (const Argument& each : arguments)
        overrides.push_back(each.override);
    return overrides;
}

/// Takes out the one override without which the defaults list can be made; false when there is none.
bool dropCulprit(std::vector<Argument>& arguments, const Error& error, detail::Repository& repository,
                 const ComposeRequest& request, Refusals& refusals) {
    for (std::size_t i = arguments.size(); i-- > 0;) {
        std::vector<Argument> rest = arguments;
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
        try {
            (void)detail::createDefaultsList(repository, request.configName, overridesOf(rest), false);
        } catch (const ComposeFailure&) {
            continue;
        }
        (void)refusals.allows(static_cast<int>(arguments[i].index), [&] { throw ComposeFailure{error}; });
        arguments = std::move(rest);
        return true;
    }
    return false;
}

detail::DefaultsList defaultsList(detail::Repository& repository, const ComposeRequest& request,
                                  std::vector<Argument>& arguments, bool multirun, Refusals& refusals) {
    while (true) {
        try {
            return detail::createDefaultsList(repository, request.configName, overridesOf(arguments),
                                              multirun);
        } catch (const ComposeFailure& failure) {
            if (!refusals.keeps() || !dropCulprit(arguments, failure.error, repository, request, refusals))
                throw;
        }
    }
}

Config composed(const ComposeRequest& request, bool multirun, Refusals refusals) {
    const std::shared_ptr<const SchemaStore> schemas = schemasOf(request);
    std::vector<Argument> arguments = parsedOverrides(request, refusals);
    detail::Repository repository(request, schemas);
    addSearchPath(repository, request, overridesOf(arguments));
    addConfigDir(repository, request);
    std::erase_if(arguments, [&](const Argument& each) {
        return !refusals.allows(static_cast<int>(each.index), [&] {
            if (!multirun) refuseSweep(each.override);
            refuseHydraDeletion(each.override);
        });
    });
    const detail::DefaultsList list = defaultsList(repository, request, arguments, multirun, refusals);
    Node root;
    root.kind = NodeKind::Map;
    detail::TreeEditor editor(root, schemas.get());
    for (const detail::ResultDefault& item : list.defaults)
        (void)refusals.allows(-1, [&] { mergeDefault(editor, repository, item, schemas.get()); });
    editor.close();
    for (const std::size_t position : list.valueOverrides) {
        const Argument& argument = arguments[position];
        (void)refusals.allows(static_cast<int>(argument.index), [&] {
            editor.apply(argument.override, assignmentOf(request, argument.index, argument.override));
        });
    }
    std::erase_if(root.children, [](const Node& child) { return child.key == "hydra"; });
    return Config(std::move(root));
}

template <class Body> auto guarded(Body body) -> Result<decltype(body())> {
    try {
        return body();
    } catch (const ComposeFailure& failure) {
        return fail(failure.error);
    } catch (const std::filesystem::filesystem_error& error) {
        return fail(
            Error{ErrorKind::Usage, "Cannot read the config folder", error.what(), "Check its permissions"});
    }
}

} // namespace

Result<Config> compose(const ComposeRequest& request) {
    return guarded([&] { return composed(request, false, Refusals(nullptr)); });
}

Result<Config> composeForSweep(const ComposeRequest& request) {
    return guarded([&] { return composed(request, true, Refusals(nullptr)); });
}

detail::PartialConfig detail::composeAll(const ComposeRequest& request) {
    PartialConfig out;
    Result<Config> config = guarded([&] { return composed(request, false, Refusals(&out.refusals)); });
    if (config)
        out.config = std::move(*config);
    else
        out.refusals.push_back({config.error(), -1});
    return out;
}

std::vector<std::string> groupOptions(const ComposeRequest& request, const std::string& group) {
    try {
        return detail::Repository(request, nullptr).options(group);
    } catch (const ComposeFailure&) {
        return {};
    }
}

} // namespace fathom::config
