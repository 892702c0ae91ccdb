// SPDX-License-Identifier: Apache-2.0
// Where tokens begin. The scalars' texts are in yaml_scalars.cpp.
#include "engine/config/yaml_scanner.h"

#include <algorithm>

namespace fathom::config::detail {

std::string_view nameOf(YamlTokenType type) {
    static constexpr std::string_view kNames[] = {"<stream end>",
                                                  "<directive>",
                                                  "<document start>",
                                                  "<document end>",
                                                  "<block sequence start>",
                                                  "<block mapping start>",
                                                  "<block end>",
                                                  "[",
                                                  "{",
                                                  "]",
                                                  "}",
                                                  "-",
                                                  ",",
                                                  "?",
                                                  ":",
                                                  "<alias>",
                                                  "<anchor>",
                                                  "<tag>",
                                                  "<scalar>"};
    return kNames[static_cast<int>(type)];
}

YamlScanner::YamlScanner(std::string_view text) : m_text(text) {
    if (text.starts_with("\xEF\xBB\xBF")) m_mark.index = 3;
}

/// NEL, LS and PS.
std::size_t YamlScanner::wideBreakLength(std::size_t offset) const {
    const std::string_view rest = m_text.substr(m_mark.index + offset);
    if (rest.starts_with("\xC2\x85")) return 2;
    return rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9") ? 3 : 0;
}

std::string YamlScanner::shown(std::size_t offset) const {
    if (atEnd(offset)) return "'\\x00'";
    if (at(offset) == '\n') return "'\\n'";
    if (at(offset) == '\t') return "'\\t'";
    std::size_t length = 1;
    while ((static_cast<unsigned char>(at(offset + length)) & 0xC0) == 0x80)
        ++length;
    return "'" + std::string(m_text.substr(m_mark.index + offset, length)) + "'";
}

bool YamlScanner::atDocumentIndicator() const {
    const std::string_view three = m_text.substr(std::min(m_mark.index, m_text.size()), 3);
    return (three == "---" || three == "...") && isBlankOrEnd(3);
}

void YamlScanner::forwardOnLine(std::size_t bytes) {
    const std::string_view passed = m_text.substr(m_mark.index, bytes);
    m_mark.index += passed.size();
    for (const char c : passed)
        m_mark.column += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
}

void YamlScanner::skipSpaces() {
    const std::size_t end = std::min(m_text.find_first_not_of(' ', m_mark.index), m_text.size());
    m_mark.column += static_cast<int>(end - m_mark.index);
    m_mark.index = end;
}

void YamlScanner::skipComment() {
    if (at() != '#') return;
    std::size_t length = 1;
    while (!isBreakOrEnd(length))
        ++length;
    forwardOnLine(length);
}

void YamlScanner::forward(std::size_t bytes) {
    for (; bytes > 0 && m_mark.index < m_text.size(); --bytes) {
        const char c = m_text[m_mark.index];
        const std::size_t width = breakLength();
        const bool ends = width > 0 && (c != '\r' || at(1) != '\n');
        ++m_mark.index;
        if (ends) {
            m_mark.index += width - 1;
            ++m_mark.line;
            m_mark.column = 0;
        } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
            ++m_mark.column;
        }
    }
}

std::string_view YamlScanner::lineBreak() {
    const std::size_t width = breakLength();
    if (width == 0) return {};
    const std::string_view text = width == 3 ? m_text.substr(m_mark.index, 3) : "\n";
    forward(at() == '\r' && at(1) == '\n' ? 2 : 1);
    return text;
}

std::string_view YamlScanner::takeText(std::size_t bytes) {
    const std::string_view text = m_text.substr(m_mark.index, bytes);
    forwardOnLine(bytes);
    return text;
}

void YamlScanner::fetchUntilReady() {
    while (needMore())
        fetchMore();
    m_isReady = true;
}

YamlToken YamlScanner::take() {
    static_cast<void>(peek());
    if (m_tokens[m_next].type == YamlTokenType::StreamEnd) return m_tokens[m_next]; // stays, for peek
    YamlToken token = std::move(m_tokens[m_next]);
    skip();
    return token;
}

