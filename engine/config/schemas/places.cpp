// SPDX-License-Identifier: Apache-2.0
// Which description belongs to which place of a config.
#include "engine/config/schemas/catalog.h"

#include "engine/config/override.h"
#include "engine/config/resolver.h"

#include <algorithm>

namespace fathom::schemas {

namespace {

using config::Config;
using config::Description;
using config::Field;
using config::Node;

/// No described section lies deeper. Each asks those above it, which a chain of a thousand would not end.
constexpr std::ptrdiff_t kDeepest = 32;

std::string below(std::string_view path, std::string_view key) {
    return path.empty() ? std::string(key) : std::string(path) + '.' + std::string(key);
}

/// The text of a key below a path, resolved; empty when there is none.
std::string textAt(const Config& config, std::string_view path, std::string_view key) {
    const std::string full = below(path, key);
    const Node* node = config.find(full);
    if (!node || node->kind != config::NodeKind::Scalar || !node->value.isString()) return {};
    if (!node->isInterpolation()) return node->value.asString();
    const Result<Value> resolved = config.resolved(full);
    return resolved && resolved->isString() ? resolved->asString() : std::string();
}

std::string lastPart(const std::string& target) {
    return target.substr(target.rfind('.') + 1);
}

const Description* modelAt(const Config& config, std::string_view path) {
    return find(modelClassAt(config, path));
}

/// A module by its class; a class in a model's place would describe another kind of section.
const Description* moduleAt(const Config& config, std::string_view path) {
    const std::string target = textAt(config, path, "_target_");
    const Description* found = target.empty() ? nullptr : find(lastPart(target));
    return found && found->field("_target_") ? found : nullptr;
}

const Description* optimizerAt(const Config& config, std::string_view path) {
    const std::string target = textAt(config, path, "_target_");
    if (!target.empty()) return find(lastPart(target));
    const Node* name = config.find(below(path, "name"));
    if (!name || name->value.isNull()) return optimizer("adam"); // as NeMo has it
    return optimizer(textAt(config, path, "name"));
}

const Description* schedulerAt(const Config& config, std::string_view path) {
    std::string target = lastPart(textAt(config, path, "_target_"));
    if (target.ends_with("Params")) target.resize(target.size() - 6);
    return scheduler(target.empty() ? textAt(config, path, "name") : target);
}

/// Where a model stands: below `model`, or the root of an archive's config.
bool isModelRoot(const Config& config) {
    return !config.find("model") && modelAt(config, {});
}

struct Split {
    std::string parent{};
    std::string key{};
};

Split split(std::string_view path) {
    const std::size_t dot = path.rfind('.');
    if (dot == std::string_view::npos) return {{}, std::string(path)};
    return {std::string(path.substr(0, dot)), std::string(path.substr(dot + 1))};
}

const Node* containerAt(const Config& config, std::string_view path) {
    const Node* node = config.find(path);
    return node && node->kind != config::NodeKind::Scalar ? node : nullptr;
}

/// By what the field that holds the map says, or the list whose item the map is.
const Description* nestedAt(const Config& config, std::string_view path) {
    if (path.empty()) return nullptr;
    const Split own = split(path);
    const Node* parent = containerAt(config, own.parent);
    if (parent && parent->kind == config::NodeKind::List) {
        const Field* list = fieldAt(config, own.parent);
        return list && list->isListOfNested() ? list->nested.get() : nullptr;
    }
    const Field* field = fieldAt(config, path);
    return field && field->nested && !field->isListOfNested() ? field->nested.get() : nullptr;
}

} // namespace

std::string modelClassAt(const Config& config, std::string_view path) {
    if (const std::string target = textAt(config, path, "target"); !target.empty()) return lastPart(target);
    const auto has = [&](std::string_view key) { return config.find(below(path, key)) != nullptr; };
    if (has("preprocessor") && lastPart(textAt(config, path, "decoder._target_")) == "ConvASRDecoder")
        return has("tokenizer") ? "EncDecCTCModelBPE" : "EncDecCTCModel";
    if (has("encoder_tokenizer") && has("decoder_tokenizer")) return "MTEncDecModel";
    if (has("language_model") && has("classifier_head")) return "TextClassificationModel";
    return {};
}

const Description* descriptionAt(const Config& config, std::string_view path) {
    if (std::ranges::count(path, '.') > kDeepest) return nullptr;
    if (path == "trainer") return find("Trainer");
    if (path == "exp_manager") return find("ExpManager");
    if (path == "model" || (path.empty() && isModelRoot(config))) return modelAt(config, path);
    if (path.empty()) return nullptr;
    const Split own = split(path);
    const bool inModel = own.parent == "model" || own.parent.empty();
    if (own.key == "optim" && inModel) return optimizerAt(config, path);
    if (own.key == "sched" && split(own.parent).key == "optim") return schedulerAt(config, path);
    if (const Description* module = moduleAt(config, path)) return module;
    return nestedAt(config, path);
}

const Field* fieldAt(const Config& config, std::string_view path) {
    if (path.empty()) return nullptr;
    if (path == "plugins") return find("FathomConfig")->field(path);
    const Split own = split(path);
    const Description* parent = descriptionAt(config, own.parent);
    return parent ? parent->field(own.key) : nullptr;
}

std::vector<std::string> choicesAt(const Config& config, std::string_view path) {
    const Split own = split(path);
    const std::string section = split(own.parent).key;
    if (own.key == "name" && section == "optim") return optimizerNames();
    if (own.key == "name" && section == "sched") return schedulerNames();
    const Field* field = fieldAt(config, path);
    if (!field) return {};
    if (field->type == "bool") return {"true", "false"};
    if (field->type == "Optional[bool]") return {"null", "true", "false"};
    return field->options.choices;
}

namespace {

/// Adds the dataclass layer below a map that `description` describes.
class Defaults {
public:
    explicit Defaults(const Config& config) : m_config(config) {}

    void add(Node& node, const std::string& path) {
        if (node.kind == config::NodeKind::Scalar) return;
        const Description* description =
            node.kind == config::NodeKind::Map ? descriptionAt(m_config, path) : nullptr;
        if (description) addFields(node, *description);
        for (Node& child : node.children)
            if (!child.removed && !isOurs(child)) add(child, below(path, child.key));
    }

private:
    static bool isOurs(const Node& node) {
        return node.history.size() == 1 && node.history.front().layer == config::Layer::Dataclass;
    }

    static config::Assignment made(const Description& description, const Field& field) {
        config::Assignment out;
        out.layer = config::Layer::Dataclass;
        out.file = description.name;
        out.text = config::overrideText(field.defaultValue);
        return out;
    }

    static void addFields(Node& node, const Description& description) {
        for (const Field& field : description.fields) {
            const auto given = std::ranges::find(node.children, field.name, &Node::key);
            if (given != node.children.end()) {
                given->history.insert(given->history.begin(), made(description, field));
                continue;
            }
            if (field.required) continue;
            Node child = config::detail::nodeFromValue(field.defaultValue);
            child.key = field.name;
            mark(child, made(description, field));
            node.children.push_back(std::move(child));
        }
    }

    static void mark(Node& node, const config::Assignment& assignment) {
        node.history = {assignment};
        for (Node& child : node.children)
            mark(child, assignment);
    }

    const Config& m_config;
};

} // namespace

Config withDefaults(const Config& config) {
    Node root = config.root();
    Defaults(config).add(root, {});
    return Config(std::move(root));
}

} // namespace fathom::schemas
