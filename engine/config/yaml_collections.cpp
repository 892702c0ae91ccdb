// SPDX-License-Identifier: Apache-2.0
// The second half of YamlDocument: sequences and mappings, of blocks and in brackets.
#include "engine/config/yaml_construct.h"
#include "engine/config/yaml_document.h"

#include <cmath>
#include <utility>

namespace fathom::config::detail {

namespace {

using Type = YamlTokenType;

/// Keys that Python's dict holds for equal get the same text: 1, 1.0 and true.
std::string identityOf(const Node& node) {
    const Value& key = node.typedKey;
    if (key.isNull()) return "s" + node.key;
    if (key.isBool()) return key.asBool() ? "t1" : "t0";
    if (key.isFloat() && key.asFloat() == std::floor(key.asFloat()) && std::fabs(key.asFloat()) < 1e15)
        return "t" + std::to_string(static_cast<std::int64_t>(key.asFloat()));
    return "t" + node.key;
}

bool isSameKey(const Node& a, const Node& b) {
    if (a.typedKey.isNull() || b.typedKey.isNull())
        return a.typedKey.isNull() && b.typedKey.isNull() && a.key == b.key;
    return identityOf(a) == identityOf(b);
}

} // namespace

Node* YamlDocument::Entries::find(const Node& named) {
    constexpr std::size_t kFew = 16;
    if (children.size() <= kFew) {
        for (Node& child : children)
            if (isSameKey(child, named)) return &child;
        return nullptr;
    }
    for (std::size_t i = m_index.size(); i < children.size(); ++i)
        m_index.emplace(identityOf(children[i]), i);
    const auto found = m_index.find(identityOf(named));
    return found == m_index.end() ? nullptr : &children[found->second];
}

/// Parses a value that lies one key further on the way to the wanted scalar, or off it.
template <class Parse> Node YamlDocument::below(std::string_view key, const Parse& parse) {
    const Way before = m_way;
    m_way.isOn = before.isOn && !before.rest.empty() && before.rest.front() == key;
    if (m_way.isOn) m_way.rest = before.rest.subspan(1);
    Node node = parse();
    m_way = before;
    return node;
}

Node YamlDocument::item(std::size_t index, bool block) {
    const auto parse = [&] { return is(Type::Key) ? flowPair() : parseNode(block, false).node; };
    return m_way.isOn ? below(std::to_string(index), parse) : parse();
}

void YamlDocument::addItem(Node& list, Node&& child) const {
    child.key = std::to_string(list.children.size());
    child.typedKey = Value{};
    list.children.push_back(std::move(child));
}

Node YamlDocument::blockSequence() {
    Node list = collection(NodeKind::List, m_scanner.take().start);
    while (is(Type::BlockEntry)) {
        const YamlMark end = m_scanner.take().end;
        const bool isEmpty = isOneOf({Type::BlockEntry, Type::BlockEnd});
        addItem(list, isEmpty ? emptyScalar(end) : item(list.children.size(), true));
    }
    if (!is(Type::BlockEnd))
        refuseToken("while parsing a block collection: ", "expected <block end>, but found ");
    m_scanner.skip();
    return list;
}

Node YamlDocument::indentlessSequence() {
    Node list = collection(NodeKind::List, m_scanner.peek().start);
    while (is(Type::BlockEntry)) {
        const YamlMark end = m_scanner.take().end;
        const bool isEmpty = isOneOf({Type::BlockEntry, Type::Key, Type::Value, Type::BlockEnd});
        addItem(list, isEmpty ? emptyScalar(end) : item(list.children.size(), true));
    }
    return list;
}

Node YamlDocument::blockMapping() {
    const YamlMark start = m_scanner.take().start;
    Entries entries;
    while (is(Type::Key))
        entry(entries, true, {Type::Key, Type::Value, Type::BlockEnd},
              {Type::Key, Type::Value, Type::BlockEnd});
    if (!is(Type::BlockEnd))
        refuseToken("while parsing a block mapping: ", "expected <block end>, but found ");
    m_scanner.skip();
    return mapOf(std::move(entries), start);
}

Node YamlDocument::flowSequence() {
    Node list = collection(NodeKind::List, m_scanner.take().start);
    while (!is(Type::FlowSequenceEnd)) {
        if (!list.children.empty()) {
            if (!is(Type::FlowEntry))
                refuseToken("while parsing a flow sequence: ", "expected ',' or ']', but got ");
            m_scanner.skip();
            if (is(Type::FlowSequenceEnd)) break;
        }
        addItem(list, item(list.children.size(), false));
    }
    m_scanner.skip();
    return list;
}

/// `[a: 1]`: a map of one entry inside a flow sequence.
Node YamlDocument::flowPair() {
    const YamlMark start = m_scanner.peek().start;
    Entries entries;
    entry(entries, false, {Type::Value, Type::FlowEntry, Type::FlowSequenceEnd},
          {Type::FlowEntry, Type::FlowSequenceEnd});
    return mapOf(std::move(entries), start);
}

Node YamlDocument::flowMapping() {
    const YamlMark start = m_scanner.take().start;
    Entries entries;
    for (bool first = true; !is(Type::FlowMappingEnd); first = false) {
        if (!first) {
            if (!is(Type::FlowEntry))
                refuseToken("while parsing a flow mapping: ", "expected ',' or '}', but got ");
            m_scanner.skip();
            if (is(Type::FlowMappingEnd)) break;
        }
        if (is(Type::Key)) {
            entry(entries, false, {Type::Value, Type::FlowEntry, Type::FlowMappingEnd},
                  {Type::FlowEntry, Type::FlowMappingEnd});
        } else { // `{a}`
            const Key name = key(false);
            const YamlMark mark = m_scanner.peek().start;
            addEntry(entries, name, emptyScalar(mark), mark);
        }
    }
    m_scanner.skip();
    return mapOf(std::move(entries), start);
}

void YamlDocument::entry(Entries& entries, bool block, Types noKey, Types noValue) {
    Key name;
    name.mark = m_scanner.take().start;
    if (!isOneOf(noKey)) name = key(block);
    YamlMark mark = m_scanner.peek().start;
    if (!is(Type::Value)) return addEntry(entries, name, emptyScalar(mark), mark);
    const YamlMark colon = m_scanner.take().end;
    mark = m_scanner.peek().start;
    Node value = below(name.value.isString() ? name.value.asString() : keyTextOf(name.value),
                       [&] { return isOneOf(noValue) ? emptyScalar(colon) : parseNode(block, block).node; });
    addEntry(entries, name, std::move(value), mark);
}

YamlDocument::Key YamlDocument::key(bool block) {
    Key out;
    out.mark = m_scanner.peek().start;
    if (is(Type::Scalar)) { // without the node of a value
        const YamlToken token = m_scanner.take();
        out.isMerge = token.style == 0 && token.value == "<<";
        const bool isValue = token.style == 0 && token.value == "="; // a text, though only as a key
        out.value = out.isMerge || isValue ? Value(token.value) : scalarValue(token, {});
        return out;
    }
    const Way before = std::exchange(m_way, {});
    Built built = parseNode(block, block);
    m_way = before;
    out.isScalar = built.node.kind == NodeKind::Scalar;
    out.isMerge = built.isMergeKey;
    out.value = std::move(built.node.value);
    return out;
}

void YamlDocument::addEntry(Entries& entries, const Key& key, Node&& value, const YamlMark& valueMark) {
    if (key.isMerge) return addMerge(entries, std::move(value), valueMark);
    if (!key.isScalar)
        return later(
            {"ConstructorError", "while constructing a mapping: found unhashable key", key.mark});
    if (key.value.isNull()) later({"KeyValidationError", "Incompatible key type 'NoneType'", key.mark});
    value.typedKey = key.value.isString() ? Value{} : key.value;
    value.key = keyTextOf(key.value);
    Node* const first = entries.find(value);
    if (!first) {
        entries.children.push_back(std::move(value));
        return;
    }
    if (key.value.isString())
        return later({"ConstructorError", "while constructing a mapping: found duplicate key " + value.key,
                      key.mark});
    value.key = std::move(first->key); // the first key stays, the last value wins
    value.typedKey = std::move(first->typedKey);
    *first = std::move(value);
}

void YamlDocument::addMerge(Entries& entries, Node&& value, const YamlMark& mark) {
    if (value.kind == NodeKind::Map) {
        entries.merged.push_back(std::move(value));
        return;
    }
    bool allMaps = value.kind == NodeKind::List;
    for (const Node& child : value.children)
        allMaps = allMaps && child.kind == NodeKind::Map;
    if (!allMaps)
        return later(
            {"ConstructorError",
             "while constructing a mapping: expected a mapping or list of mappings for merging", mark});
    for (auto it = value.children.rbegin(); it != value.children.rend(); ++it)
        entries.merged.push_back(std::move(*it));
}

/// Merged keys come before the map's own, which win; of several merged maps the first wins.
Node YamlDocument::mapOf(Entries&& entries, const YamlMark& start) const {
    Node map = collection(NodeKind::Map, start);
    if (entries.merged.empty()) {
        map.children = std::move(entries.children);
        return map;
    }
    Entries all;
    const auto put = [&](Node&& child) {
        if (Node* const present = all.find(child))
            *present = std::move(child);
        else
            all.children.push_back(std::move(child));
    };
    for (Node& source : entries.merged)
        for (Node& child : source.children)
            put(std::move(child));
    for (Node& child : entries.children)
        put(std::move(child));
    map.children = std::move(all.children);
    return map;
}

} // namespace fathom::config::detail
