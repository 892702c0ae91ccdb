// SPDX-License-Identifier: Apache-2.0
#include "engine/config/resolver.h"

#include "engine/config/convert.h"
#include "engine/config/key_index.h"
#include "engine/config/structured.h"

#include <algorithm>
#include <charconv>

namespace fathom::config::detail {

namespace {

constexpr int kMaxDepth = 200;
constexpr std::size_t kMaxSteps = 2'000'000;
constexpr std::size_t kMaxText = 16 << 20;

/// The classes that pass through an interpolation as they are; the others are wrapped, as in OmegaConf.
bool isResolutionError(const std::string& className) {
    return className == "InterpolationResolutionError" || className == "InterpolationKeyError" ||
           className == "InterpolationToMissingValueError" || className == "InterpolationValidationError" ||
           className == "UnsupportedInterpolationType";
}

class DepthGuard {
public:
    DepthGuard(int& depth, const Link* at) : m_depth(depth) {
        if (++m_depth <= kMaxDepth) return;
        --m_depth;
        Resolver::raise(
            at, "InterpolationResolutionError",
            "RecursionError raised while resolving interpolation: maximum recursion depth exceeded in "
            "comparison",
            "Break the cycle");
    }
    ~DepthGuard() { --m_depth; }
    DepthGuard(const DepthGuard&) = delete;
    DepthGuard& operator=(const DepthGuard&) = delete;

private:
    int& m_depth;
};

} // namespace

std::vector<std::string> splitKey(std::string_view key) {
    std::vector<std::string> parts;
    std::size_t i = 0;
    bool wanted = true; // a part starts here
    while (i < key.size()) {
        if (key[i] == '[') {
            const std::size_t end = key.find(']', i);
            if (end == std::string_view::npos) break;
            parts.emplace_back(key.substr(i + 1, end - i - 1));
            i = end + 1;
            wanted = false;
        } else if (key[i] == '.') {
            if (wanted) parts.emplace_back();
            ++i;
            wanted = true;
        } else {
            const std::size_t end = std::min(key.find_first_of(".[", i), key.size());
            parts.emplace_back(key.substr(i, end - i));
            i = end;
            wanted = false;
        }
    }
    if (wanted) parts.emplace_back();
    return parts;
}

bool isSpecialScalar(const Value& value) {
    if (!value.isMap() || value.asMap().size() != 1) return false;
    const std::string& key = value.asMap().begin()->first;
    return key == "$enum" || key == "$path" || key == "$bytes" || key == "$int";
}

Node nodeFromValue(const Value& value) {
    Node node;
    if (value.isList()) {
        node.kind = NodeKind::List;
        for (const Value& item : value.asList()) {
            Node child = nodeFromValue(item);
            child.key = std::to_string(node.children.size());
            node.children.push_back(std::move(child));
        }
    } else if (value.isMap() && !isSpecialScalar(value)) {
        node.kind = NodeKind::Map;
        const Value* pairs = value.asMap().size() == 1 ? value.asMap().find("$map") : nullptr;
        if (pairs && pairs->isList()) {
            for (const Value& pair : pairs->asList()) {
                Node child = nodeFromValue(pair.asList()[1]);
                const Value& key = pair.asList()[0];
                child.key = pythonStr(key);
                if (!key.isString()) child.typedKey = key;
                node.children.push_back(std::move(child));
            }
            return node;
        }
        for (const auto& [key, item] : value.asMap()) {
            Node child = nodeFromValue(item);
            child.key = key;
            node.children.push_back(std::move(child));
        }
    } else {
        node.value = value;
    }
    return node;
}

namespace {

/// Collects a map's entries; with keys that are not strings it becomes {"$map": [[key, value], …]}.
class MapBuilder {
public:
    void add(const Node& child, Value value) {
        m_plain = m_plain && child.typedKey.isNull();
        m_pairs.emplace_back(&child, std::move(value));
    }
    Value take() {
        const bool isReserved = m_pairs.size() == 1 && isReservedKey(m_pairs.front().first->key);
        if (m_plain && !isReserved) {
            Value::Map map;
            for (auto& [node, value] : m_pairs)
                map.append(node->key, std::move(value));
            return map;
        }
        Value::List list;
        for (auto& [node, value] : m_pairs)
            list.push_back(
                Value::List{node->typedKey.isNull() ? Value(node->key) : node->typedKey, std::move(value)});
        return Value::Map{{"$map", Value(std::move(list))}};
    }

private:
    bool m_plain = true;
    std::vector<std::pair<const Node*, Value>> m_pairs;
};

} // namespace

Value valueFromNode(const Node& node) {
    if (node.kind == NodeKind::Scalar) return node.value;
    if (node.kind == NodeKind::List) {
        Value::List list;
        for (const Node& child : node.children)
            if (!child.removed) list.push_back(valueFromNode(child));
        return list;
    }
    MapBuilder map;
    for (const Node& child : node.children)
        if (!child.removed) map.add(child, valueFromNode(child));
    return map.take();
}

Resolver::Resolver(const Node& root, const KeyIndex* keys) : m_root{&root, nullptr, false}, m_keys(keys) {}

std::string Resolver::fullKey(const Link* link) {
    std::string key;
    for (; link && link->parent; link = link->parent)
        key = key.empty() ? link->node->key : link->node->key + "." + key;
    return key;
}

void Resolver::raise(const Link* at, std::string className, std::string why, std::string remedy) {
    Error error{ErrorKind::Usage, "Cannot resolve " + fullKey(at), std::move(why), std::move(remedy)};
    error.key = fullKey(at);
    error.className = std::move(className);
    for (const Link* link = at; link; link = link->parent) {
        if (link->node->history.empty()) continue;
        const Assignment& made = link->node->history.back();
        error.file = made.file;
        error.line = made.line;
        error.column = made.column;
        break;
    }
    throw ResolveFailure{std::move(error)};
}

void Resolver::spend(const Link* at) {
    if (++m_spent > kMaxSteps)
        raise(at, "InterpolationResolutionError", "the interpolations expand to more than two million values",
              "Use fewer nested interpolations");
}

const Link* Resolver::fresh(Node node, const Link* parent, bool plain) {
    m_nodes.push_back(std::move(node));
    m_links.push_back(Link{&m_nodes.back(), parent, plain});
    return &m_links.back();
}

const Link* Resolver::fresh(const Value& value, const Link* parent) {
    return fresh(nodeFromValue(value), parent, true);
}

const Link* Resolver::descend(const Link* link, const std::string& key, bool throwOnMissing) {
    const Node& node = *link->node;
    const Node* child = nullptr;
    if (node.kind == NodeKind::List) {
        std::int64_t index = 0;
        const auto parsed = std::from_chars(key.data(), key.data() + key.size(), index);
        if (parsed.ec != std::errc{} || parsed.ptr != key.data() + key.size())
            raise(link, "TypeError", "Index '" + key + "' (str) is not an int", "Use a number");
        std::int64_t at = 0;
        for (const Node& item : node.children)
            if (!item.removed && at++ == index) child = &item;
    } else {
        child = m_keys ? m_keys->child(node, key) : node.child(key);
        const bool isEnum = child && child->typedKey.isMap() && child->typedKey.asMap().find("$enum");
        if (child && !child->typedKey.isNull() && !isEnum)
            child = nullptr; // a key of this text is not this key
    }
    if (!child) return nullptr;
    m_links.push_back(Link{child, link, link->plain});
    const Link* found = &m_links.back();
    if (throwOnMissing && child->isMissing())
        raise(found, "MissingMandatoryValue", "Missing mandatory value: " + fullKey(found),
              "Give it a value");
    return found;
}

const Link* Resolver::select(const Link* from, std::string key, bool throwOnMissing) {
    const Link* at = from;
    const std::string written = key;
    if (!key.starts_with('.')) {
        at = &m_root;
    } else {
        while (true) {
            key.erase(0, 1);
            if (!key.starts_with('.')) break;
            at = at->parent;
            if (!at) raise(from, "ConfigKeyError", "Error resolving key '" + written + "'");
        }
    }
    if (key.empty()) return at;
    const std::vector<std::string> parts = splitKey(key);
    std::string walked;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        at = descend(at, parts[i], throwOnMissing);
        if (!at) return nullptr;
        at = dereference(at);
        walked += (walked.empty() ? "" : ".") + parts[i];
        if (at->node->kind == NodeKind::Scalar) {
            if (at->node->value.isNull() && at->node->type) return nullptr;
            raise(from, "ConfigTypeError",
                  "Error trying to access " + key + ": node `" + walked +
                      "` is not a container and thus cannot contain `" + parts[i + 1] + "`");
        }
    }
    const Link* found = descend(at, parts.back(), throwOnMissing);
    return found ? dereferenceSelected(found) : nullptr;
}

