// SPDX-License-Identifier: Apache-2.0
#include "engine/run/description.h"

#include "engine/base/file.h"
#include "engine/run/environment.h"

#include <set>

namespace fathom::run {

namespace {

using config::Layer;

constexpr const char* layerName(Layer layer) {
    switch (layer) {
    case Layer::Dataclass:
        return "dataclass";
    case Layer::Yaml:
        return "yaml";
    case Layer::Group:
        return "group";
    case Layer::CommandLine:
        return "command line";
    case Layer::Edited:
        return "edited";
    }
    return "";
}

/// exp_manager.name, else name, else the config's file name, as NeMo's scripts resolve them.
std::string runName(const config::Config& config, const RunRequest& request) {
    for (const char* path : {"exp_manager.name", "name"}) {
        if (!config.find(path)) continue;
        const Result<Value> value = config.resolved(path);
        if (value && value->isString() && !value->asString().empty() && value->asString() != "???")
            return value->asString();
    }
    return std::filesystem::path(request.configName).stem().string();
}

/// The assignment that gave `node` its value; a list that was written as a whole has it at its items.
const config::Assignment* winner(const config::Node& node) {
    if (!node.history.empty()) return &node.history.back();
    return node.children.empty() ? nullptr : winner(node.children.front());
}

/// The node at a key, or the nearest above it: an interpolation may stand for a whole map.
const config::Node* nodeOf(const config::Config& config, std::string key) {
    while (true) {
        if (const config::Node* node = config.find(key)) return node;
        const std::size_t dot = key.rfind('.');
        if (dot == std::string::npos) return nullptr;
        key.resize(dot);
    }
}

std::vector<store::ConfigLeaf> leaves(const config::Config& config, const Value& resolved) {
    std::vector<store::ConfigLeaf> all = store::leavesOf(resolved);
    for (store::ConfigLeaf& leaf : all) {
        const config::Node* node = nodeOf(config, leaf.key);
        const config::Assignment* made = node != nullptr ? winner(*node) : nullptr;
        if (made == nullptr) continue;
        leaf.layer = layerName(made->layer);
        leaf.origin = made->where();
    }
    return all;
}

/// In the order in which they come up; a dataclass has no text.
class Layers {
public:
    explicit Layers(const config::Node& root) { visit(root); }
    [[nodiscard]] std::vector<store::ConfigLayer> take() { return std::move(m_layers); }

private:
    void visit(const config::Node& node) {
        for (const config::Assignment& made : node.history)
            add(made);
        for (const config::Node& child : node.children)
            visit(child);
    }
    void add(const config::Assignment& made) {
        if (made.file.empty() || !m_known.insert(made.file).second) return;
        store::ConfigLayer layer{.kind = layerName(made.layer), .name = made.file};
        if (made.layer != Layer::Dataclass) layer.text = readFile(made.file).value_or(std::string());
        m_layers.push_back(std::move(layer));
    }

    std::set<std::string> m_known;
    std::vector<store::ConfigLayer> m_layers;
};

} // namespace

Result<store::NewRun> describe(const config::Config& config, const RunRequest& request) {
    const Result<Value> resolved = config.resolved();
    if (!resolved) return fail(resolved.error());
    Result<std::string> yaml = config.toYaml("", false);
    if (!yaml) return fail(std::move(yaml.error()));
    store::NewRun run{.name = runName(config, request),
                      .command = commandLine(request),
                      .configPath = request.configPath.string(),
                      .configName = request.configName,
                      .overrides = request.overrides,
                      .configJson = toJson(*resolved),
                      .configYaml = std::move(*yaml),
                      .leaves = leaves(config, *resolved),
                      .layers = Layers(config.root()).take(),
                      .environment = hostEnvironment()};
    for (const std::string& override : request.overrides)
        run.layers.push_back({.kind = layerName(Layer::CommandLine), .name = override});
    return run;
}

} // namespace fathom::run
