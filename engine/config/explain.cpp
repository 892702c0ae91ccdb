// SPDX-License-Identifier: Apache-2.0
#include "engine/config/explain.h"

#include "engine/config/convert.h"
#include "engine/config/interpolation.h"
#include "engine/config/resolver.h"
#include "engine/config/suggest.h"

#include <algorithm>
#include <array>

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

/// What an interpolation reads: a key, or a resolver that looks outside the config.
struct Read {
    std::string text{}; ///< absolute key, or "oc.env:HOME"
    bool isKey = true;
    std::string source{}; ///< as written
};

std::string constantText(const std::vector<Interpolation>& parts) {
    std::string text;
    for (const Interpolation& part : parts)
        if (part.kind == Interpolation::Kind::Literal) text += pythonStr(part.value);
    return text;
}

/// Walks a parsed text. With a resolver, keys that are computed are computed; without one they are left out.
class ReadCollector {
public:
    ReadCollector(std::string_view place, detail::Resolver* resolver)
        : m_place(place),
          m_container(place.substr(0, std::min(place.rfind('.'), place.size()))),
          m_resolver(resolver) {
        if (place.find('.') == std::string_view::npos) m_container.clear();
    }

    void collect(const Interpolation& expression) {
        if (expression.kind == Interpolation::Kind::Node)
            addKey(expression);
        else if (expression.kind == Interpolation::Kind::Resolver)
            addResolver(expression);
        for (const Interpolation& part : expression.children)
            collect(part);
        for (const Interpolation& part : expression.name)
            collect(part);
    }

    std::vector<Read> reads{};

private:
    void addKey(const Interpolation& expression) {
        std::string key;
        for (const Interpolation& part : expression.children) {
            if (part.kind == Interpolation::Kind::Literal) {
                key += pythonStr(part.value);
                continue;
            }
            if (!m_resolver) return;
            const Result<Value> value = m_resolver->evaluateText(part.source, m_container);
            if (!value || !value->isString()) return;
            key += value->asString();
        }
        add({absoluteKey(std::move(key), m_place), true, expression.source});
    }

    void addResolver(const Interpolation& expression) {
        const std::string name = constantText(expression.name);
        const bool hasText = !expression.children.empty() &&
                             expression.children.front().kind == Interpolation::Kind::Literal &&
                             expression.children.front().value.isString();
        const std::string first = hasText ? expression.children.front().value.asString() : std::string();
        static constexpr std::array<std::string_view, 4> kByKey{"oc.select", "oc.deprecated", "oc.dict.keys",
                                                                "oc.dict.values"};
        if (hasText && std::ranges::find(kByKey, name) != kByKey.end())
            add({absoluteKey(first, m_place), true, expression.source});
        else if (name == "oc.env" || name == "now" || name == "gpu_name" || name == "python_version")
            add({name + ":" + first, false, expression.source});
    }

    void add(Read read) {
        if (std::ranges::find(reads, read.text, &Read::text) == reads.end()) reads.push_back(std::move(read));
    }

    std::string_view m_place;
    std::string m_container;
    detail::Resolver* m_resolver;
};

std::vector<Read> readsOf(const std::string& text, std::string_view key, detail::Resolver* resolver) {
    if (text.find("${") == std::string::npos) return {};
    const Result<Interpolation> expression = parseInterpolation(text);
    if (!expression) return {};
    ReadCollector collector(key, resolver);
    collector.collect(*expression);
    return std::move(collector.reads);
}

InterpolationSource sourceOf(const Config& config, detail::Resolver& resolver, const Read& read,
                             const std::string& container) {
    InterpolationSource out;
    out.key = read.text;
    const Node* node = read.isKey ? config.find(read.text) : nullptr;
    out.exists = node != nullptr;
    const Result<Value> value = read.isKey ? (node ? resolver.resolve(read.text) : Result<Value>(Value{}))
                                           : resolver.evaluateText(read.source, container);
    if (value) out.value = *value;
    if (!node) return out;
    out.isInterpolation = node->isInterpolation();
    if (!node->history.empty()) out.where = node->history.back().where();
    return out;
}

bool isWithin(const std::string& inner, std::string_view outer) {
    return inner.size() > outer.size() && inner.starts_with(outer) && inner[outer.size()] == '.';
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
    for (Read& read : readsOf(text, key, nullptr))
        if (read.isKey) out.push_back(std::move(read.text));
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
    detail::Resolver resolver(config.root());
    if (node->isInterpolation()) {
        const std::string container(
            key.substr(0, key.find('.') == std::string_view::npos ? 0 : key.rfind('.')));
        for (const Read& read : readsOf(node->value.asString(), key, &resolver)) {
            out.sources.push_back(sourceOf(config, resolver, read, container));
            if (read.isKey) out.references.push_back(read.text);
        }
    }
    const std::string own(key);
    forEachNode(config.root(), {}, [&](const Node& other, const std::string& otherKey) {
        if (!other.isInterpolation() || otherKey == own) return;
        const std::vector<Read> reads = readsOf(other.value.asString(), otherKey, &resolver);
        const bool depends = std::ranges::any_of(reads, [&](const Read& each) {
            return each.isKey && (each.text == own || isWithin(each.text, own) || isWithin(own, each.text));
        });
        if (depends) out.dependents.push_back(otherKey);
    });
    return out;
}

} // namespace fathom::config