std::string Resolver::keyText(const Interpolation& part, const Link* place) {
    if (part.kind == Interpolation::Kind::Literal) return pythonStr(part.value);
    const Link* result = evaluate(part, place);
    if (result->node->kind != NodeKind::Scalar || !result->node->value.isString())
        raise(place, "InterpolationResolutionError",
              "The following interpolation is used to denote a config key and thus should return a string, "
              "but instead returned `" +
                  pythonStr(valueFromNode(*result->node)) + "` of type `<class '" +
                  (result->node->kind == NodeKind::List  ? "omegaconf.listconfig.ListConfig"
                   : result->node->kind == NodeKind::Map ? "omegaconf.dictconfig.DictConfig"
                                                         : pythonTypeName(result->node->value)) +
                  "'>`: " + part.source);
    return result->node->value.asString();
}

const Link* Resolver::nodeInterpolation(const Interpolation& expression, const Link* place) {
    std::string key;
    for (const Interpolation& part : expression.children)
        key += keyText(part, place);
    const Link* container = place->parent ? place->parent : place;
    const Link* found = nullptr;
    try {
        found = select(container, key, true);
    } catch (const ResolveFailure& failure) {
        if (failure.error.className == "MissingMandatoryValue")
            raise(place, "InterpolationToMissingValueError",
                  "MissingMandatoryValue while resolving interpolation: " + failure.error.why,
                  failure.error.remedy);
        if (failure.error.className == "ConfigKeyError")
            raise(place, "InterpolationKeyError",
                  "ConfigKeyError while resolving interpolation: " + failure.error.why);
        throw;
    }
    if (!found)
        raise(place, "InterpolationKeyError",
              "Interpolation key '" + key.substr(std::min(key.find_first_not_of('.'), key.size())) +
                  "' not found",
              "Correct the key or add it to the config");
    for (const Link* link = container; link; link = link->parent)
        if (link->node == found->node)
            raise(place, "InterpolationResolutionError", "Interpolation to parent node detected",
                  "Refer to another node");
    return found;
}

