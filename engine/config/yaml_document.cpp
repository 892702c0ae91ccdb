// SPDX-License-Identifier: Apache-2.0
#include "engine/config/yaml_document.h"

#include "engine/config/yaml_construct.h"

#include <algorithm>

namespace fathom::config::detail {

namespace {

constexpr int kMaxDepth = 200;
constexpr std::size_t kMaxExpanded = 200'000;

std::size_t countNodes(const Node& node) {
    std::size_t total = 1;
    for (const Node& child : node.children)
        total += countNodes(child);
    return total;
}

} // namespace

YamlDocument::YamlDocument(std::string_view text, const std::string& file, Layer layer)
    : m_text(text), m_file(file), m_layer(layer), m_scanner(text) {}

Node YamlDocument::read(std::span<const std::string> path, std::optional<ScalarPlace>& place) {
    m_way = {true, path};
    m_place = &place;
    return read();
}

Node YamlDocument::read() {
    m_handles = {{"!", "!"}, {"!!", "tag:yaml.org,2002:"}};
    if (is(YamlTokenType::StreamEnd)) {
        Node empty;
        empty.kind = NodeKind::Map;
        return empty;
    }
    Node root = document();
    while (is(YamlTokenType::DocumentEnd))
        m_scanner.skip();
    if (is(YamlTokenType::StreamEnd)) {
        if (m_later) throw *m_later;
        return root;
    }
    directives();
    const YamlMark mark = m_scanner.peek().start;
    if (!is(YamlTokenType::DocumentStart)) refuseToken("", "expected '<document start>', but found ");
    refuse("ComposerError", "expected a single document in the stream, but found another document", mark);
}

Node YamlDocument::document() {
    if (!is(YamlTokenType::Directive) && !is(YamlTokenType::DocumentStart))
        return parseNode(true, false).node;
    directives();
    if (!is(YamlTokenType::DocumentStart)) refuseToken("", "expected '<document start>', but found ");
    const YamlToken start = m_scanner.take();
    if (isOneOf({YamlTokenType::Directive, YamlTokenType::DocumentStart, YamlTokenType::DocumentEnd,
                 YamlTokenType::StreamEnd}))
        return emptyScalar(start.end);
    return parseNode(true, false).node;
}

void YamlDocument::directives() {
    while (is(YamlTokenType::Directive)) {
        YamlToken token = m_scanner.take();
        if (token.hasHandle) m_handles[token.handle] = token.value;
    }
}

bool YamlDocument::isOneOf(std::initializer_list<YamlTokenType> types) {
    return std::ranges::find(types, m_scanner.peek().type) != types.end();
}

void YamlDocument::refuseToken(const std::string& what, const std::string& expected) {
    const YamlToken& token = m_scanner.peek();
    refuse("ParserError", what + expected + "'" + std::string(nameOf(token.type)) + "'", token.start);
}

void YamlDocument::later(YamlFailure failure) {
    const auto isOfOmegaConf = [](const YamlFailure& each) {
        return each.className == "KeyValidationError" || each.className == "UnsupportedValueType";
    };
    if (!m_later || (isOfOmegaConf(*m_later) && !isOfOmegaConf(failure))) m_later = std::move(failure);
}

Assignment YamlDocument::assignmentAt(const YamlMark& mark) const {
    Assignment made;
    made.layer = m_layer;
    made.file = m_file;
    made.line = mark.line + 1;
    made.column = mark.column + 1;
    return made;
}

void YamlDocument::note(const YamlToken& token, bool tagged) {
    if (m_way.isOn && m_way.rest.empty())
        *m_place = ScalarPlace{token.start.index, token.end.index, token.style, tagged};
}

Node YamlDocument::collection(NodeKind kind, const YamlMark& start) const {
    Node node;
    node.kind = kind;
    node.history.push_back(assignmentAt(start));
    return node;
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
        m_anchors[found.anchor];
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
    m_expanded += found->second.size;
    if (m_expanded > kMaxExpanded)
        refuse("ConstructorError", "the aliases expand to more than 200,000 values", token.start);
    note(token, false);
    return found->second.built;
}

YamlDocument::Built YamlDocument::content(bool block, bool indentless, const Properties& found) {
    Built out;
    const auto read = [&](Node (YamlDocument::*parse)()) {
        out.node = (this->*parse)();
        try {
            constructCollection(out.node, found.hasTag ? found.tag : std::string(), found.start);
        } catch (const YamlFailure& failure) {
            later(failure);
        }
    };
    const YamlTokenType type = m_scanner.peek().type;
    if (type == YamlTokenType::Scalar) {
        const YamlToken token = m_scanner.take();
        return scalar(token, found);
    }
    if (indentless && type == YamlTokenType::BlockEntry) {
        read(&YamlDocument::indentlessSequence);
    } else if (type == YamlTokenType::FlowSequenceStart) {
        read(&YamlDocument::flowSequence);
    } else if (type == YamlTokenType::FlowMappingStart) {
        read(&YamlDocument::flowMapping);
    } else if (block && type == YamlTokenType::BlockSequenceStart) {
        read(&YamlDocument::blockSequence);
    } else if (block && type == YamlTokenType::BlockMappingStart) {
        read(&YamlDocument::blockMapping);
    } else if (found.present) {
        YamlToken empty;
        empty.start = empty.end = m_scanner.peek().start;
        return scalar(empty, found);
    } else {
        refuseToken(std::string("while parsing a ") + (block ? "block" : "flow") + " node: ",
                    "expected the node content, but found ");
    }
    return out;
}

namespace {

bool isImplicit(const YamlToken& token, bool hasTag, const std::string& tag) {
    return (token.style == 0 && !hasTag) || tag == "!";
}

} // namespace

Value YamlDocument::scalarValue(const YamlToken& token, const Properties& found) {
    const bool hasTag = found.hasTag && found.tag != "!";
    try {
        return constructScalar(token.value, isImplicit(token, found.hasTag, found.tag),
                               hasTag ? found.tag : std::string(), token.start);
    } catch (const YamlFailure& failure) {
        later(failure);
        return Value(token.value);
    }
}

YamlDocument::Built YamlDocument::scalar(const YamlToken& token, const Properties& found) {
    Built out;
    out.node.value = scalarValue(token, found);
    out.isMergeKey = token.value == "<<" && isImplicit(token, found.hasTag, found.tag);
    Assignment& made = out.node.history.emplace_back(assignmentAt(token.start));
    made.text = m_text.substr(token.start.index, token.end.index - token.start.index);
    if (out.node.isInterpolation()) made.operation = Operation::Interpolate;
    note(token, found.hasTag);
    return out;
}

Node YamlDocument::emptyScalar(const YamlMark& mark) {
    YamlToken empty;
    empty.start = empty.end = mark;
    return scalar(empty, {}).node;
}

} // namespace fathom::config::detail
