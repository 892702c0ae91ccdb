// SPDX-License-Identifier: Apache-2.0
#include "engine/query/lexer.h"

#include <algorithm>

namespace fathom::query {

namespace {

bool isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool endsWord(char c) {
    return isSpace(c) || std::string_view("()<>=!~,\"'`").find(c) != std::string_view::npos;
}

class Lexer {
public:
    explicit Lexer(std::string_view text) : m_text(text) {}

    Token next() {
        while (m_at < m_text.size() && isSpace(m_text[m_at]))
            ++m_at;
        if (m_at == m_text.size()) return {Token::Kind::End, {}, m_at, m_at};
        const char c = m_text[m_at];
        if (c == '"' || c == '\'') return quoted(Token::Kind::Text, c);
        if (c == '`') return quoted(Token::Kind::Name, c);
        if (c == '(') return take(Token::Kind::Open, 1);
        if (c == ')') return take(Token::Kind::Close, 1);
        if (c == ',') return take(Token::Kind::Comma, 1);
        for (const std::string_view two : {"<=", ">=", "!=", "=~", "!~", "=="})
            if (m_text.substr(m_at, 2) == two) {
                Token token = take(Token::Kind::Operator, 2);
                if (two == "==") token.text.pop_back();
                return token;
            }
        if (c == '<' || c == '>' || c == '=' || c == '~') return take(Token::Kind::Operator, 1);
        if (c == '!') return take(Token::Kind::Not, 1);
        return word();
    }

private:
    Token take(Token::Kind kind, std::size_t size) {
        Token token{kind, std::string(m_text.substr(m_at, size)), m_at, m_at + size};
        m_at += size;
        return token;
    }

    /// A backslash takes a quote or a backslash as it is; before anything else it stays, as regexes want it.
    Token quoted(Token::Kind kind, char quote) {
        Token token{kind, {}, m_at++, 0};
        for (; m_at < m_text.size(); ++m_at) {
            char c = m_text[m_at];
            if (c == quote) {
                token.end = ++m_at;
                return token;
            }
            const bool isEscaped = c == '\\' && m_at + 1 < m_text.size() &&
                                   (m_text[m_at + 1] == quote || m_text[m_at + 1] == '\\');
            if (isEscaped) c = m_text[++m_at];
            token.text += c;
        }
        token.kind = Token::Kind::Unclosed;
        token.end = m_text.size();
        return token;
    }

    Token word() {
        Token token{Token::Kind::Word, {}, m_at, 0};
        while (m_at < m_text.size() && !endsWord(m_text[m_at]))
            ++m_at;
        token.text = m_text.substr(token.begin, m_at - token.begin);
        token.end = m_at;
        const bool isBracketed = token.text.ends_with('[') && m_at < m_text.size() &&
                                 (m_text[m_at] == '"' || m_text[m_at] == '\'');
        if (isBracketed) bracket(token);
        return token;
    }

    /// `config["a b"]` is the name "config.a b".
    void bracket(Token& token) {
        const std::size_t start = m_at;
        const Token inside = quoted(Token::Kind::Name, m_text[m_at]);
        if (inside.kind != Token::Kind::Name || m_text.substr(m_at, 1) != "]") {
            m_at = start;
            return;
        }
        token.kind = Token::Kind::Name;
        token.text.back() = '.';
        token.text += inside.text;
        token.end = ++m_at;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
};

bool isOneWord(const std::string& text) {
    if (text.empty() || text.front() == '-' || isKeyword(text)) return false;
    return std::none_of(text.begin(), text.end(), endsWord);
}

std::string inQuotes(const std::string& text, char quote) {
    std::string result(1, quote);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool mustEscape =
            c == quote ||
            (c == '\\' && (i + 1 == text.size() || text[i + 1] == quote || text[i + 1] == '\\'));
        if (mustEscape) result += '\\';
        result += c;
    }
    return result + quote;
}

} // namespace

std::vector<Token> tokens(std::string_view text) {
    Lexer lexer(text);
    std::vector<Token> all;
    do
        all.push_back(lexer.next());
    while (all.back().kind != Token::Kind::End);
    return all;
}

std::string folded(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

bool isKeyword(std::string_view word) {
    const std::string lower = folded(word);
    for (const char* keyword : {"and", "or", "not", "in", "is", "contains", "within", "by"})
        if (lower == keyword) return true;
    return false;
}

std::string quotedName(const std::string& name) {
    return isOneWord(name) ? name : inQuotes(name, '`');
}

std::string quotedText(const std::string& text) {
    return isOneWord(text) ? text : inQuotes(text, '"');
}

} // namespace fathom::query
