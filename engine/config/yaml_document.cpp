// SPDX-License-Identifier: Apache-2.0
#include "engine/config/yaml_document.h"

#include "engine/config/yaml_construct.h"

#include <cmath>

namespace fathom::config::detail {

namespace {

constexpr int kMaxDepth = 200;
constexpr std::size_t kMaxNodes = 1'000'000;

std::size_t countNodes(const Node& node) {
    std::size_t total = 1;
    for (const Node& child : node.children)
        total += countNodes(child);
    return total;
}

/// Keys that Python's dict holds for equal get the same text: 1, 1.0 and true.
std::string identityOf(const Node& node) {
    const Value& key = node.typedKey;
    if (key.isNull()) return "s" + node.key;
    if (key.isBool()) return key.asBool() ? "t1" : "t0";
    if (key.isFloat() && key.asFloat() == std::floor(key.asFloat()) && std::fabs(key.asFloat()) < 1e15)
        return "t" + std::to_string(static_cast<std::int64_t>(key.asFloat()));
    return "t" + node.key;
}

} // namespace

YamlDocument::YamlDocument(std::string_view text, const std::string& file, Layer layer)
    : m_text(text), m_file(file), m_layer(layer), m_scanner(text) {}

Node YamlDocument::read(std::map<std::string, ScalarPlace>& places) {
    m_places = &places;
    return read();
}

Node YamlDocument::read() {
    m_handles = {{"!", "!"}, {"!!", "tag:yaml.org,2002:"}};
    if (is(YamlTokenType::StreamEnd)) {
        Node empty;
        empty.kind = NodeKind::Map;
        return empty;
    }
    Built root = document();
    if (is(YamlTokenType::DocumentEnd)) m_scanner.take();
    while (is(YamlTokenType::DocumentEnd))
        m_scanner.take();
    if (is(YamlTokenType::StreamEnd)) return std::move(root.node);
    directives();
    const YamlMark mark = m_scanner.peek().start;
    if (!is(YamlTokenType::DocumentStart)) refuseToken("", "expected '<document start>', but found ");
    refuse("ComposerError", "expected a single document in the stream, but found another document", mark);
}

YamlDocument::Built YamlDocument::document() {
    if (!is(YamlTokenType::Directive) && !is(YamlTokenType::DocumentStart)) return parseNode(true, false);
    directives();
    if (!is(YamlTokenType::DocumentStart)) refuseToken("", "expected '<document start>', but found ");
    const YamlToken start = m_scanner.take();
    if (is(YamlTokenType::Directive) || is(YamlTokenType::DocumentStart) || is(YamlTokenType::DocumentEnd) ||
        is(YamlTokenType::StreamEnd))
        return emptyScalar(start.end);
    return parseNode(true, false);
}

void YamlDocument::directives() {
    while (is(YamlTokenType::Directive)) {
        YamlToken token = m_scanner.take();
        if (token.hasHandle) m_handles[token.handle] = token.value;
    }
}

void YamlDocument::refuseToken(const std::string& what, const std::string& expected) {
    const YamlToken& token = m_scanner.peek();
    refuse("ParserError", what + expected + "'" + std::string(nameOf(token.type)) + "'", token.start);
}

void YamlDocument::count(std::size_t nodes, const YamlMark& mark) {
    m_nodes += nodes;
    if (m_nodes > kMaxNodes)
        refuse("ConstructorError", "the aliases expand to more than a million values", mark);
}

Assignment YamlDocument::assignmentAt(const YamlMark& mark) const {
    Assignment made;
    made.layer = m_layer;
    made.file = m_file;
    made.line = mark.line + 1;
    made.column = mark.column + 1;
    return made;
}

void YamlDocument::note(const YamlMark& start, const YamlMark& end, char style, bool alias, bool tagged) {
    if (m_places) (*m_places)[m_path] = {start.index, end.index, style, m_flow > 0, alias, tagged};
}

YamlDocument::Properties YamlDocument::properties() {
    Properties out;
    out.start = m_scanner.peek().start;
    for (int i = 0; i < 2; ++i) {
        if (is(YamlTokenType::Anchor) && out.anchor.empty()) {
            out.anchor = m_scanner.take().value;
            out.present = true;
        } else if (is(YamlTokenType::Tag) && !out.hasTag) {
            const YamlToken token = m_scanner.take();
            out.hasTag = out.present = true;
            if (!token.hasHandle) {
                out.tag = token.value;
                continue;
            }
            const auto handle = m_handles.find(token.handle);
            if (handle == m_handles.end())
                refuse("ParserError",
                       "while parsing a node: found undefined tag handle '" + token.handle + "'",
                       token.start);
            out.tag = handle->second + token.value;
        }
    }
    return out;
}

YamlDocument::Built YamlDocument::parseNode(bool block, bool indentless) {
    if (is(YamlTokenType::Alias)) return alias();
    if (++m_depth > kMaxDepth)
        refuse("RecursionError", "it is nested more than 200 levels deep", m_scanner.peek().start);
    const Properties found = properties();
    if (!found.anchor.empty()) {
        const auto first = m_anchors.find(found.anchor);
        if (first != m_anchors.end())
            refuse("ComposerError", "found duplicate anchor '" + found.anchor + "'", found.start);
        m_anchors[found.anchor] = {};
    }
    Built built = content(block, indentless, found);
    --m_depth;
    remember(found, built);
    return built;
}

void YamlDocument::remember(const Properties& found, const Built& built) {
    if (!found.anchor.empty()) m_anchors[found.anchor] = {built, countNodes(built.node), true};
}

YamlDocument::Built YamlDocument::alias() {
    const YamlToken token = m_scanner.take();
    const auto found = m_anchors.find(token.value);
    if (found == m_anchors.end())
        refuse("ComposerError", "found undefined alias '" + token.value + "'", token.start);
    if (!found->second.complete)
        refuse("RecursionError", "the alias '" + token.value + "' stands inside its own anchor", token.start);
    count(found->second.size, token.start);
    note(token.start, token.end, 0, true, false);
    return found->second.built;
}

YamlDocument::Built YamlDocument::content(bool block, bool indentless, const Properties& found) {
    const auto collection = [&](Built built, bool isList) {
        return constructCollection(std::move(built.node), found.hasTag ? found.tag : std::string(), isList,
                                   found.start);
    };
    const auto wrap = [&](Node node) {
        Built out;
        out.node = std::move(node);
        return out;
    };
    if (indentless && is(YamlTokenType::BlockEntry)) return wrap(collection(indentlessSequence(), true));
    switch (m_scanner.peek().type) {
    case YamlTokenType::Scalar:
        return scalar(m_scanner.take(), found);
    case YamlTokenType::FlowSequenceStart:
        return wrap(collection(flowSequence(), true));
    case YamlTokenType::FlowMappingStart:
        return wrap(collection(flowMapping(), false));
    case YamlTokenType::BlockSequenceStart:
        if (block) return wrap(collection(blockSequence(), true));
        break;
    case YamlTokenType::BlockMappingStart:
        if (block) return wrap(collection(blockMapping(), false));
        break;
    default:
        break;
    }
    if (found.present) {
        YamlToken empty;
        empty.start = empty.end = m_scanner.peek().start;
        return scalar(empty, found);
    }
    refuseToken(std::string("while parsing a ") + (block ? "block" : "flow") + " node: ",
                "expected the node content, but found ");
}

YamlDocument::Built YamlDocument::scalar(const YamlToken& token, const Properties& found) {
    Built out;
    count(1, token.start);
    const bool implicit = (token.style == 0 && !found.hasTag) || found.tag == "!";
    const ScalarValue value = constructScalar(
        token.value, implicit, found.hasTag && found.tag != "!" ? found.tag : std::string(), token.start);
    out.node.value = value.value;
    out.isStringTag = value.isStringTag;
    out.isMergeKey = implicit && token.value == "<<";
    Assignment made = assignmentAt(token.start);
    made.text = std::string(m_text.substr(token.start.index, token.end.index - token.start.index));
    if (out.node.isInterpolation()) made.operation = Operation::Interpolate;
    out.node.history.push_back(std::move(made));
    note(token.start, token.end, token.style, false, found.hasTag);
    return out;
}

YamlDocument::Built YamlDocument::emptyScalar(const YamlMark& mark) {
    YamlToken empty;
    empty.start = empty.end = mark;
    return scalar(empty, {});
}

YamlDocument::Built YamlDocument::valueOf(const std::string& key, bool block, bool indentless) {
    if (!m_places) return parseNode(block, indentless);
    const std::size_t length = m_path.size();
    m_path += (m_path.empty() ? "" : ".") + key;
    Built built = parseNode(block, indentless);
    m_path.resize(length);
    return built;
}

YamlDocument::Built YamlDocument::finish(std::vector<Node>&& items, const YamlMark& start) const {
    Built out;
    out.node.kind = NodeKind::List;
    out.node.history.push_back(assignmentAt(start));
    for (std::size_t i = 0; i < items.size(); ++i) {
        items[i].key = std::to_string(i);
        items[i].typedKey = Value{};
    }
    out.node.children = std::move(items);
    return out;
}

YamlDocument::Built YamlDocument::blockSequence() {
    const YamlMark start = m_scanner.take().start;
    std::vector<Node> items;
    while (is(YamlTokenType::BlockEntry)) {
        const YamlToken entry = m_scanner.take();
        if (is(YamlTokenType::BlockEntry) || is(YamlTokenType::BlockEnd))
            items.push_back(emptyScalar(entry.end).node);
        else
            items.push_back(valueOf(std::to_string(items.size()), true, false).node);
    }
    if (!is(YamlTokenType::BlockEnd))
        refuseToken("while parsing a block collection: ", "expected <block end>, but found ");
    m_scanner.take();
    count(1, start);
    return finish(std::move(items), start);
}

YamlDocument::Built YamlDocument::indentlessSequence() {
    const YamlMark start = m_scanner.peek().start;
    std::vector<Node> items;
    while (is(YamlTokenType::BlockEntry)) {
        const YamlToken entry = m_scanner.take();
        const bool empty = is(YamlTokenType::BlockEntry) || is(YamlTokenType::Key) ||
                           is(YamlTokenType::Value) || is(YamlTokenType::BlockEnd);
        if (empty)
            items.push_back(emptyScalar(entry.end).node);
        else
            items.push_back(valueOf(std::to_string(items.size()), true, false).node);
    }
    count(1, start);
    return finish(std::move(items), start);
}

YamlDocument::Built YamlDocument::blockMapping() {
    const YamlMark start = m_scanner.take().start;
    Entries entries;
    const auto absent = [this] {
        return is(YamlTokenType::Key) || is(YamlTokenType::Value) || is(YamlTokenType::BlockEnd);
    };
    while (is(YamlTokenType::Key) || is(YamlTokenType::Value)) {
        Built key;
        YamlMark keyMark = m_scanner.peek().start;
        std::map<std::string, ScalarPlace>* const places = std::exchange(m_places, nullptr);
        if (is(YamlTokenType::Key)) {
            const YamlToken token = m_scanner.take();
            if (absent()) {
                key = emptyScalar(token.end);
            } else {
                keyMark = m_scanner.peek().start;
                key = parseNode(true, true);
            }
        } else {
            refuseToken("while parsing a block mapping: ", "expected <block end>, but found ");
        }
        m_places = places;
        Built value;
        YamlMark valueMark = m_scanner.peek().start;
        if (is(YamlTokenType::Value)) {
            const YamlToken token = m_scanner.take();
            valueMark = m_scanner.peek().start;
            const std::string name =
                key.node.value.isString() ? key.node.value.asString() : keyTextOf(key.node.value);
            if (!absent()) {
                value = valueOf(name, true, true);
            } else {
                const std::size_t length = m_path.size();
                m_path += (m_path.empty() ? "" : ".") + name;
                value = emptyScalar(token.end);
                m_path.resize(length);
            }
        } else {
            value = emptyScalar(valueMark);
        }
        addEntry(entries, std::move(key), keyMark, std::move(value), valueMark);
    }
    if (!is(YamlTokenType::BlockEnd))
        refuseToken("while parsing a block mapping: ", "expected <block end>, but found ");
    m_scanner.take();
    count(1, start);
    return finish(std::move(entries), start);
}

YamlDocument::Built YamlDocument::flowSequence() {
    const YamlMark start = m_scanner.take().start;
    ++m_flow;
    std::vector<Node> items;
    while (!is(YamlTokenType::FlowSequenceEnd)) {
        if (!items.empty()) {
            if (!is(YamlTokenType::FlowEntry))
                refuseToken("while parsing a flow sequence: ", "expected ',' or ']', but got ");
            m_scanner.take();
            if (is(YamlTokenType::FlowSequenceEnd)) break;
        }
        if (is(YamlTokenType::Key))
            items.push_back(flowPair().node);
        else
            items.push_back(valueOf(std::to_string(items.size()), false, false).node);
    }
    m_scanner.take();
    --m_flow;
    count(1, start);
    return finish(std::move(items), start);
}

/// `[a: 1]`: a map of one entry inside a flow sequence.
YamlDocument::Built YamlDocument::flowPair() {
    const YamlToken start = m_scanner.take();
    const auto ends = [this] { return is(YamlTokenType::FlowEntry) || is(YamlTokenType::FlowSequenceEnd); };
    Entries entries;
    const YamlMark keyMark = m_scanner.peek().start;
    std::map<std::string, ScalarPlace>* const places = std::exchange(m_places, nullptr);
    Built key = is(YamlTokenType::Value) || ends() ? emptyScalar(start.end) : parseNode(false, false);
    Built value;
    YamlMark valueMark = m_scanner.peek().start;
    if (is(YamlTokenType::Value)) {
        const YamlToken token = m_scanner.take();
        valueMark = m_scanner.peek().start;
        value = ends() ? emptyScalar(token.end) : parseNode(false, false);
    } else {
        value = emptyScalar(valueMark);
    }
    m_places = places;
    addEntry(entries, std::move(key), keyMark, std::move(value), valueMark);
    count(1, start.start);
    return finish(std::move(entries), start.start);
}

YamlDocument::Built YamlDocument::flowMapping() {
    const YamlMark start = m_scanner.take().start;
    ++m_flow;
    Entries entries;
    const auto ends = [this] { return is(YamlTokenType::FlowEntry) || is(YamlTokenType::FlowMappingEnd); };
    for (bool first = true; !is(YamlTokenType::FlowMappingEnd); first = false) {
        if (!first) {
            if (!is(YamlTokenType::FlowEntry))
                refuseToken("while parsing a flow mapping: ", "expected ',' or '}', but got ");
            m_scanner.take();
            if (is(YamlTokenType::FlowMappingEnd)) break;
        }
        Built key;
        YamlMark keyMark = m_scanner.peek().start;
        std::map<std::string, ScalarPlace>* const places = std::exchange(m_places, nullptr);
        const bool marked = is(YamlTokenType::Key);
        YamlMark keyEnd = keyMark;
        if (marked) keyEnd = m_scanner.take().end;
        if (marked && (is(YamlTokenType::Value) || ends())) {
            key = emptyScalar(keyEnd);
        } else {
            keyMark = m_scanner.peek().start;
            key = parseNode(false, false);
        }
        m_places = places;
        Built value;
        YamlMark valueMark = m_scanner.peek().start;
        if (marked && is(YamlTokenType::Value)) {
            const YamlToken token = m_scanner.take();
            valueMark = m_scanner.peek().start;
            const std::string name =
                key.node.value.isString() ? key.node.value.asString() : keyTextOf(key.node.value);
            value = ends() ? emptyScalar(token.end) : valueOf(name, false, false);
        } else {
            value = emptyScalar(valueMark);
        }
        addEntry(entries, std::move(key), keyMark, std::move(value), valueMark);
    }
    m_scanner.take();
    --m_flow;
    count(1, start);
    return finish(std::move(entries), start);
}

void YamlDocument::addEntry(Entries& entries, Built&& key, const YamlMark& keyMark, Built&& value,
                            const YamlMark& valueMark) {
    if (key.isMergeKey) return addMerge(entries, std::move(value.node), valueMark);
    if (key.node.kind != NodeKind::Scalar)
        refuse("ConstructorError", "while constructing a mapping: found unhashable key", keyMark);
    if (key.isStringTag && !entries.names.insert(key.node.value.asString()).second)
        refuse("ConstructorError",
               "while constructing a mapping: found duplicate key " + key.node.value.asString(), keyMark);
    if (key.node.value.isNull()) refuse("KeyValidationError", "Incompatible key type 'NoneType'", keyMark);
    Node& node = value.node;
    node.typedKey = key.node.value.isString() ? Value{} : key.node.value;
    node.key = keyTextOf(key.node.value);
    const auto [it, fresh] = entries.index.emplace(identityOf(node), entries.children.size());
    if (fresh) {
        entries.children.push_back(std::move(node));
        return;
    }
    Node& first = entries.children[it->second]; // the first key stays, the last value wins
    node.key = first.key;
    node.typedKey = first.typedKey;
    first = std::move(node);
}

void YamlDocument::addMerge(Entries& entries, Node&& value, const YamlMark& mark) const {
    if (value.kind == NodeKind::Map) {
        entries.merged.push_back(std::move(value));
        return;
    }
    bool allMaps = value.kind == NodeKind::List;
    for (const Node& child : value.children)
        allMaps = allMaps && child.kind == NodeKind::Map;
    if (!allMaps)
        refuse("ConstructorError",
               "while constructing a mapping: expected a mapping or list of mappings for merging", mark);
    for (auto it = value.children.rbegin(); it != value.children.rend(); ++it)
        entries.merged.push_back(std::move(*it));
}

/// Merged keys come before the map's own, which win; of several merged maps the first wins.
YamlDocument::Built YamlDocument::finish(Entries&& entries, const YamlMark& start) const {
    Built out;
    out.node.kind = NodeKind::Map;
    out.node.history.push_back(assignmentAt(start));
    if (entries.merged.empty()) {
        out.node.children = std::move(entries.children);
        return out;
    }
    std::unordered_map<std::string, std::size_t> index;
    const auto put = [&](Node&& child) {
        const auto [it, fresh] = index.emplace(identityOf(child), out.node.children.size());
        if (fresh)
            out.node.children.push_back(std::move(child));
        else
            out.node.children[it->second] = std::move(child);
    };
    for (Node& source : entries.merged)
        for (Node& child : source.children)
            put(std::move(child));
    for (Node& child : entries.children)
        put(std::move(child));
    return out;
}

} // namespace fathom::config::detail
