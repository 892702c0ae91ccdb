// SPDX-License-Identifier: Apache-2.0
#include "engine/config/override_lexer.h"

namespace fathom::config::detail {

namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}
bool isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool isBlank(char c) {
    return c == ' ' || c == '\t';
}
char at(std::string_view text, std::size_t i) {
    return i < text.size() ? text[i] : '\0';
}

std::size_t blanks(std::string_view text, std::size_t i) {
    const std::size_t start = i;
    while (isBlank(at(text, i)))
        ++i;
    return i - start;
}

/// DIGIT (('_')? DIGIT)*
std::size_t digits(std::string_view text, std::size_t i) {
    const std::size_t start = i;
    if (!isDigit(at(text, i))) return 0;
    ++i;
    while (isDigit(at(text, i)) || (at(text, i) == '_' && isDigit(at(text, i + 1))))
        ++i;
    return i - start;
}

/// '0' | [1-9] (('_')? DIGIT)*
std::size_t unsignedInt(std::string_view text, std::size_t i) {
    if (at(text, i) == '0') return 1;
    return digits(text, i);
}

std::size_t exponent(std::string_view text, std::size_t i) {
    if (at(text, i) != 'e' && at(text, i) != 'E') return 0;
    std::size_t length = 1;
    if (at(text, i + 1) == '+' || at(text, i + 1) == '-') ++length;
    const std::size_t count = digits(text, i + length);
    return count > 0 ? length + count : 0;
}

std::size_t specialKey(std::string_view text, std::size_t i) {
    const std::size_t start = i;
    if (!isLetter(at(text, i)) && at(text, i) != '_' && at(text, i) != '$') return 0;
    while (isLetter(at(text, i)) || isDigit(at(text, i)) || at(text, i) == '_' || at(text, i) == '-' ||
           at(text, i) == '$')
        ++i;
    return i - start;
}

std::size_t pathComponent(std::string_view text, std::size_t i) {
    const std::size_t key = specialKey(text, i);
    return key > 0 ? key : unsignedInt(text, i);
}

std::size_t dotPath(std::string_view text, std::size_t i) {
    std::size_t length = pathComponent(text, i);
    if (length == 0) return 0;
    bool dotted = false;
    while (at(text, i + length) == '.') {
        const std::size_t next = pathComponent(text, i + length + 1);
        if (next == 0) break;
        length += 1 + next;
        dotted = true;
    }
    return dotted ? length : 0;
}

/// A quoted value ends at the first quote that follows an even number of backslashes.
std::size_t quoted(std::string_view text, std::size_t i) {
    const char quote = at(text, i);
    if (quote != '"' && quote != '\'') return 0;
    std::size_t backslashes = 0;
    for (std::size_t end = i + 1; end < text.size(); ++end) {
        if (text[end] == quote && backslashes % 2 == 0) return end + 1 - i;
        backslashes = text[end] == '\\' ? backslashes + 1 : 0;
    }
    return 0;
}

std::size_t interpolation(std::string_view text, std::size_t i) {
    if (text.substr(i, 2) != "${") return 0;
    const std::size_t end = text.find('}', i + 2);
    return end == std::string_view::npos || end == i + 2 ? 0 : end + 1 - i;
}

class Lexer {
public:
    explicit Lexer(std::string_view text) : m_text(text) {}

    Result<std::vector<Token>> run() {
        while (m_at < m_text.size()) {
            const bool matched = m_valueMode ? valueToken() : keyToken();
            if (!matched) return fail(recognitionError());
        }
        m_tokens.push_back({TokenType::End, m_text.substr(m_text.size()), m_text.size()});
        return std::move(m_tokens);
    }

private:
    void offer(TokenType type, std::size_t length) {
        if (length <= m_length) return; // the longest match wins, the earlier rule on a tie
        m_type = type;
        m_length = length;
    }
    bool accept() {
        if (m_length == 0) return false;
        m_tokens.push_back({m_type, m_text.substr(m_at, m_length), m_at});
        m_at += m_length;
        if (!m_valueMode && m_type == TokenType::Equal) m_valueMode = true;
        m_length = 0;
        return true;
    }

    bool keyToken() {
        const char c = m_text[m_at];
        if (c == '=') offer(TokenType::Equal, 1 + blanks(m_text, m_at + 1));
        if (c == '~') offer(TokenType::Tilde, 1);
        if (c == '+') offer(TokenType::Plus, 1);
        if (c == '@') offer(TokenType::At, 1);
        if (c == ':') offer(TokenType::Colon, 1);
        if (c == '/') offer(TokenType::Slash, 1);
        offer(TokenType::Id, matchId(m_text, m_at));
        offer(TokenType::KeySpecial, specialKey(m_text, m_at));
        offer(TokenType::DotPath, dotPath(m_text, m_at));
        return accept();
    }

