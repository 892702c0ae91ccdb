// SPDX-License-Identifier: Apache-2.0
// The second half of YamlScanner: directives, anchors, tags and the texts of scalars.
#include "engine/config/unicode.h"
#include "engine/config/yaml_scanner.h"

#include <algorithm>

namespace fathom::config::detail {

namespace {

bool isWordChar(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}
bool isUriChar(char c) {
    return c != '\0' &&
           (isWordChar(c) || std::string_view(";/?:@&=+$,.!~*'()[]%").find(c) != std::string_view::npos);
}
bool isHexDigit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}
unsigned hexValue(char c) {
    if (c <= '9') return static_cast<unsigned>(c - '0');
    return static_cast<unsigned>((c | 0x20) - 'a' + 10);
}

} // namespace

void YamlScanner::fetchDirective() {
    unwind(-1);
    removeSimpleKey();
    m_allowSimpleKey = false;
    const YamlMark start = m_mark;
    forward();
    std::size_t length = 0;
    while (isWordChar(at(length)))
        ++length;
    if (length == 0 || !isSpaceOrEnd(length)) {
        forward(length);
        refuse("while scanning a directive: expected alphabetic or numeric character, but found " + shown());
    }
    YamlToken token{YamlTokenType::Directive, start, {}, std::string(takeText(length)), {}, false, 0};
    while (at() == ' ')
        forward();
    if (token.value == "TAG") {
        token.handle = tagHandle("directive");
        token.hasHandle = true;
        while (at() == ' ')
            forward();
        token.value = tagUri("directive");
    } else if (token.value == "YAML") {
        if (at() != '1' || at(1) != '.')
            throw YamlFailure{"ParserError", "found incompatible YAML document (version 1.* is required)",
                              start};
        while (!isSpaceOrEnd())
            forward();
    } else {
        while (!isBreakOrEnd())
            forward();
    }
    token.end = m_mark;
    ignoredLine("directive");
    m_tokens.push_back(std::move(token));
}

void YamlScanner::ignoredLine(const char* what) {
    skipSpaces();
    skipComment();
    if (!isBreakOrEnd())
        refuse(std::string("while scanning a ") + what + ": expected a comment or a line break, but found " +
               shown());
    lineBreak();
}

void YamlScanner::fetchAnchor(YamlTokenType type) {
    saveSimpleKey();
    m_allowSimpleKey = false;
    const YamlMark start = m_mark;
    const std::string what = type == YamlTokenType::Alias ? "alias" : "anchor";
    forward();
    std::size_t length = 0;
    while (isWordChar(at(length)))
        ++length;
    const bool ends =
        isBlankOrEnd(length) || std::string_view("?:,]}%@`").find(at(length)) != std::string_view::npos;
    if (length == 0 || !ends) {
        forward(length);
        refuse("while scanning an " + what + ": expected alphabetic or numeric character, but found " +
               shown());
    }
    const std::string_view name = takeText(length);
    push(type, start, m_mark).value = name;
}

void YamlScanner::fetchTag() {
    saveSimpleKey();
    m_allowSimpleKey = false;
    const YamlMark start = m_mark;
    YamlToken token{YamlTokenType::Tag, start, {}, {}, {}, false, 0};
    if (at(1) == '<') {
        forward(2);
        token.value = tagUri("tag");
        if (at() != '>') refuse("while parsing a tag: expected '>', but found " + shown());
        forward();
    } else if (isBlankOrEnd(1)) {
        token.value = "!";
        forward();
    } else {
        std::size_t length = 1;
        while (!isSpaceOrEnd(length) && at(length) != '!')
            ++length;
        token.hasHandle = true;
        token.handle = "!";
        if (at(length) == '!' && !atEnd(length))
            token.handle = tagHandle("tag");
        else
            forward();
        token.value = tagUri("tag");
    }
    if (!isSpaceOrEnd()) refuse("while scanning a tag: expected ' ', but found " + shown());
    token.end = m_mark;
    m_tokens.push_back(std::move(token));
}

std::string YamlScanner::tagHandle(const char* what) {
    if (at() != '!') refuse(std::string("while scanning a ") + what + ": expected '!', but found " + shown());
    std::size_t length = 1;
    if (at(length) != ' ') {
        while (isWordChar(at(length)))
            ++length;
        if (at(length) != '!') {
            forward(length);
            refuse(std::string("while scanning a ") + what + ": expected '!', but found " + shown());
        }
        ++length;
    }
    return std::string(takeText(length));
}