const Link* Resolver::resolverCall(const Interpolation& expression, const Link* place) {
    std::string name;
    for (const Interpolation& part : expression.name)
        name += keyText(part, place);
    std::vector<const Link*> arguments;
    for (const Interpolation& argument : expression.children)
        arguments.push_back(evaluate(argument, place));
    // A function starts afresh; what was active is so again even where it fails.
    struct Afresh {
        explicit Afresh(std::vector<const Node*>& nodes) : active(nodes), outer(std::exchange(nodes, {})) {}
        ~Afresh() { active = std::move(outer); }
        std::vector<const Node*>& active;
        std::vector<const Node*> outer;
    };
    const Link* const result = [&] {
        const Afresh afresh(m_active);
        return callResolver(*this, name, arguments, place);
    }();
    if (!result)
        raise(place, "UnsupportedInterpolationType", "Unsupported interpolation type " + name,
              "Use a resolver that exists");
    return result;
}

std::string Resolver::textOf(const Interpolation& expression, const Link* place) {
    std::string text;
    for (const Interpolation& part : expression.children) {
        if (part.kind == Interpolation::Kind::Literal) {
            text += pythonStr(part.value);
        } else {
            text += pythonStr(valueFromNode(*evaluate(part, place)->node));
        }
        if (text.size() > kMaxText)
            raise(place, "InterpolationResolutionError",
                  "the interpolations expand to more than 16 MiB of text", "Use fewer nested interpolations");
    }
    return text;
}

const Link* Resolver::evaluate(const Interpolation& expression, const Link* place) {
    const DepthGuard guard(m_depth, place);
    spend(place);
    switch (expression.kind) {
    case Interpolation::Kind::Literal:
        return fresh(expression.value, place->parent);
    case Interpolation::Kind::Concat:
        return fresh(Value(textOf(expression, place)), place->parent);
    case Interpolation::Kind::Node:
        return nodeInterpolation(expression, place);
    case Interpolation::Kind::Resolver:
        return resolverCall(expression, place);
    case Interpolation::Kind::List: {
        Value::List list;
        for (const Interpolation& item : expression.children)
            list.push_back(valueOf(evaluate(item, place)));
        return fresh(Value(std::move(list)), place->parent);
    }
    case Interpolation::Kind::Dict: {
        Value::List pairs;
        for (std::size_t i = 0; i < expression.keys.size(); ++i)
            pairs.push_back(
                Value::List{expression.keys[i], valueOf(evaluate(expression.children[i], place))});
        return fresh(mapOfPairs(std::move(pairs)), place->parent);
    }
    }
    return place;
}

/// The node that a key names; OmegaConf remembers these, and not the nodes on the way, to find cycles.
const Link* Resolver::dereferenceSelected(const Link* link) {
    if (std::ranges::find(m_active, link->node) != m_active.end())
        raise(link, "InterpolationResolutionError", "Recursive interpolation detected", "Break the cycle");
    m_active.push_back(link->node);
    struct Pop {
        std::vector<const Node*>& active;
        ~Pop() { active.pop_back(); }
    } pop{m_active};
    return dereference(link);
}

