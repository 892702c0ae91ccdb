// SPDX-License-Identifier: Apache-2.0
// The second half of TreeEditor: how `=`, `+=`, `++=` and `~` change a composed config.
#include "engine/config/convert.h"
#include "engine/config/interpolation.h"
#include "engine/config/resolver.h"
#include "engine/config/suggest.h"
#include "engine/config/tree.h"
#include "engine/config/yaml_scalar.h"

#include <algorithm>

namespace fathom::config::detail {

namespace {

std::string joinedKey(const std::string& path, const std::string& key) {
    return path.empty() ? key : path + "." + key;
}

/// The index of a list item; OmegaConf.update uses Python's int() on the last part of a key.
Value listKey(const std::string& part, const std::string& path, const char* className) {
    std::int64_t index = 0;
    if (pythonInt(part, index)) return index;
    if (std::string_view(className) == "ValueError")
        raiseConfig("ValueError", "invalid literal for int() with base 10: '" + part + "'",
                    "Use the index of a list item", joinedKey(path, part));
    raiseConfig("TypeError", "Index '" + part + "' (str) is not an int", "Use the index of a list item",
                joinedKey(path, part));
}

/// OmegaConf._select_one: no error for what is not there.
Node* selectOne(Node& container, const std::string& part, const std::string& path) {
    if (container.kind == NodeKind::Scalar) return nullptr;
    if (container.kind == NodeKind::List) {
        const Value index = listKey(part, path, "TypeError");
        if (index.asInt() < 0) return nullptr;
    }
    if (container.kind == NodeKind::Map && container.type && container.type->key &&
        !convertKey(*container.type->key, Value(part)))
        return nullptr;
    for (Node& child : container.children) {
        if (child.removed) continue;
        const bool byName = container.kind == NodeKind::List
                                ? Value(child.key) == Value(std::to_string(std::atoll(part.c_str())))
                                : child.key == part;
        if (!byName) continue;
        const bool isPlain =
            child.typedKey.isNull() || (child.typedKey.isMap() && child.typedKey.asMap().find("$enum"));
        if (isPlain) return &child;
    }
    return nullptr;
}

/// Classes that Hydra wraps as "Error merging override".
bool isOmegaConfError(const std::string& className) {
    static constexpr std::string_view kPlain[] = {"ConfigCompositionException", "ValueError", "TypeError",
                                                  "AttributeError", "AssertionError"};
    return std::ranges::find(kPlain, std::string_view(className)) == std::end(kPlain);
}

void checkKeys(const Element& element) {
    for (const auto& [key, item] : element.entries) {
        if (key.value.isNull())
            raiseConfig("KeyValidationError", "Incompatible key type 'NoneType'", "Put the key in quotes");
        checkKeys(item);
    }
    for (const Element& item : element.items)
        checkKeys(item);
}

void checkInterpolations(const Node& node) {
    if (node.isInterpolation()) {
        const Result<Interpolation> parsed = parseInterpolation(node.value.asString());
        if (!parsed) raiseConfig(parsed.error().className, parsed.error().why, parsed.error().remedy);
    }
    for (const Node& child : node.children)
        checkInterpolations(child);
}

} // namespace

TreeEditor::Target TreeEditor::walk(const std::vector<std::string>& parts, bool force,
                                    const Assignment& made) {
    Target at{&m_root, {}, parts.back()};
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        Node* next = selectOne(*at.parent, parts[i], at.path);
        if (!next || !isContainer(*next)) {
            Node empty;
            empty.kind = NodeKind::Map;
            empty.history.push_back(made);
            const Value key =
                at.parent->kind == NodeKind::List ? listKey(parts[i], at.path, "TypeError") : Value(parts[i]);
            next = &setItem(*at.parent, key, std::move(empty), force, at.path);
        } else if (next->isMissing()) {
            raiseConfig("MissingMandatoryValue", "Missing mandatory value: " + joinedKey(at.path, parts[i]),
                        "Give it a value first", joinedKey(at.path, parts[i]));
        }
        if (next->kind == NodeKind::Scalar && next->value.isNull())
            raiseConfig("AssertionError", "Unexpected type for root: NoneType",
                        "Set " + joinedKey(at.path, parts[i]) + " as a whole first",
                        joinedKey(at.path, parts[i]));
        at.path = joinedKey(at.path, parts[i]);
        at.parent = next;
    }
    return at;
}