std::string YamlScanner::tagUri(const char* what) {
    std::string text;
    while (isUriChar(at())) {
        if (at() != '%') {
            text += at();
            forward();
            continue;
        }
        if (!isHexDigit(at(1)) || !isHexDigit(at(2)))
            refuse(std::string("while scanning a ") + what +
                   ": expected URI escape sequence of 2 hexadecimal numbers, but found " + shown(1));
        text += static_cast<char>(hexValue(at(1)) << 4 | hexValue(at(2)));
        forward(3);
    }
    if (text.empty()) refuse(std::string("while parsing a ") + what + ": expected URI, but found " + shown());
    return text;
}

void YamlScanner::blockScalarHeader(int& chomping, int& increment) {
    const auto readChomping = [&] {
        if (at() != '+' && at() != '-') return false;
        chomping = at() == '+' ? 1 : -1;
        forward();
        return true;
    };
    const auto readIncrement = [&] {
        if (at() < '0' || at() > '9') return false;
        if (at() == '0')
            refuse("while scanning a block scalar: expected indentation indicator in the range 1-9, but "
                   "found 0");
        increment = at() - '0';
        forward();
        return true;
    };
    if (readChomping())
        readIncrement();
    else if (readIncrement())
        readChomping();
    if (!isSpaceOrEnd())
        refuse("while scanning a block scalar: expected chomping or indentation indicators, but found " +
               shown());
}

std::string YamlScanner::blockScalarBreaks(int indent) {
    std::string breaks;
    while (m_mark.column < indent && at() == ' ')
        forward();
    while (breakLength() > 0) {
        breaks += lineBreak();
        while (m_mark.column < indent && at() == ' ')
            forward();
    }
    return breaks;
}

void YamlScanner::fetchBlockScalar(char style) {
    m_allowSimpleKey = true;
    removeSimpleKey();
    const YamlMark start = m_mark;
    forward();
    int chomping = 0, increment = 0;
    blockScalarHeader(chomping, increment);
    ignoredLine("block scalar");
    const int least = std::max(1, m_indent + 1);
    int indent = least + increment - 1;
    std::string breaks;
    if (increment == 0) {
        int deepest = 0;
        while (at() == ' ' || breakLength() > 0) {
            if (at() != ' ') {
                breaks += lineBreak();
            } else {
                forward();
                deepest = std::max(deepest, m_mark.column);
            }
        }
        indent = std::max(least, deepest);
    } else {
        breaks = blockScalarBreaks(indent);
    }
    std::string text;
    std::string_view lastBreak;
    YamlMark end = m_mark;
    while (m_mark.column == indent && !atEnd()) {
        text += breaks;
        const bool startsWithText = at() != ' ' && at() != '\t';
        std::size_t length = 0;
        while (!isBreakOrEnd(length))
            ++length;
        text += takeText(length);
        end = m_mark;
        lastBreak = lineBreak();
        breaks = blockScalarBreaks(indent);
        if (m_mark.column != indent || atEnd()) break;
        if (style == '>' && lastBreak == "\n" && startsWithText && at() != ' ' && at() != '\t') {
            if (breaks.empty()) text += ' ';
        } else {
            text += lastBreak;
        }
    }
    if (chomping >= 0) text += lastBreak;
    if (chomping > 0) text += breaks;
    YamlToken& token = push(YamlTokenType::Scalar, start, end);
    token.value = std::move(text);
    token.style = style;
}

void YamlScanner::fetchQuoted(char quote) {
    saveSimpleKey();
    m_allowSimpleKey = false;
    const YamlMark start = m_mark;
    forward();
    std::string text;
    quotedText(quote == '"', text);
    while (at() != quote || atEnd()) {
        quotedBlanks(text);
        quotedText(quote == '"', text);
    }
    forward();
    YamlToken& token = push(YamlTokenType::Scalar, start, m_mark);
    token.value = std::move(text);
    token.style = quote;
}

void YamlScanner::quotedText(bool isDouble, std::string& out) {
    while (true) {
        std::size_t length = 0;
        while (!isBlankOrEnd(length) && at(length) != '\'' && at(length) != '"' && at(length) != '\\')
            ++length;
        if (length > 0) out += takeText(length);
        if (atEnd()) return;
        const char c = at();
        if (!isDouble && c == '\'' && at(1) == '\'') {
            out += '\'';
            forward(2);
        } else if ((isDouble && c == '\'') || (!isDouble && (c == '"' || c == '\\'))) {
            out += c;
            forward();
        } else if (isDouble && c == '\\') {
            forward();
            escape(out);
        } else {
            return;
        }
    }
}

