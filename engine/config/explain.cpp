// SPDX-License-Identifier: Apache-2.0
#include "engine/config/explain.h"

#include "engine/config/interpolation.h"
#include "engine/config/resolver.h"
#include "engine/config/suggest.h"

#include <algorithm>
#include <charconv>

namespace fathom::config {

namespace {

std::string joined(const std::vector<std::string>& parts) {
    std::string key;
    for (const std::string& part : parts)
        key += (key.empty() ? "" : ".") + part;
    return key;
}

/// The key with its leading dots applied to the place of the value.
std::string absoluteKey(std::string key, std::string_view place) {
    if (!key.starts_with('.')) return joined(detail::splitKey(key));
    std::vector<std::string> parts = detail::splitKey(place);
    while (key.starts_with('.')) {
        if (!parts.empty()) parts.pop_back();
        key.erase(0, 1);
    }
    for (std::string& part : detail::splitKey(key))
        parts.push_back(std::move(part));
    return joined(parts);
}

void collect(const Interpolation& expression, std::string_view place, std::vector<std::string>& out) {
    if (expression.kind == Interpolation::Kind::Node) {
        std::string key;
        bool constant = true;
        for (const Interpolation& part : expression.children) {
            constant = constant && part.kind == Interpolation::Kind::Literal && part.value.isString();
            if (constant) key += part.value.asString();
        }
        if (constant) out.push_back(absoluteKey(std::move(key), place));
    }
    for (const Interpolation& part : expression.children)
        collect(part, place, out);
    for (const Interpolation& part : expression.name)
        collect(part, place, out);
}

template <class Visit> void forEachNode(const Node& node, const std::string& key, const Visit& visit) {
    visit(node, key);
    for (const Node& child : node.children)
        if (!child.removed) forEachNode(child, key.empty() ? child.key : key + "." + child.key, visit);
}

/// The node at a key, removed ones included when no living one has the name.
const Node* findEvenRemoved(const Node& root, std::string_view key) {
    const Node* node = &root;
    if (key.empty()) return node;
    for (const std::string& part : detail::splitKey(key)) {
        const Node* next = node->child(part);
        if (!next)
            for (const Node& child : node->children)
                if (child.key == part) next = &child;
        if (!next) return nullptr;
        node = next;
    }
    return node;
}

} // namespace

std::vector<std::string> referencesOf(const std::string& text, std::string_view key) {
    std::vector<std::string> out;
    if (text.find("${") == std::string::npos) return out;
    if (const Result<Interpolation> expression = parseInterpolation(text)) collect(*expression, key, out);
    return out;
}

std::vector<std::string> allKeys(const Config& config) {
    std::vector<std::string> keys;
    forEachNode(config.root(), {}, [&keys](const Node&, const std::string& key) {
        if (!key.empty()) keys.push_back(key);
    });
    return keys;
}

Result<Explanation> explain(const Config& config, std::string_view key) {
    const Node* node = findEvenRemoved(config.root(), key);
    if (!node) {
        Error error{ErrorKind::Usage, "Cannot explain " + std::string(key),
                    "Key '" + std::string(key) + "' is not in the config", didYouMean(key, allKeys(config))};
        error.key = std::string(key);
        error.className = "ConfigKeyError";
        return fail(std::move(error));
    }
    Explanation out;
    out.key = std::string(key);
    out.removed = node->removed;
    out.assignments = node->history;
    if (!node->removed) out.value = detail::valueFromNode(*node);
    if (node->isInterpolation()) out.references = referencesOf(node->value.asString(), key);
    forEachNode(config.root(), {}, [&](const Node& other, const std::string& otherKey) {
        if (!other.isInterpolation()) return;
        const std::vector<std::string> named = referencesOf(other.value.asString(), otherKey);
        const bool depends = std::ranges::any_of(named, [&](const std::string& each) {
            return each == key || each.starts_with(std::string(key) + ".");
        });
        if (depends) out.dependents.push_back(otherKey);
    });
    return out;
}

} // namespace fathom::config