    bool valueToken() {
        const std::size_t before = blanks(m_text, m_at);
        const char c = at(m_text, m_at + before);
        const std::size_t around = before + 1 + blanks(m_text, m_at + before + 1);
        if (c == '(') offer(TokenType::ParenOpen, around);
        if (c == ',') offer(TokenType::Comma, around);
        if (c == ')') offer(TokenType::ParenClose, before + 1);
        if (c == '[' && before == 0) offer(TokenType::BracketOpen, around);
        if (c == ']') offer(TokenType::BracketClose, before + 1);
        if (c == '{' && before == 0) offer(TokenType::BraceOpen, around);
        if (c == '}') offer(TokenType::BraceClose, before + 1);
        if (c == ':') offer(TokenType::Colon, around);
        if (c == '=') offer(TokenType::Equal, around);
        offer(TokenType::Float, matchFloat(m_text, m_at));
        offer(TokenType::Int, matchInt(m_text, m_at));
        const std::size_t id = matchId(m_text, m_at);
        const std::string_view word = m_text.substr(m_at, id);
        if (equalsIgnoringCase(word, "true") || equalsIgnoringCase(word, "false")) offer(TokenType::Bool, id);
        if (equalsIgnoringCase(word, "null")) offer(TokenType::Null, id);
        if (isUnquotedChar(m_text[m_at])) offer(TokenType::UnquotedChar, 1);
        offer(TokenType::Id, id);
        offer(TokenType::Esc, matchEscapes(m_text, m_at));
        offer(TokenType::Blank, before);
        offer(TokenType::Quoted, quoted(m_text, m_at));
        offer(TokenType::Interpolation, interpolation(m_text, m_at));
        return accept();
    }

    [[nodiscard]] Error recognitionError() const {
        const char c = m_text[m_at];
        std::size_t length = 1;
        while (m_at + length < m_text.size() &&
               (static_cast<unsigned char>(m_text[m_at + length]) & 0xC0) == 0x80)
            ++length;
        if (m_valueMode && (c == '"' || c == '\'')) length = m_text.size() - m_at; // no closing quote
        Error error{ErrorKind::Usage, "Cannot read the override",
                    "token recognition error at: '" + std::string(m_text.substr(m_at, length)) + "'",
                    "Put the value in quotes"};
        error.className = "LexerNoViableAltException";
        error.column = static_cast<int>(m_at) + 1;
        return error;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    bool m_valueMode = false;
    TokenType m_type = TokenType::End;
    std::size_t m_length = 0;
    std::vector<Token> m_tokens;
};

} // namespace

bool isUnquotedChar(char c) {
    return std::string_view("/-\\+.$%*@?|").find(c) != std::string_view::npos && c != '\0';
}

bool equalsIgnoringCase(std::string_view text, std::string_view lower) {
    if (text.size() != lower.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
        if (c != lower[i]) return false;
    }
    return true;
}

std::size_t matchInt(std::string_view text, std::size_t i) {
    const std::size_t sign = at(text, i) == '+' || at(text, i) == '-' ? 1 : 0;
    const std::size_t length = unsignedInt(text, i + sign);
    return length > 0 ? sign + length : 0;
}

std::size_t matchFloat(std::string_view text, std::size_t i) {
    const std::size_t sign = at(text, i) == '+' || at(text, i) == '-' ? 1 : 0;
    const std::size_t start = i + sign;
    if (equalsIgnoringCase(text.substr(std::min(start, text.size()), 3), "inf") ||
        equalsIgnoringCase(text.substr(std::min(start, text.size()), 3), "nan"))
        return sign + 3;
    const std::size_t whole = unsignedInt(text, start);
    std::size_t pointed = 0;
    if (at(text, start + whole) == '.') {
        const std::size_t fraction = digits(text, start + whole + 1);
        if (whole > 0 || fraction > 0) pointed = whole + 1 + fraction;
    }
    const std::size_t mantissa = pointed > 0 ? pointed : whole;
    if (mantissa == 0) return 0;
    const std::size_t power = exponent(text, start + mantissa);
    if (power > 0) return sign + mantissa + power;
    return pointed > 0 ? sign + pointed : 0;
}

std::size_t matchId(std::string_view text, std::size_t i) {
    const std::size_t start = i;
    if (!isLetter(at(text, i)) && at(text, i) != '_') return 0;
    while (isLetter(at(text, i)) || isDigit(at(text, i)) || at(text, i) == '_' || at(text, i) == '-')
        ++i;
    return i - start;
}

std::size_t matchEscapes(std::string_view text, std::size_t i) {
    const std::size_t start = i;
    while (at(text, i) == '\\' && i + 1 < text.size() &&
           std::string_view("\\()[]{}:=, \t").find(text[i + 1]) != std::string_view::npos)
        i += 2;
    return i - start;
}

Result<std::vector<Token>> lexOverride(std::string_view text) {
    return Lexer(text).run();
}

} // namespace fathom::config::detail