void YamlScanner::skip() {
    ++m_taken;
    m_isReady = false;
    if (++m_next < m_tokens.size()) return;
    m_tokens.clear();
    m_next = 0;
}

bool YamlScanner::needMore() {
    if (m_done) return false;
    if (m_tokens.empty()) return true;
    staleSimpleKeys();
    return std::ranges::find(m_simpleKeys, m_taken, &SimpleKey::tokenNumber) != m_simpleKeys.end();
}

YamlToken& YamlScanner::push(YamlTokenType type, const YamlMark& start, const YamlMark& end) {
    m_tokens.push_back({type, start, end, {}, {}, false, 0});
    return m_tokens.back();
}

void YamlScanner::fetchMore() {
    toNextToken();
    staleSimpleKeys();
    unwind(m_mark.column);
    if (atEnd()) return fetchStreamEnd();
    const char c = at();
    if (c == '%' && m_mark.column == 0) return fetchDirective();
    if (m_mark.column == 0 && atDocumentIndicator())
        return fetchDocumentIndicator(c == '-' ? YamlTokenType::DocumentStart : YamlTokenType::DocumentEnd);
    if (fetchIndicator(c)) return;
    if (startsPlain()) return fetchPlain();
    refuse("while scanning for the next token: found character " + shown() + " that cannot start any token");
}

bool YamlScanner::fetchIndicator(char c) {
    switch (c) {
    case '[':
        fetchFlowStart(YamlTokenType::FlowSequenceStart);
        return true;
    case '{':
        fetchFlowStart(YamlTokenType::FlowMappingStart);
        return true;
    case ']':
        fetchFlowEnd(YamlTokenType::FlowSequenceEnd);
        return true;
    case '}':
        fetchFlowEnd(YamlTokenType::FlowMappingEnd);
        return true;
    case ',':
        fetchFlowEntry();
        return true;
    case '-':
        if (!isBlankOrEnd(1)) return false;
        fetchBlockEntry();
        return true;
    case '?':
        if (m_flowLevel == 0 && !isBlankOrEnd(1)) return false;
        fetchKey();
        return true;
    case ':':
        if (m_flowLevel == 0 && !isBlankOrEnd(1)) return false;
        fetchValue();
        return true;
    case '*':
        fetchAnchor(YamlTokenType::Alias);
        return true;
    case '&':
        fetchAnchor(YamlTokenType::Anchor);
        return true;
    case '!':
        fetchTag();
        return true;
    case '|':
    case '>':
        if (m_flowLevel > 0) return false;
        fetchBlockScalar(c);
        return true;
    case '\'':
    case '"':
        fetchQuoted(c);
        return true;
    default:
        return false;
    }
}

void YamlScanner::staleSimpleKeys() {
    std::erase_if(m_simpleKeys, [this](const SimpleKey& key) {
        constexpr std::size_t kLongestKey = 1024;
        if (key.mark.line == m_mark.line && m_mark.index - key.mark.index <= kLongestKey) return false;
        if (key.required) refuse("while scanning a simple key: could not find expected ':'");
        return true;
    });
}

void YamlScanner::saveSimpleKey() {
    const bool required = m_flowLevel == 0 && m_indent == m_mark.column;
    if (!m_allowSimpleKey) return;
    removeSimpleKey();
    m_simpleKeys.push_back({m_flowLevel, m_taken + m_tokens.size() - m_next, required, m_mark});
}

void YamlScanner::removeSimpleKey() {
    if (!hasSimpleKey()) return;
    if (m_simpleKeys.back().required) refuse("while scanning a simple key: could not find expected ':'");
    m_simpleKeys.pop_back();
}

void YamlScanner::unwind(int column) {
    if (m_flowLevel > 0) return;
    while (m_indent > column) {
        m_indent = m_indents.back();
        m_indents.pop_back();
        push(YamlTokenType::BlockEnd, m_mark, m_mark);
    }
}

bool YamlScanner::addIndent(int column) {
    if (m_indent >= column) return false;
    m_indents.push_back(m_indent);
    m_indent = column;
    return true;
}