const Link* Resolver::dereference(const Link* link) {
    if (link->plain || !link->node->isInterpolation()) return link;
    spend(link);
    const std::string& text = link->node->value.asString();
    auto parsed = m_parsed.find(text);
    if (parsed == m_parsed.end()) {
        Result<Interpolation> expression = parseInterpolation(text);
        if (!expression)
            raise(link, expression.error().className, expression.error().why, expression.error().remedy);
        parsed = m_parsed.emplace(text, std::move(*expression)).first;
    }
    try {
        return converted(evaluate(parsed->second, link), link);
    } catch (const ResolveFailure& failure) {
        if (isResolutionError(failure.error.className)) throw;
        raise(link, "InterpolationResolutionError",
              failure.error.className + " raised while resolving interpolation: " + failure.error.why,
              failure.error.remedy);
    }
}

const Link* Resolver::converted(const Link* result, const Link* place) {
    const Node& wanted = *place->node;
    if (!wanted.type || wanted.type->isContainer() || wanted.type->kind == TypeKind::Any ||
        wanted.type->kind == TypeKind::Union)
        return result;
    const Value value = valueFromNode(*result->node);
    const Result<Value> made = convertTo(*wanted.type, value);
    if (!made)
        raise(place, "InterpolationValidationError",
              "While dereferencing interpolation '" + wanted.value.asString() + "': " + made.error().why,
              made.error().remedy);
    return *made == value ? result : fresh(*made, place->parent);
}

/// The error of an interpolation names the value that was asked for; file and line stay those of the text
/// that is wrong.
const Link* Resolver::dereferenceAt(const Link* place) {
    try {
        return dereference(place);
    } catch (ResolveFailure& failure) {
        if (failure.error.className != "InterpolationValidationError") failure.error.key = fullKey(place);
        throw;
    }
}

Value Resolver::valueOf(const Link* start) {
    const DepthGuard guard(m_depth, start);
    spend(start);
    const Link* link = dereferenceAt(start);
    const Node& node = *link->node;
    if (node.kind == NodeKind::Scalar) return node.value;
    if (node.kind == NodeKind::List) {
        Value::List list;
        for (const Node& child : node.children) {
            if (child.removed) continue;
            const Link next{&child, link, link->plain};
            list.push_back(valueOf(&next));
        }
        return list;
    }
    MapBuilder map;
    for (const Node& child : node.children) {
        if (child.removed) continue;
        const Link next{&child, link, link->plain};
        map.add(child, valueOf(&next));
    }
    return map.take();
}

Result<Value> Resolver::resolve(std::string_view path) {
    m_spent = 0;
    try {
        const Link* at = &m_root;
        if (!path.empty())
            for (const std::string& part : splitKey(path)) {
                at = dereference(at);
                const Link* next = at->node->kind == NodeKind::Scalar ? nullptr : descend(at, part, false);
                if (!next)
                    raise(at, "ConfigKeyError", "Key '" + std::string(path) + "' is not in the config",
                          "Correct the key");
                at = next;
            }
        return valueOf(at);
    } catch (const ResolveFailure& failure) {
        return fail(failure.error);
    }
}

Result<const Node*> Resolver::nodeAt(std::string_view path) {
    try {
        const Link* at = &m_root;
        for (const std::string& part : splitKey(path)) {
            at = dereference(at);
            const Link* next = at->node->kind == NodeKind::Scalar ? nullptr : descend(at, part, false);
            if (!next) raise(at, "ConfigKeyError", "Key '" + std::string(path) + "' is not in the config");
            at = next;
        }
        return dereference(at)->node;
    } catch (const ResolveFailure& failure) {
        return fail(failure.error);
    }
}

Result<Value> Resolver::selectValue(const std::string& path) {
    try {
        const Link* found = select(&m_root, path, false);
        if (!found) return Value{};
        // OmegaConf returns the container unresolved; only its being there matters to the callers.
        return found->node->kind == NodeKind::Scalar ? found->node->value : valueFromNode(*found->node);
    } catch (const ResolveFailure& failure) {
        if (failure.error.className == "ConfigTypeError") return Value{};
        return fail(failure.error);
    }
}

Result<Value> Resolver::evaluateText(const std::string& text, std::string_view container) {
    try {
        const Link* at = &m_root;
        if (!container.empty())
            for (const std::string& part : splitKey(container)) {
                at = descend(dereference(at), part, false);
                if (!at)
                    raise(&m_root, "ConfigKeyError",
                          "Key '" + std::string(container) + "' is not in the config", "Correct the key");
            }
        Node node;
        node.value = Value(text);
        return valueOf(fresh(std::move(node), at, false));
    } catch (const ResolveFailure& failure) {
        return fail(failure.error);
    }
}

} // namespace fathom::config::detail
