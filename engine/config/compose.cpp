// SPDX-License-Identifier: Apache-2.0
#include "engine/config/compose.h"

#include "engine/config/convert.h"
#include "engine/config/defaults_list.h"
#include "engine/config/override.h"
#include "engine/config/resolver.h"
#include "engine/config/tree.h"

#include <algorithm>

namespace fathom::config {

namespace {

using detail::ComposeFailure;
using detail::raiseConfig;

std::shared_ptr<const SchemaStore> schemasOf(const ComposeRequest& request) {
    if (request.schemaFile.empty()) return nullptr;
    Result<std::shared_ptr<SchemaStore>> store = SchemaStore::load(request.schemaFile);
    if (!store) throw ComposeFailure{store.error()};
    if (!request.autoschema.empty()) {
        std::string name = request.configName;
        if (name.ends_with(".yaml")) name.resize(name.size() - 5);
        if (Status status = (*store)->alias(name, request.autoschema); !status)
            throw ComposeFailure{status.error()};
    }
    return std::move(*store);
}

std::vector<Override> parsedOverrides(const ComposeRequest& request) {
    std::vector<Override> overrides;
    for (const std::string& text : request.overrides) {
        Result<Override> parsed = parseOverride(text);
        if (!parsed) throw ComposeFailure{parsed.error()};
        overrides.push_back(std::move(*parsed));
    }
    return overrides;
}

void refuseSweeps(const std::vector<Override>& overrides) {
    for (const Override& override : overrides) {
        if (!override.isSweep()) continue;
        if (override.element.sweep->kind == SweepKind::SimpleChoice)
            raiseConfig(
                "ConfigCompositionException",
                "Ambiguous value for argument '" + override.input +
                    "'\n1. To use it as a list, use key=[value1,value2]\n2. To use it as string, quote the "
                    "value: key='value1,value2'\n3. To sweep over it, add --multirun to your command line",
                {}, override.key);
        raiseConfig("ConfigCompositionException",
                    "Sweep parameters '" + override.input + "' requires --multirun", {}, override.key);
    }
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
    Node hydra;
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
    Node config =
        dataclass ? withSchema(*loaded, item.configPath, dataclass, *store, item.primary) : loaded->config;
    config = embedded(std::move(config), item.package);
    const Node asWritten = store ? config : Node{};
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
        place(error, asWritten);
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

Config composed(const ComposeRequest& request, bool multirun) {
    const std::shared_ptr<const SchemaStore> schemas = schemasOf(request);
    const std::vector<Override> overrides = parsedOverrides(request);
    detail::Repository repository(request, schemas);
    addSearchPath(repository, request, overrides);
    if (!multirun) refuseSweeps(overrides);
    const detail::DefaultsList list =
        detail::createDefaultsList(repository, request.configName, overrides, multirun);
    Node root;
    root.kind = NodeKind::Map;
    detail::TreeEditor editor(root, schemas.get());
    for (const detail::ResultDefault& item : list.defaults)
        mergeDefault(editor, repository, item, schemas.get());
    editor.close();
    for (const std::size_t index : list.valueOverrides)
        editor.apply(overrides[index], assignmentOf(request, index, overrides[index]));
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
    return guarded([&] { return composed(request, false); });
}

Result<Config> composeForSweep(const ComposeRequest& request) {
    return guarded([&] { return composed(request, true); });
}

std::vector<std::string> groupOptions(const ComposeRequest& request, const std::string& group) {
    try {
        return detail::Repository(request, nullptr).options(group);
    } catch (const ComposeFailure&) {
        return {};
    }
}

} // namespace fathom::config