void TreeEditor::update(const std::string& key, Node&& value, bool force, const Assignment& made) {
    const Target target = walk(splitKey(key), force, made);
    const bool isList = target.parent->kind == NodeKind::List;
    const Value last = isList ? listKey(target.key, target.path, "ValueError") : Value(target.key);
    if (value.kind != NodeKind::Scalar) {
        Node* existing = selectOne(*target.parent, target.key, target.path);
        if (isList && !existing)
            raiseConfig("ConfigIndexError", "list index out of range", "Use an index of the list", key);
        if (existing && isContainer(*existing)) {
            const bool before = m_struct;
            m_struct = m_struct && !force;
            m_mergedInto = key;
            m_merging = true;
            try {
                mergeContainers(*existing, std::move(value), joinedKey(target.path, target.key));
            } catch (...) {
                m_struct = before;
                throw;
            }
            m_struct = before;
            return;
        }
    }
    m_merging = false;
    setItem(*target.parent, last, std::move(value), force, target.path);
}

/// What OmegaConf.select returns for a key: the value it resolves to; null for none and for "???".
Value TreeEditor::selected(const std::string& key) const {
    Resolver resolver(m_root);
    Result<Value> value = resolver.selectValue(key);
    if (!value)
        raiseConfig(value.error().className == "TypeError" ? "ConfigTypeError" : value.error().className,
                    value.error().why, value.error().remedy, value.error().key);
    return isMissing(*value) ? Value{} : std::move(*value);
}

void TreeEditor::applyDelete(const Override& override, const Assignment& made) {
    const Value present = selected(override.key);
    if (present.isNull()) {
        std::vector<std::string> names;
        for (const Node& child : m_root.children)
            if (!child.removed) names.push_back(child.key);
        raiseConfig("ConfigCompositionException",
                    "Could not delete from config. '" + override.key + "' does not exist.",
                    didYouMean(override.key, names), override.key);
    }
    const Value wanted = toValue(override.element);
    if (override.hasValue && !wanted.isNull() && wanted != present)
        raiseConfig("ConfigCompositionException",
                    "Could not delete from config. The value of '" + override.key + "' is " +
                        pythonStr(present) + " and not " + pythonStr(wanted) + ".",
                    "Use ~" + override.key + " to delete it whatever its value", override.key);
    Node* parent = &m_root;
    Node* node = &m_root;
    std::string path;
    for (const std::string& part : splitKey(override.key)) {
        parent = node;
        node = selectOne(*node, part, path);
        if (!node)
            raiseConfig("ConfigCompositionException",
                        "Could not delete from config. '" + override.key + "' does not exist.", {},
                        override.key);
        path = joinedKey(path, part);
    }
    if (parent->kind == NodeKind::List)
        raiseConfig("TypeError", "list indices must be integers or slices, not str",
                    "Set the whole list instead", path);
    if (parent != &m_root && parent->object)
        raiseConfig("ConfigTypeError", parent->object->name + " (DictConfig) does not support deletion",
                    "Set it to null where that is allowed", path);
    node->removed = true;
    node->history.push_back(made);
}

void TreeEditor::applyValue(const Override& override, const Assignment& made) {
    Node value = nodeOf(toValue(override.element), made);
    const bool force = override.kind != OverrideKind::Change;
    if (override.kind == OverrideKind::Add && !selected(override.key).isNull() &&
        value.kind == NodeKind::Scalar)
        raiseConfig("ConfigCompositionException",
                    "Could not append to config. An item is already at '" + override.key +
                        "'.\nEither remove + prefix: '" + override.input.substr(1) +
                        "'\nOr add a second + to add or override '" + override.key + "': '+" +
                        override.input + "'",
                    {}, override.key);
    checkKeys(override.element);
    if (const Status status = checkNestedSweeps(override.element); !status)
        raiseConfig(status.error().className, status.error().why, status.error().remedy, status.error().key);
    checkInterpolations(value);
    try {
        update(override.key, std::move(value), force, made);
    } catch (const ComposeFailure& failure) {
        const Error& cause = failure.error;
        if (force || (cause.className != "ConfigAttributeError" && cause.className != "ConfigKeyError"))
            throw;
        raiseConfig("ConfigCompositionException",
                    "Could not override '" + override.key + "'.\nTo append to your config use +" +
                        override.input + "\n" + cause.why,
                    cause.remedy, override.key);
    }
}

void TreeEditor::apply(const Override& override, const Assignment& made) {
    if (override.package)
        raiseConfig("ConfigCompositionException",
                    "Override " + override.input + " looks like a config group override, but config group '" +
                        override.key + "' does not exist.",
                    "Correct the group", override.key);
    try {
        if (override.kind == OverrideKind::Delete)
            applyDelete(override, made);
        else
            applyValue(override, made);
    } catch (const ComposeFailure& failure) {
        const Error& cause = failure.error;
        if (!isOmegaConfError(cause.className)) throw;
        raiseConfig("ConfigCompositionException",
                    "Error merging override " + override.input + "\n" + cause.why, cause.remedy, cause.key);
    }
}

} // namespace fathom::config::detail
