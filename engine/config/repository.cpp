// SPDX-License-Identifier: Apache-2.0
#include "engine/config/repository.h"

#include "engine/base/file.h"
#include "engine/config/convert.h"
#include "engine/config/resolver.h"
#include "engine/config/tree.h"
#include "engine/config/yaml_reader.h"

#include <algorithm>

namespace fathom::config::detail {

namespace fs = std::filesystem;

namespace {

/// `# @package x` among the first lines of comments (hydra/plugins/config_source.py).
std::optional<std::string> packageHeaderOf(std::string_view text) {
    std::optional<std::string> package;
    text = text.substr(0, 512);
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string line(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t first = line.find_first_not_of(" \t\r");
        if (first == std::string::npos) continue;
        line = line.substr(first, line.find_last_not_of(" \t\r") + 1 - first);
        if (line[0] != '#') break;
        const std::size_t at = line.find_first_not_of(" \t", 1);
        if (at == std::string::npos || line[at] != '@') break;
        std::vector<std::string> parts;
        for (std::size_t i = at; i < line.size();) {
            const std::size_t stop = std::min(line.find(' ', i), line.size());
            if (stop > i) parts.push_back(line.substr(i, stop - i));
            i = stop + 1;
        }
        if (parts.size() < 2)
            raiseConfig("ValueError", "Expected header format: KEY VALUE, got '" + line.substr(at) + "'");
        if (parts.size() > 2) raiseConfig("ValueError", "Too many components in '" + line.substr(at) + "'");
        if (parts[0] == "@package") package = parts[1];
    }
    return package;
}

void splitPackage(std::string& name, std::optional<std::string>& package) {
    const std::size_t at = name.find('@');
    if (at == std::string::npos) return;
    package = name.substr(at + 1);
    name.resize(at);
    if (const std::size_t colon = package->find(':'); colon != std::string::npos) package->resize(colon);
    if (*package == "_here_") package = "";
}

/// "optional override db" to the group with its keywords.
void takeKeywords(DefaultItem& item) {
    while (true) {
        const std::size_t space = item.group.find(' ');
        if (space == std::string::npos) return;
        const std::string word = item.group.substr(0, space);
        if (word == "optional")
            item.optional = true;
        else if (word == "override")
            item.override = true;
        else
            break;
        item.group.erase(0, space + 1);
    }
    item.group = item.group.substr(item.group.rfind(' ') + 1);
}

DefaultItem groupItem(const Node& entry, const std::string& config) {
    std::vector<const Node*> keys;
    bool oldOptional = false;
    for (const Node& child : entry.children) {
        if (child.key == "optional" && entry.children.size() > 1)
            oldOptional = child.value == Value(true);
        else
            keys.push_back(&child);
    }
    const std::string shown = pythonRepr(valueFromNode(entry));
    if (keys.size() > 1)
        raiseConfig("ValueError", "In " + config + ": Too many keys in default item " + shown);
    if (keys.empty()) raiseConfig("ValueError", "In " + config + ": Missing group name in " + shown);
    const Node& choice = *keys.front();
    if (!choice.typedKey.isNull()) raiseConfig("AssertionError", "");
    DefaultItem item;
    item.isGroup = true;
    item.group = choice.key;
    splitPackage(item.group, item.package);
    takeKeywords(item);
    item.optional = item.optional || oldOptional;
    if (choice.kind == NodeKind::List) {
        item.hasOptions = true;
        for (const Node& option : choice.children) {
            if (!option.value.isString())
                raiseConfig("ValueError",
                            "Unsupported item value in defaults : " + pythonTypeName(valueFromNode(option)) +
                                ", nested list items must be strings");
            item.options.push_back(option.value.asString());
        }
    } else if (choice.kind == NodeKind::Scalar && choice.value.isString()) {
        item.value = choice.value.asString();
    } else if (choice.kind != NodeKind::Scalar || !choice.value.isNull()) {
        raiseConfig("ValueError", "Unsupported item value in defaults : " +
                                      pythonTypeName(valueFromNode(choice)) + ". Supported: string or list");
    }
    if (item.group.empty()) raiseConfig("AssertionError", "");
    return item;
}

DefaultItem defaultItem(const Node& entry, const std::string& config) {
    if (entry.kind == NodeKind::Map) return groupItem(entry, config);
    if (entry.kind != NodeKind::Scalar || !entry.value.isString())
        raiseConfig("ValueError",
                    "Unsupported type in defaults : " + std::string(entry.kind == NodeKind::List
                                                                        ? "ListConfig"
                                                                        : pythonTypeName(entry.value)));
    DefaultItem item;
    item.path = entry.value.asString();
    splitPackage(item.path, item.package);
    if (item.isSelf() && item.package) raiseConfig("ValueError", "_self_@PACKAGE is not supported");
    return item;
}

std::vector<DefaultItem> takeDefaults(Node& config, const std::string& path) {
    std::vector<DefaultItem> items;
    if (config.kind != NodeKind::Map) return items;
    const auto found =
        std::ranges::find_if(config.children, [](const Node& child) { return child.key == "defaults"; });
    if (found == config.children.end()) return items;
    if (found->kind != NodeKind::List) {
        const std::string type = found->kind == NodeKind::Map ? "mapping" : pythonTypeName(found->value);
        raiseConfig("ValueError",
                    "Invalid defaults list in '" + path + "', defaults must be a list (got " + type + ")");
    }
    for (const Node& entry : found->children)
        items.push_back(defaultItem(entry, path));
    config.children.erase(found);
    return items;
}

/// What OmegaConf.load makes of a document that is not a map: a text is read once more, as YAML.
Result<Node> wholeConfig(Node node, const std::string& file, Layer layer) {
    if (node.kind != NodeKind::Scalar) return node;
    if (!node.value.isString() && !node.value.isNull())
        raiseConfig("OSError", "Invalid loaded object type: " + pythonTypeName(node.value),
                    "Make the file a map");
    Node map;
    map.kind = NodeKind::Map;
    if (node.value.isNull()) return map;
    Result<Node> inner = readYaml(node.value.asString(), file, layer);
    if (!inner || inner->kind != NodeKind::Scalar) return inner;
    if (!inner->value.isString() && !inner->value.isNull())
        raiseConfig("AssertionError", {}, "Make the file a map");
    if (inner->value.isString()) {
        Node child;
        child.key = inner->value.asString();
        child.history = node.history;
        map.children.push_back(std::move(child));
    }
    return map;
}

bool isOmegaConfFailure(const std::string& className) {
    return className == "GrammarParseError" || className == "KeyValidationError" ||
           className == "UnsupportedValueType";
}

std::string withoutEnding(const std::string& path) {
    if (path.ends_with(".yaml")) return path.substr(0, path.size() - 5);
    if (path.ends_with(".yml")) return path.substr(0, path.size() - 4);
    return path;
}

} // namespace

std::string fileNameOf(const std::string& config) {
    return config.ends_with(".yaml") || config.ends_with(".yml") ? config : config + ".yaml";
}

Repository::Repository(const ComposeRequest& request, std::shared_ptr<const SchemaStore> schemas)
    : m_request(request), m_schemas(std::move(schemas)) {
    m_sources.push_back({"main", request.configPath, true});
    std::error_code ignored;
    if (request.files.empty() && !fs::is_directory(request.configPath, ignored))
        raiseConfig("MissingConfigException",
                    "Primary config directory not found.\nCheck that the config directory '" +
                        request.configPath.string() + "' exists and readable",
                    "Correct --config-path");
}

void Repository::addSearchPath(const std::string& entry, const std::string& provider) {
    std::string folder = entry;
    if (folder.starts_with("file://")) folder.erase(0, 7);
    m_sources.push_back({provider, folder, false});
    std::erase_if(m_cache, [](const auto& cached) { return !cached.second; }); // it may be in the new folder
}

std::string Repository::searchPath() const {
    std::string text = "\nConfig search path:\n\tprovider=hydra, path=pkg://hydra.conf";
    for (const Source& source : m_sources)
        text += "\n\tprovider=" + source.provider + ", path=file://" + source.folder.string();
    return text + "\n\tprovider=schema, path=structured://";
}

std::optional<std::pair<std::string, std::string>> Repository::textOf(const Source& source,
                                                                      const std::string& path) const {
    const std::string name = fileNameOf(path);
    const fs::path file = source.folder / name;
    if (source.hasMemory) {
        const auto found = m_request.files.find(name);
        if (found != m_request.files.end()) return std::pair{found->second, file.string()};
    }
    std::error_code ignored;
    if (!fs::is_regular_file(file, ignored)) return std::nullopt;
    Result<std::string> text = readFile(file);
    if (!text) throw ComposeFailure{text.error()};
    return std::pair{std::move(*text), file.string()};
}

std::optional<LoadedConfig> Repository::loadFile(const std::string& path) const {
    for (const Source& source : m_sources) {
        const auto text = textOf(source, path);
        if (!text) continue;
        LoadedConfig loaded;
        loaded.packageHeader = packageHeaderOf(text->first);
        const bool primary = withoutEnding(path) == withoutEnding(m_request.configName);
        const Layer layer = primary ? Layer::Yaml : Layer::Group;
        Result<Node> node = readYaml(text->first, text->second, layer);
        if (node) node = wholeConfig(std::move(*node), text->second, layer);
        if (!node) {
            Error error = node.error();
            if (isOmegaConfFailure(error.className)) {
                error.why = error.className + ": " + error.why;
                error.className = "ConfigCompositionException";
            }
            throw ComposeFailure{std::move(error)};
        }
        loaded.config = std::move(*node);
        loaded.defaults = takeDefaults(loaded.config, path);
        return loaded;
    }
    return std::nullopt;
}

const LoadedConfig* Repository::load(const std::string& path) {
    const auto found = m_cache.find(path);
    if (found != m_cache.end()) return found->second.get();
    std::optional<LoadedConfig> loaded = loadFile(path);
    if (path == kEmptyConfig) {
        loaded.emplace();
        loaded->config.kind = NodeKind::Map;
    }
    if (!loaded && m_schemas) {
        if (const auto dataclass = m_schemas->find(withoutEnding(path))) {
            loaded.emplace();
            loaded->config = instantiate(dataclass, *m_schemas);
            loaded->isDataclass = true;
        }
    }
    auto& slot = m_cache[path];
    if (loaded) slot = std::make_unique<LoadedConfig>(std::move(*loaded));
    return slot.get();
}

Node Repository::take(const std::string& path) {
    const auto taken = m_cache.extract(path);
    return std::move(taken.mapped()->config);
}

std::shared_ptr<const ClassType> Repository::schemaFor(const std::string& path) const {
    return m_schemas ? m_schemas->find(withoutEnding(path)) : nullptr;
}

bool Repository::hasConfig(const std::string& path) const {
    const std::string name = fileNameOf(path);
    if (path == kEmptyConfig || m_request.files.contains(name)) return true;
    std::error_code ignored;
    for (const Source& source : m_sources)
        if (fs::is_regular_file(source.folder / name, ignored)) return true;
    return m_schemas && m_schemas->find(withoutEnding(path));
}

bool Repository::hasGroup(const std::string& path) const {
    std::error_code ignored;
    for (const Source& source : m_sources)
        if (fs::is_directory(source.folder / path, ignored)) return true;
    return std::ranges::any_of(m_request.files, [&](const auto& file) {
        return path.empty() || file.first.starts_with(path + "/");
    });
}

std::vector<std::string> Repository::options(const std::string& group) const {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const Source& source : m_sources)
        for (const auto& entry : fs::directory_iterator(source.folder / group, ignored))
            if (entry.path().extension() == ".yaml" || entry.path().extension() == ".yml")
                names.push_back(entry.path().stem().string());
    for (const auto& [path, text] : m_request.files) {
        const fs::path file(path);
        if (file.parent_path() == fs::path(group)) names.push_back(file.stem().string());
    }
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

} // namespace fathom::config::detail
