// SPDX-License-Identifier: Apache-2.0
// Merging and setting. The overrides are in tree_overrides.cpp.
#include "engine/config/tree.h"

#include "engine/config/convert.h"
#include "engine/config/resolver.h"
#include "engine/config/suggest.h"

#include <algorithm>
#include <unordered_map>

namespace fathom::config::detail {

namespace {

std::string joinedKey(const std::string& path, const std::string& key) {
    return path.empty() ? key : path + "." + key;
}

[[noreturn]] void raiseAt(const char* className, std::string why, const Node&, const std::string& path,
                          std::string remedy = {}) {
    raiseConfig(className, std::move(why), std::move(remedy), path);
}

[[noreturn]] void raiseUnknown(const Node& map, const std::string& path, const std::string& key) {
    std::vector<std::string> names;
    for (const Node& child : map.children)
        if (!child.removed) names.push_back(child.key);
    const std::string why = map.object ? "Key '" + key + "' not in '" + map.object->name + "'"
                                       : "Key '" + key + "' is not in struct";
    raiseAt("ConfigAttributeError", why, map, joinedKey(path, key), didYouMean(key, names));
}

/// Replaces what a node holds; its name, its declared type and its history stay, the newcomer's history is
/// added.
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

Value keyOf(const Node& node) {
    return node.typedKey.isNull() ? Value(node.key) : node.typedKey;
}

Node* findKey(Node& map, const Value& key) {
    for (Node& child : map.children)
        if (!child.removed &&
            (key.isString() ? child.typedKey.isNull() && child.key == key.asString() : child.typedKey == key))
            return &child;
    return nullptr;
}

/// Finds children of a map by key; large maps get an index.
class ChildIndex {
public:
    explicit ChildIndex(Node& map) : m_map(map), m_indexed(map.children.size() > 16) {
        if (!m_indexed) return;
        for (std::size_t i = 0; i < map.children.size(); ++i)
            if (!map.children[i].removed && map.children[i].typedKey.isNull())
                m_index.emplace(map.children[i].key, i);
    }
    Node* find(const Value& key) {
        if (!m_indexed || !key.isString()) return findKey(m_map, key);
        const auto found = m_index.find(key.asString());
        return found == m_index.end() ? nullptr : &m_map.children[found->second];
    }
    /// After a child was appended, which may have taken a removed one out.
    void refresh(std::size_t before) {
        if (!m_indexed) return;
        if (m_map.children.size() == before + 1) {
            if (m_map.children.back().typedKey.isNull()) m_index.emplace(m_map.children.back().key, before);
        } else {
            *this = ChildIndex(m_map);
        }
    }
    ChildIndex& operator=(ChildIndex&& other) noexcept {
        m_indexed = other.m_indexed;
        m_index = std::move(other.m_index);
        return *this;
    }

private:
    Node& m_map;
    bool m_indexed;
    std::unordered_map<std::string, std::size_t> m_index;
};

bool isNone(const Node& node) {
    return node.kind == NodeKind::Scalar && node.value.isNull();
}
bool isOptional(const Node& node) {
    return !node.type || node.type->optional;
}
bool isSpecial(const Node& node) {
    return isNone(node) || node.isMissing() || node.isInterpolation();
}

std::string valueType(const Node& node) {
    if (node.object) return node.object->name;
    return node.kind == NodeKind::Map    ? "dict"
           : node.kind == NodeKind::List ? "list"
                                         : pythonTypeName(node.value);
}

/// What is merged is a config already, so that OmegaConf calls a dict a DictConfig.
std::string asConfigNode(const Node& node, std::string why) {
    if (node.kind == NodeKind::Scalar) return why;
    const bool isMap = node.kind == NodeKind::Map;
    const std::string plain = isMap ? "dict" : "list", config = isMap ? "DictConfig" : "ListConfig";
    for (const auto& [before, after] :
         {std::pair{"' of type '", "'"}, {"(type ", ")"}, {"Cannot convert '", "'"}, {" (", ")"}}) {
        const std::size_t at = why.rfind(before + plain + after);
        if (at == std::string::npos) continue;
        why.replace(at + std::string_view(before).size(), plain.size(), config);
        break;
    }
    return why;
}

} // namespace

void raiseConfig(std::string className, std::string why, std::string remedy, std::string key) {
    Error error{ErrorKind::Usage, "Cannot compose the config", std::move(why), std::move(remedy)};
    error.className = std::move(className);
    error.key = std::move(key);
    throw ComposeFailure{std::move(error)};
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

void TreeEditor::expand(Node& target) const {
    if (!target.type || !target.type->isContainer()) return;
    target.value = Value{};
    if (target.type->kind == TypeKind::Class) {
        const auto dataclass = m_store ? m_store->classNamed(target.type->className) : nullptr;
        Node fresh = dataclass ? instantiate(dataclass, *m_store) : Node{};
        fresh.type = target.type;
        replace(target, std::move(fresh));
        return;
    }
    target.kind = target.type->kind == TypeKind::List ? NodeKind::List : NodeKind::Map;
}

/// A container that an interpolation stands for is copied into its place, so that it can be merged into.
void TreeEditor::expandInterpolation(Node& target, const std::string& path) const {
    if (!target.isInterpolation()) return;
    Resolver resolver(m_root);
    const Result<const Node*> found = resolver.nodeAt(path);
    if (!found || (*found)->kind == NodeKind::Scalar) return;
    Node copy = **found;
    copy.history.clear();
    if (!copy.type) copy.type = target.type;
    replace(target, std::move(copy));
}

void TreeEditor::raiseNoSubclass(const Node& target, const Node& source) const {
    raiseConfig("ValidationError",
                "Merge error: " + source.object->name + " is not a subclass of " + target.object->name +
                    ". value: " + pythonStr(valueFromNode(source)),
                {}, m_mergedInto);
}

void TreeEditor::mergeContainers(Node& target, Node&& source, const std::string& path) {
    const bool targetIsList =
        target.kind == NodeKind::List ||
        (target.kind == NodeKind::Scalar && target.type && target.type->kind == TypeKind::List);
    const bool sourceIsList =
        source.kind == NodeKind::List ||
        (source.kind == NodeKind::Scalar && source.type && source.type->kind == TypeKind::List);
    if (targetIsList != sourceIsList)
        raiseConfig("ConfigTypeError", "Cannot merge DictConfig with ListConfig",
                    "Delete the key first or give the same kind", m_mergedInto);
    if (targetIsList)
        mergeList(target, std::move(source), path);
    else
        mergeMap(target, std::move(source), path);
}

void TreeEditor::mergeMap(Node& target, Node&& source, const std::string& path) {
    if (isNone(source) || source.isInterpolation()) {
        if (isNone(source) && !isOptional(target))
            raiseAt("ValidationError", "field '" + path + "' is not Optional", target, path, "Give a value");
        const auto type = target.type;
        replace(target, std::move(source));
        target.type = type;
        return;
    }
    if (source.isMissing()) return;
    if (target.object && source.object && !source.object->isSubclassOf(target.object->name))
        raiseNoSubclass(target, source);
    if (target.isInterpolation() || target.isMissing()) {
        if (target.type)
            expand(target);
        else
            target.kind = NodeKind::Map, target.value = Value{};
    }
    if (isNone(target) && source.children.empty()) return;
    if (isNone(target))
        raiseConfig("AttributeError", "'NoneType' object has no attribute 'get'", "Set the whole value",
                    path);
    target.history.insert(target.history.end(), source.history.begin(), source.history.end());
    if (target.children.empty() && !target.type && !target.object && !m_struct) { // nothing to merge with
        target.children = std::move(source.children);
        target.object = source.object;
        target.type = source.type;
        return;
    }
    ChildIndex index(target);
    for (Node& child : source.children) {
        if (child.removed) continue;
        Value key = keyOf(child);
        if (target.type && target.type->key) {
            Result<Value> converted = convertKey(*target.type->key, key);
            if (!converted)
                raiseAt("KeyValidationError", converted.error().why, target, joinedKey(path, child.key),
                        "Correct the key");
            key = std::move(*converted);
        }
        const std::size_t before = target.children.size();
        Node* const existing = index.find(key);
        mergeChild(target, existing, key, std::move(child), source.object != nullptr, path);
        if (!existing) index.refresh(before);
    }
    if (source.object) target.object = source.object;
    if (!target.type && source.type) target.type = source.type;
}

void TreeEditor::mergeChild(Node& target, Node* existing, const Value& childKey, Node&& child, bool open,
                            const std::string& path) {
    const std::string key = joinedKey(path, child.key);
    const bool missing = child.isMissing();
    if (existing && existing->kind != NodeKind::List && isContainer(*existing) &&
        !(existing->type && existing->type->kind == TypeKind::List)) {
        if (isNone(child) && !isOptional(*existing))
            raiseAt("ValidationError", "field '" + key + "' is not Optional", target, key, "Give a value");
        if (existing->object && child.object && !child.object->isSubclassOf(existing->object->name))
            raiseNoSubclass(*existing, child);
        if (child.kind == NodeKind::List && (existing->object || (existing->isMissing() && existing->type)))
            raiseConfig("ValidationError",
                        (existing->object
                             ? "Merge error: list is not a subclass of " + existing->object->name
                             : "Invalid type assigned: list is not a subclass of " + existing->type->text) +
                            ". value: " + pythonStr(valueFromNode(child)),
                        "Give a map", m_mergedInto);
    }
    if (existing && isContainer(*existing) && isNone(*existing) && !missing && !isNone(child))
        expand(*existing);
    if (existing && existing->isInterpolation()) expandInterpolation(*existing, key);
    const auto element = target.type ? target.type->element : nullptr;
    if (!existing && element && element->kind == TypeKind::Class && !missing) {
        if (m_struct && !open) raiseUnknown(target, path, child.key);
        Node prototype;
        prototype.type = element;
        prototype.key = child.key;
        expand(prototype);
        existing = &append(target, std::move(prototype));
    }
    if (existing && isContainer(*existing) && isContainer(child)) {
        mergeContainers(*existing, std::move(child), key);
    } else if (existing && existing->type && !isContainer(*existing) && !isContainer(child)) {
        if (!missing) setValue(*existing, std::move(child), key);
    } else if (!existing || !missing || isContainer(child)) {
        if (existing && existing->type && existing->type->kind == TypeKind::List && !isSpecial(child))
            raiseAt("ValidationError", "Invalid value assigned: AnyNode is not a ListConfig, list or tuple.",
                    target, key, "Give a list");
        setFound(target, existing, childKey, std::move(child), open, path);
    } else if (child.type && !existing->type) {
        existing->type = child.type;
        setValue(*existing, Node(*existing), key);
    }
}

void TreeEditor::mergeList(Node& target, Node&& source, const std::string& path) {
    const auto type = target.type;
    if (source.isMissing()) return;
    if (isSpecial(source)) {
        if (isNone(source) && !isOptional(target))
            raiseAt("ValidationError", "Non optional ListConfig cannot be constructed from None", target,
                    path, "Give a list");
        replace(target, std::move(source));
        target.type = type;
        return;
    }
    if (!type || !type->element || type->element->kind == TypeKind::Any) {
        const auto own = source.type;
        replace(target, std::move(source));
        target.type = type ? type : own;
        return;
    }
    std::vector<Node> items;
    for (Node& item : source.children) {
        const std::string key = joinedKey(path, std::to_string(items.size()));
        if (type->element->kind == TypeKind::Class && item.kind == NodeKind::Map) {
            Node prototype; // a config of its own, so that its keys are not placed in the list
            prototype.type = type->element;
            expand(prototype);
            const std::string outer = std::exchange(m_mergedInto, {});
            mergeMap(prototype, std::move(item), {});
            m_mergedInto = outer;
            item = std::move(prototype);
        } else {
            item = wrapped(type->element, std::move(item), key);
        }
        item.key = std::to_string(items.size());
        items.push_back(std::move(item));
    }
    source.children = std::move(items);
    replace(target, std::move(source));
    target.type = type;
}

void TreeEditor::checkSet(const Node& parent, const Node* existing, const Node& value,
                          const std::string& path) const {
    if (value.isInterpolation() || value.isMissing()) return;
    if (isNone(value)) {
        const auto element = parent.type ? parent.type->element : nullptr;
        const bool allowed = existing ? isOptional(*existing) : !element || element->optional;
        if (!allowed)
            raiseAt("ValidationError", "field '" + path + "' is not Optional", parent, path, "Give a value");
        return;
    }
    if (!existing || !existing->type || !existing->type->isContainer()) return;
    const NodeType& type = *existing->type;
    if (type.kind == TypeKind::Dict && value.kind != NodeKind::Map)
        raiseAt("ValidationError", "Cannot assign " + valueType(value) + " to " + type.text, parent, path,
                "Give a dict");
    if (type.kind == TypeKind::Class && !(value.object && value.object->isSubclassOf(type.className)))
        raiseAt("ValidationError",
                "Invalid type assigned: " + valueType(value) + " is not a subclass of " + type.className +
                    ". value: " + pythonStr(valueFromNode(value)),
                parent, path, "Change the fields one by one");
}

Node TreeEditor::wrapped(const std::shared_ptr<const NodeType>& type, Node&& value, const std::string& path) {
    if (!type || type->kind == TypeKind::Any) return std::move(value);
    Node out = std::move(value);
    const auto refuse = [&](std::string why) {
        raiseConfig("ValidationError", std::move(why), "Give a value of type " + type->text, path);
    };
    if (!type->isContainer()) {
        if (m_merging && type->kind == TypeKind::Union && out.kind != NodeKind::Scalar)
            refuse("Cannot assign container '" + pythonStr(valueFromNode(out)) + "' of type '" +
                   (out.kind == NodeKind::Map ? "DictConfig" : "ListConfig") + "' to " +
                   (type->optional ? "Optional[" + type->text + "]" : type->text));
        const Result<Value> converted = convertTo(*type, valueFromNode(out));
        if (!converted) refuse(m_merging ? asConfigNode(out, converted.error().why) : converted.error().why);
        out.kind = NodeKind::Scalar;
        out.children.clear();
        out.object = nullptr;
        out.value = *converted;
        out.type = type;
        return out;
    }
    out.type = type;
    if (isSpecial(out)) {
        if (isNone(out) && !type->optional)
            refuse(type->kind == TypeKind::List ? "Non optional ListConfig cannot be constructed from None"
                                                : "field '" + path + "' is not Optional");
        return out;
    }
    if (type->kind == TypeKind::List && out.kind != NodeKind::List)
        refuse("Invalid value assigned: " + valueType(out) + " is not a ListConfig, list or tuple.");
    if (type->kind == TypeKind::Dict && out.kind != NodeKind::Map)
        refuse("Cannot assign " + valueType(out) + " to " + type->text);
    if (type->kind == TypeKind::Class) {
        if (!out.object || !out.object->isSubclassOf(type->className))
            refuse("Invalid type assigned: " + valueType(out) + " is not a subclass of " + type->className +
                   ". value: " + pythonStr(valueFromNode(out)));
        return out;
    }
    for (Node& child : out.children) {
        if (child.removed) continue;
        if (type->key) {
            Result<Value> key = convertKey(*type->key, keyOf(child));
            if (!key) raiseConfig("KeyValidationError", key.error().why, "Correct the key", path);
            child.typedKey = key->isString() ? Value{} : *key;
        }
        std::string key = child.key;
        Value typedKey = child.typedKey;
        child = wrapped(type->element, std::move(child), joinedKey(path, key));
        child.key = std::move(key);
        child.typedKey = std::move(typedKey);
    }
    return out;
}

void TreeEditor::setValue(Node& node, Node&& value, const std::string& path) {
    const auto type = node.type;
    Node fresh = wrapped(type, std::move(value), path);
    replace(node, std::move(fresh));
    if (type) node.type = type;
}

Node& TreeEditor::setListItem(Node& list, const Value& key, Node&& value, const std::string& path) {
    std::int64_t index = key.asInt();
    std::int64_t size = 0;
    for (const Node& item : list.children)
        size += item.removed ? 0 : 1;
    const std::string full = joinedKey(path, std::to_string(index));
    if (index < 0) index += size;
    if (index < 0 || index >= size)
        raiseAt("ConfigIndexError", "list index out of range", list, full,
                "The list has " + std::to_string(size) + " items");
    Node* item = nullptr;
    for (Node& child : list.children)
        if (!child.removed && index-- == 0) {
            item = &child;
            break;
        }
    const auto element = list.type ? list.type->element : nullptr;
    if (isNone(value) && !isOptional(*item))
        raiseAt("ValidationError", full + " is not optional and cannot be assigned None", list, full,
                "Give a value");
    if (element && element->kind == TypeKind::Class && !isSpecial(value) &&
        !(value.object && value.object->isSubclassOf(element->className)))
        raiseAt("ValidationError",
                "Invalid type assigned: " + valueType(value) + " is not a subclass of " + element->className +
                    ". value: " + pythonStr(valueFromNode(value)),
                list, full);
    setValue(*item, std::move(value), full);
    return *item;
}

Node& TreeEditor::setItem(Node& parent, const Value& givenKey, Node&& value, bool open,
                          const std::string& path) {
    if (isNone(parent))
        raiseConfig("AttributeError", "'NoneType' object has no attribute 'get'", "Set the whole value first",
                    path);
    if (parent.kind == NodeKind::List) return setListItem(parent, givenKey, std::move(value), path);
    Value key = givenKey;
    if (parent.type && parent.type->key) {
        Result<Value> converted = convertKey(*parent.type->key, key);
        if (!converted)
            raiseAt("KeyValidationError", converted.error().why, parent, joinedKey(path, pythonStr(key)),
                    "Correct the key");
        key = std::move(*converted);
    }
    return setFound(parent, findKey(parent, key), key, std::move(value), open, path);
}

Node& TreeEditor::setFound(Node& parent, Node* existing, const Value& key, Node&& value, bool open,
                           const std::string& path) {
    const std::string full = joinedKey(path, pythonStr(key));
    if (!existing && !open && (parent.object || m_struct)) raiseUnknown(parent, path, pythonStr(key));
    checkSet(parent, existing, value, full);
    if (existing && existing->type) {
        setValue(*existing, std::move(value), full);
        return *existing;
    }
    const auto element = parent.type ? parent.type->element : nullptr;
    Node fresh = value.type && !element ? std::move(value) : wrapped(element, std::move(value), full);
    if (existing) {
        replace(*existing, std::move(fresh));
        return *existing;
    }
    fresh.key = pythonStr(key);
    fresh.typedKey = key.isString() ? Value{} : key;
    return append(parent, std::move(fresh));
}

} // namespace fathom::config::detail