void YamlScanner::escape(std::string& out) {
    static constexpr std::string_view kNames = "0abt\tnvfre \"\\/N_LP";
    static constexpr char32_t kCodes[] = {0,  7,   8,   9,    9,   10,   11,   12,     13,
                                          27, ' ', '"', '\\', '/', 0x85, 0xA0, 0x2028, 0x2029};
    const char c = at();
    const std::size_t known = atEnd() ? std::string_view::npos : kNames.find(c);
    if (known != std::string_view::npos) {
        appendUtf8(out, kCodes[known]);
        forward();
        return;
    }
    const std::size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (digits > 0) {
        forward();
        char32_t code = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (!isHexDigit(at(i)))
                refuse("while scanning a double-quoted scalar: expected escape sequence of " +
                       std::to_string(digits) + " hexadecimal numbers, but found " + shown(i));
            code = code << 4 | hexValue(at(i));
        }
        if (code > 0x10FFFF) refuse("while scanning a double-quoted scalar: the escape names no character");
        appendUtf8(out, code);
        forward(digits);
    } else if (breakLength() > 0) {
        lineBreak();
        out += quotedBreaks();
    } else {
        refuse("while scanning a double-quoted scalar: found unknown escape character " + shown());
    }
}

std::string YamlScanner::quotedBreaks() {
    std::string breaks;
    while (true) {
        if (atDocumentIndicator())
            refuse("while scanning a quoted scalar: found unexpected document separator");
        while (at() == ' ' || at() == '\t')
            forward();
        if (breakLength() == 0) return breaks;
        breaks += lineBreak();
    }
}

void YamlScanner::quotedBlanks(std::string& out) {
    std::size_t length = 0;
    while (at(length) == ' ' || at(length) == '\t')
        ++length;
    const std::string_view blanks = takeText(length);
    if (atEnd()) refuse("while scanning a quoted scalar: found unexpected end of stream");
    if (breakLength() == 0) {
        out += blanks;
        return;
    }
    const std::string_view first = lineBreak();
    const std::string breaks = quotedBreaks();
    if (first != "\n")
        out += first;
    else if (breaks.empty())
        out += ' ';
    out += breaks;
}

/// Up to the next blank or to what ends a plain scalar.
std::size_t YamlScanner::plainLength() const {
    const auto isFlowEnd = [this](char c) {
        return m_flowLevel > 0 && (c == ',' || c == '[' || c == ']' || c == '{' || c == '}');
    };
    std::size_t length = 0;
    for (; !isBlankOrEnd(length); ++length) {
        const char c = at(length);
        if (c == ':' && (isBlankOrEnd(length + 1) || isFlowEnd(at(length + 1)))) break;
        if (isFlowEnd(c) || (m_flowLevel > 0 && c == '?')) break;
    }
    return length;
}

void YamlScanner::fetchPlain() {
    saveSimpleKey();
    m_allowSimpleKey = false;
    const YamlMark start = m_mark;
    YamlMark end = start;
    const int indent = m_indent + 1;
    std::string text, blanks;
    while (at() != '#' || atEnd()) {
        const std::size_t length = plainLength();
        if (length == 0) break;
        m_allowSimpleKey = false;
        text += blanks;
        text += takeText(length);
        end = m_mark;
        blanks.clear();
        const bool goesOn = plainBlanks(blanks);
        if (!goesOn || at() == '#' || (m_flowLevel == 0 && m_mark.column < indent)) break;
    }
    YamlToken& token = push(YamlTokenType::Scalar, start, end);
    token.value = std::move(text);
}

/// The blanks and line breaks inside a plain scalar; false where it cannot go on.
bool YamlScanner::plainBlanks(std::string& out) {
    std::size_t length = 0;
    while (at(length) == ' ')
        ++length;
    out = takeText(length);
    if (breakLength() == 0) return !out.empty();
    const std::string_view first = lineBreak();
    m_allowSimpleKey = true;
    if (atDocumentIndicator()) return false;
    std::string breaks;
    while (at() == ' ' || breakLength() > 0) {
        if (at() == ' ') {
            forward();
            continue;
        }
        breaks += lineBreak();
        if (atDocumentIndicator()) return false;
    }
    out.clear();
    if (first != "\n")
        out += first;
    else if (breaks.empty())
        out += ' ';
    out += breaks;
    return true;
}

} // namespace fathom::config::detail
