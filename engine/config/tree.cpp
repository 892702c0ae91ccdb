// SPDX-License-Identifier: Apache-2.0
#include "engine/config/tree.h"

#include "engine/config/convert.h"
#include "engine/config/resolver.h"
#include "engine/config/suggest.h"
#include "engine/config/yaml_scalar.h"

#include <algorithm>
#include <unordered_map>

namespace fathom::config::detail {

namespace {

std::string joinedKey(const std::string& path, const std::string& key) {
    return path.empty() ? key : path + "." + key;
}

std::vector<std::string> namesOf(const Node& map) {
    std::vector<std::string> names;
    for (const Node& child : map.children)
        if (!child.removed) names.push_back(child.key);
    return names;
}

[[noreturn]] void raiseNotInStruct(const Node& map, const std::string& path, const std::string& key) {
    raiseConfig("ConfigAttributeError",
                "Key '" + key + "' is not in struct\n    full_key: " + joinedKey(path, key) +
                    "\n    object_type=dict",
                didYouMean(key, namesOf(map)), joinedKey(path, key));
}

/// Replaces what a node holds and keeps its history, to which the newcomer's is added.
void replace(Node& target, Node&& source) {
    std::vector<Assignment> history = std::move(target.history);
    std::string key = std::move(target.key);
    Value typedKey = std::move(target.typedKey);
    history.insert(history.end(), std::make_move_iterator(source.history.begin()),
                   std::make_move_iterator(source.history.end()));
    target = std::move(source);
    target.history = std::move(history);
    target.key = std::move(key);
    target.typedKey = std::move(typedKey);
    target.removed = false;
}

/// Appends a child; a removed one of the same key gives its history to it and goes.
Node& append(Node& map, Node&& child) {
    const auto removed = std::ranges::find_if(
        map.children, [&](const Node& each) { return each.removed && each.key == child.key; });
    if (removed != map.children.end()) {
        child.history.insert(child.history.begin(), removed->history.begin(), removed->history.end());
        map.children.erase(removed);
    }
    map.children.push_back(std::move(child));
    return map.children.back();
}

bool sameKey(const Node& a, const Node& b) {
    return a.key == b.key && a.typedKey == b.typedKey;
}

/// Finds children of a map by key; large maps get an index.
class ChildIndex {
public:
    explicit ChildIndex(Node& map) : m_map(map), m_indexed(map.children.size() > 16) {
        if (!m_indexed) return;
        for (std::size_t i = 0; i < map.children.size(); ++i)
            if (!map.children[i].removed) m_index.emplace(map.children[i].key, i);
    }
    Node* find(const Node& like) {
        if (m_indexed) {
            const auto found = m_index.find(like.key);
            if (found != m_index.end() && sameKey(m_map.children[found->second], like))
                return &m_map.children[found->second];
        }
        if (m_indexed && like.typedKey.isNull()) return nullptr;
        for (Node& each : m_map.children)
            if (!each.removed && sameKey(each, like)) return &each;
        return nullptr;
    }
    void add(const Node& child) {
        if (m_indexed) m_index.emplace(child.key, m_map.children.size() - 1);
    }

private:
    Node& m_map;
    bool m_indexed;
    std::unordered_map<std::string, std::size_t> m_index;
};

/// A map that an interpolation stands for, copied so that it can be merged into; the node itself when it is
/// none.
void expandInterpolation(Node& target, const Node& root, const std::string& path) {
    if (!target.isInterpolation()) return;
    Resolver resolver(root);
    const Result<Value> value = resolver.resolve(path);
    if (!value || (!value->isMap() && !value->isList()) || isSpecialScalar(*value)) return;
    Node copy = nodeOf(*value, target.history.empty() ? Assignment{} : target.history.back());
    copy.key = target.key;
    copy.typedKey = target.typedKey;
    copy.history = target.history;
    target = std::move(copy);
}

} // namespace

void raiseConfig(std::string className, std::string why, std::string remedy, std::string key) {
    Error error{ErrorKind::Usage, "Cannot compose the config", std::move(why), std::move(remedy)};
    error.className = std::move(className);
    error.key = std::move(key);
    throw ComposeFailure{std::move(error)};
}

Node* findChild(Node& node, std::string_view name) {
    return const_cast<Node*>(std::as_const(node).child(name));
}

Node nodeOf(const Value& value, const Assignment& made) {
    Node node = nodeFromValue(value);
    const auto place = [&](const auto& self, Node& at) -> void {
        at.history.push_back(made);
        if (at.isInterpolation()) at.history.back().operation = Operation::Interpolate;
        for (Node& child : at.children)
            self(self, child);
    };
    place(place, node);
    return node;
}

void mergeInto(Node& target, Node&& source, const Node& root, const std::string& path, bool isStruct) {
    if (source.isMissing()) {
        if (target.kind == NodeKind::Scalar && target.history.empty()) replace(target, std::move(source));
        return;
    }
    if (source.kind == NodeKind::Map) expandInterpolation(target, root, path);
    if (target.kind != NodeKind::Map || source.kind != NodeKind::Map) {
        replace(target, std::move(source));
        return;
    }
    target.history.insert(target.history.end(), source.history.begin(), source.history.end());
    ChildIndex index(target);
    for (Node& child : source.children) {
        if (child.removed) continue;
        if (Node* existing = index.find(child)) {
            mergeInto(*existing, std::move(child), root, joinedKey(path, existing->key), isStruct);
        } else {
            if (isStruct) raiseNotInStruct(target, path, child.key);
            append(target, std::move(child));
            index.add(target.children.back());
        }
    }
}

namespace {

struct Target {
    Node* parent = nullptr;
    std::string path{}; ///< of the parent
    std::string key{};  ///< last component
};

std::size_t listIndex(const Node& list, const std::string& path, const std::string& key,
                      const std::string& what) {
    std::int64_t index = 0;
    if (!pythonInt(key, index))
        raiseConfig("ValueError", "invalid literal for int() with base 10: '" + key + "'",
                    "Use the index of a list item", joinedKey(path, key));
    const auto size = static_cast<std::int64_t>(
        std::ranges::count_if(list.children, [](const Node& item) { return !item.removed; }));
    const std::int64_t at = index < 0 ? index + size : index;
    if (at < 0 || at >= size)
        raiseConfig("ConfigIndexError",
                    what + "\n    full_key: " + path + "[" + key + "]\n    object_type=list",
                    "The list has " + std::to_string(size) + " items", joinedKey(path, key));
    return static_cast<std::size_t>(at);
}

/// Sets `key` of a container; a map's new key needs `force`.
Node& setChild(Node& parent, const std::string& path, const std::string& key, Node&& value, bool force) {
    if (parent.kind == NodeKind::List) {
        const std::size_t index = listIndex(parent, path, key, "list assignment index out of range");
        Node* item = findChild(parent, std::to_string(index));
        replace(*item, std::move(value));
        return *item;
    }
    if (Node* existing = findChild(parent, key)) {
        replace(*existing, std::move(value));
        return *existing;
    }
    if (!force) raiseNotInStruct(parent, path, key);
    value.key = key;
    return append(parent, std::move(value));
}

/// Walks to the parent of a key; scalars in the way become maps, as OmegaConf.update makes them.
Target walk(Node& root, const std::vector<std::string>& parts, bool force, const Assignment& made) {
    Target at{&root, {}, parts.back()};
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        Node* next = nullptr;
        if (at.parent->kind == NodeKind::List) {
            std::int64_t number = 0;
            if (!pythonInt(parts[i], number))
                raiseConfig("TypeError", "Index '" + parts[i] + "' (str) is not an int",
                            "Use the index of a list item", joinedKey(at.path, parts[i]));
            next = findChild(*at.parent, parts[i]);
        } else {
            next = findChild(*at.parent, parts[i]);
        }
        if (!next || next->kind == NodeKind::Scalar) {
            Node empty;
            empty.kind = NodeKind::Map;
            empty.history.push_back(made);
            next = &setChild(*at.parent, at.path, parts[i], std::move(empty), force);
        }
        at.path = joinedKey(at.path, parts[i]);
        at.parent = next;
    }
    return at;
}

void update(Node& root, const std::string& key, Node&& value, bool force, const Assignment& made) {
    const Target target = walk(root, splitKey(key), force, made);
    if (value.kind != NodeKind::Scalar) {
        if (target.parent->kind == NodeKind::List)
            listIndex(*target.parent, target.path, target.key, "list index out of range");
        Node* existing = findChild(*target.parent, target.key);
        if (existing && existing->kind != NodeKind::Scalar) {
            if (existing->kind == NodeKind::Map && value.kind != NodeKind::Map)
                raiseConfig("TypeError", "Cannot merge DictConfig with ListConfig",
                            "Give a dict, or delete the key first", key);
            if (existing->kind == NodeKind::List && value.kind != NodeKind::List)
                raiseConfig("TypeError", "Cannot merge ListConfig with DictConfig",
                            "Give a list, or delete the key first", key);
            mergeInto(*existing, std::move(value), root, joinedKey(target.path, target.key), !force);
            return;
        }
    }
    setChild(*target.parent, target.path, target.key, std::move(value), force);
}

/// What OmegaConf.select returns for a key: the node it resolves to, null for none, "???" and null.
const Value selected(const Node& root, const std::string& key) {
    Resolver resolver(root);
    Result<Value> value = resolver.resolve(key);
    if (!value) {
        if (value.error().className == "ConfigKeyError" || value.error().className == "TypeError") return {};
        raiseConfig(value.error().className, value.error().why, value.error().remedy, value.error().key);
    }
    return isMissing(*value) ? Value{} : std::move(*value);
}

void applyDelete(Node& root, const Override& override, const Assignment& made) {
    const Value present = selected(root, override.key);
    if (present.isNull())
        raiseConfig("ConfigCompositionException",
                    "Could not delete from config. '" + override.key + "' does not exist.",
                    didYouMean(override.key, namesOf(root)), override.key);
    const Value wanted = toValue(override.element);
    if (override.hasValue && !wanted.isNull() && wanted != present)
        raiseConfig("ConfigCompositionException",
                    "Could not delete from config. The value of '" + override.key + "' is " +
                        pythonStr(present) + " and not " + pythonStr(wanted) + ".",
                    "Use ~" + override.key + " to delete it whatever its value", override.key);
    Node* node = &root;
    for (const std::string& part : splitKey(override.key)) {
        node = findChild(*node, part);
        if (!node)
            raiseConfig("ConfigCompositionException",
                        "Could not delete from config. '" + override.key + "' does not exist.", {},
                        override.key);
    }
    node->removed = true;
    node->history.push_back(made);
}

void applyAdd(Node& root, const Override& override, Node&& value, const Assignment& made) {
    if (value.kind == NodeKind::Scalar && !selected(root, override.key).isNull())
        raiseConfig("ConfigCompositionException",
                    "Could not append to config. An item is already at '" + override.key +
                        "'.\nEither remove + prefix: '" + override.input.substr(1) +
                        "'\nOr add a second + to add or override '" + override.key + "': '+" +
                        override.input + "'",
                    {}, override.key);
    update(root, override.key, std::move(value), true, made);
}

void applyChange(Node& root, const Override& override, Node&& value, const Assignment& made) {
    try {
        update(root, override.key, std::move(value), false, made);
    } catch (const ComposeFailure& failure) {
        const Error& cause = failure.error;
        if (cause.className != "ConfigAttributeError" && cause.className != "ConfigKeyError") throw;
        raiseConfig("ConfigCompositionException",
                    "Could not override '" + override.key + "'.\nTo append to your config use +" +
                        override.input + "\n" + cause.why,
                    cause.remedy, override.key);
    }
}

bool isOmegaConfError(const std::string& className) {
    return className != "ConfigCompositionException" && className != "ValueError" &&
           className != "TypeError" && className != "AttributeError" && className != "AssertionError";
}

} // namespace

void applyOverride(Node& root, const Override& override, const Assignment& made) {
    if (override.package)
        raiseConfig("ConfigCompositionException",
                    "Override " + override.input + " looks like a config group override, but config group '" +
                        override.key + "' does not exist.",
                    "Correct the group", override.key);
    try {
        if (override.kind == OverrideKind::Delete) {
            applyDelete(root, override, made);
            return;
        }
        Node value = nodeOf(toValue(override.element), made);
        if (override.kind == OverrideKind::Add)
            applyAdd(root, override, std::move(value), made);
        else if (override.kind == OverrideKind::ForceAdd)
            update(root, override.key, std::move(value), true, made);
        else
            applyChange(root, override, std::move(value), made);
    } catch (const ComposeFailure& failure) {
        const Error& cause = failure.error;
        if (!isOmegaConfError(cause.className)) throw;
        raiseConfig("ConfigCompositionException",
                    "Error merging override " + override.input + "\n" + cause.why, cause.remedy, cause.key);
    }
}

} // namespace fathom::config::detail