void YamlScanner::toNextToken() {
    while (true) {
        skipSpaces();
        skipComment();
        if (lineBreak().empty()) return;
        if (m_flowLevel == 0) m_allowSimpleKey = true;
    }
}

void YamlScanner::fetchStreamEnd() {
    unwind(-1);
    removeSimpleKey();
    m_allowSimpleKey = false;
    m_simpleKeys.clear();
    push(YamlTokenType::StreamEnd, m_mark, m_mark);
    m_done = true;
}

void YamlScanner::fetchDocumentIndicator(YamlTokenType type) {
    unwind(-1);
    removeSimpleKey();
    m_allowSimpleKey = false;
    const YamlMark start = m_mark;
    forward(3);
    push(type, start, m_mark);
}

void YamlScanner::fetchFlowStart(YamlTokenType type) {
    saveSimpleKey();
    ++m_flowLevel;
    m_allowSimpleKey = true;
    const YamlMark start = m_mark;
    forward();
    push(type, start, m_mark);
}

void YamlScanner::fetchFlowEnd(YamlTokenType type) {
    removeSimpleKey();
    --m_flowLevel;
    m_allowSimpleKey = false;
    const YamlMark start = m_mark;
    forward();
    push(type, start, m_mark);
}

void YamlScanner::fetchFlowEntry() {
    m_allowSimpleKey = true;
    removeSimpleKey();
    const YamlMark start = m_mark;
    forward();
    push(YamlTokenType::FlowEntry, start, m_mark);
}

void YamlScanner::fetchBlockEntry() {
    if (m_flowLevel == 0) {
        if (!m_allowSimpleKey) refuse("sequence entries are not allowed here");
        if (addIndent(m_mark.column)) push(YamlTokenType::BlockSequenceStart, m_mark, m_mark);
    }
    m_allowSimpleKey = true;
    removeSimpleKey();
    const YamlMark start = m_mark;
    forward();
    push(YamlTokenType::BlockEntry, start, m_mark);
}

void YamlScanner::fetchKey() {
    if (m_flowLevel == 0) {
        if (!m_allowSimpleKey) refuse("mapping keys are not allowed here");
        if (addIndent(m_mark.column)) push(YamlTokenType::BlockMappingStart, m_mark, m_mark);
    }
    m_allowSimpleKey = m_flowLevel == 0;
    removeSimpleKey();
    const YamlMark start = m_mark;
    forward();
    push(YamlTokenType::Key, start, m_mark);
}

void YamlScanner::fetchValue() {
    if (hasSimpleKey()) {
        const SimpleKey key = m_simpleKeys.back();
        m_simpleKeys.pop_back();
        const auto place = m_tokens.begin() + static_cast<std::ptrdiff_t>(m_next + key.tokenNumber - m_taken);
        const auto inserted =
            m_tokens.insert(place, YamlToken{YamlTokenType::Key, key.mark, key.mark, {}, {}, false, 0});
        if (m_flowLevel == 0 && addIndent(key.mark.column))
            m_tokens.insert(
                inserted, YamlToken{YamlTokenType::BlockMappingStart, key.mark, key.mark, {}, {}, false, 0});
        m_allowSimpleKey = false;
    } else {
        if (m_flowLevel == 0) {
            if (!m_allowSimpleKey) refuse("mapping values are not allowed here");
            if (addIndent(m_mark.column)) push(YamlTokenType::BlockMappingStart, m_mark, m_mark);
        }
        m_allowSimpleKey = m_flowLevel == 0;
        removeSimpleKey();
    }
    const YamlMark start = m_mark;
    forward();
    push(YamlTokenType::Value, start, m_mark);
}

bool YamlScanner::startsPlain() const {
    const char c = at();
    if (!isBlankOrEnd() && std::string_view("-?:,[]{}#&*!|>'\"%@`").find(c) == std::string_view::npos)
        return true;
    return !isBlankOrEnd(1) && (c == '-' || (m_flowLevel == 0 && (c == '?' || c == ':')));
}

} // namespace fathom::config::detail
