// SPDX-License-Identifier: Apache-2.0
#include "engine/config/override.h"

#include "engine/config/convert.h"
#include "engine/config/override_functions.h"
#include "engine/config/override_lexer.h"
#include "engine/config/yaml_scalar.h"

#include <algorithm>

namespace fathom::config {

namespace {

using detail::Token;
using detail::TokenType;

constexpr int kMaxDepth = 100;

Error syntaxError(std::string why, std::size_t at) {
    Error error{ErrorKind::Usage, "Cannot read the override", std::move(why),
                "Check the quotes and brackets"};
    error.className = "HydraException";
    error.column = static_cast<int>(at) + 1;
    return error;
}

bool isPrimitiveToken(TokenType type) {
    switch (type) {
    case TokenType::Id:
    case TokenType::Null:
    case TokenType::Int:
    case TokenType::Float:
    case TokenType::Bool:
    case TokenType::Interpolation:
    case TokenType::UnquotedChar:
    case TokenType::Colon:
    case TokenType::Esc:
    case TokenType::Blank:
        return true;
    default:
        return false;
    }
}

/// `\,` to `,`: every other character.
std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 1; i < text.size(); i += 2)
        out += text[i];
    return out;
}

/// The content of a quoted value: backslashes count only before a quote.
std::string unquoted(std::string_view text) {
    const char quote = text.front();
    text.remove_prefix(1);
    std::string out;
    std::size_t run = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++run;
            continue;
        }
        if (text[i] == quote) {
            out.append(run / 2, '\\');
            if (i + 1 < text.size()) out += quote; // the last one closes
        } else {
            out.append(run, '\\');
            out += text[i];
        }
        run = 0;
    }
    return out;
}

class Parser {
public:
    Parser(std::string_view text, std::vector<Token> tokens) : m_text(text), m_tokens(std::move(tokens)) {}

    Result<Override> override() {
        Override out;
        out.input = std::string(m_text);
        if (take(TokenType::Tilde))
            out.kind = OverrideKind::Delete;
        else if (take(TokenType::Plus))
            out.kind = take(TokenType::Plus) ? OverrideKind::ForceAdd : OverrideKind::Add;
        if (Status status = key(out); !status) return fail(status.error());
        if (out.kind == OverrideKind::Delete && peek().type == TokenType::End) {
            out.hasValue = false;
            return out;
        }
        if (!take(TokenType::Equal))
            return fail(syntaxError("missing EQUAL at '" + shown(peek()) + "'", peek().at));
        if (peek().type == TokenType::End) {
            out.element.value = Value("");
            return out;
        }
        Result<Element> element = value();
        if (!element) return fail(element.error());
        if (peek().type != TokenType::End)
            return fail(syntaxError("mismatched input '" + shown(peek()) + "' expecting <EOF>", peek().at));
        out.element = std::move(*element);
        return out;
    }

private:
    [[nodiscard]] const Token& peek(std::size_t ahead = 0) const {
        return m_tokens[std::min(m_at + ahead, m_tokens.size() - 1)];
    }
    bool take(TokenType type) {
        if (peek().type != type) return false;
        ++m_at;
        return true;
    }
    static std::string shown(const Token& token) {
        return token.type == TokenType::End ? "<EOF>" : std::string(token.text);
    }
    [[nodiscard]] Error unexpected() const {
        const std::size_t end = peek().at + peek().text.size();
        return syntaxError("no viable alternative at input '" +
                               std::string(m_text.substr(m_valueStart, end - m_valueStart)) + "'",
                           peek().at);
    }

    Status key(Override& out) {
        if (peek().type == TokenType::Id && peek(1).type == TokenType::Slash) {
            out.key = std::string(m_tokens[m_at++].text);
            while (take(TokenType::Slash)) {
                if (peek().type != TokenType::Id)
                    return fail(
                        syntaxError("mismatched input '" + shown(peek()) + "' expecting ID", peek().at));
                out.key += '/' + std::string(m_tokens[m_at++].text);
            }
        } else {
            out.key = package();
        }
        if (take(TokenType::At)) out.package = package();
        return {};
    }
    std::string package() {
        const TokenType type = peek().type;
        if (type != TokenType::Id && type != TokenType::KeySpecial && type != TokenType::DotPath) return {};
        return std::string(m_tokens[m_at++].text);
    }

    Result<Element> value() {
        m_valueStart = peek().at;
        Result<Element> first = element(0);
        if (!first || peek().type != TokenType::Comma) return first;
        auto sweep = std::make_shared<Sweep>();
        sweep->kind = SweepKind::SimpleChoice;
        sweep->choices.push_back(std::move(*first));
        while (take(TokenType::Comma)) {
            Result<Element> next = element(0);
            if (!next) return next;
            sweep->choices.push_back(std::move(*next));
        }
        Element out;
        out.type = Element::Type::Sweep;
        out.sweep = std::move(sweep);
        return out;
    }

    Result<Element> element(int depth) {
        if (depth > kMaxDepth) return fail(syntaxError("it is nested more than 100 levels deep", peek().at));
        switch (peek().type) {
        case TokenType::Quoted: {
            Element out;
            out.type = Element::Type::Quoted;
            out.quote = peek().text.front();
            out.value = Value(unquoted(peek().text));
            ++m_at;
            return out;
        }
        case TokenType::BracketOpen:
            return list(depth);
        case TokenType::BraceOpen:
            return dict(depth);
        case TokenType::Id:
            if (peek(1).type == TokenType::ParenOpen) return function(depth);
            break;
        default:
            break;
        }
        if (!isPrimitiveToken(peek().type)) return fail(unexpected());
        const std::size_t start = m_at;
        while (isPrimitiveToken(peek().type))
            ++m_at;
        return primitive(start, m_at);
    }

    Result<Element> primitive(std::size_t first, std::size_t last) {
        const auto blank = [&](std::size_t i) { return m_tokens[i].type == TokenType::Blank; };
        if (last - first == 1 && blank(first))
            return fail(
                syntaxError("Trying to parse a primitive that is all whitespaces", m_tokens[first].at));
        if (blank(first)) ++first;
        if (blank(last - 1)) --last;
        Element out;
        if (last - first == 1) {
            out.value = single(m_tokens[first]);
            return out;
        }
        std::string text;
        for (std::size_t i = first; i < last; ++i)
            text += m_tokens[i].type == TokenType::Esc ? unescaped(m_tokens[i].text)
                                                       : std::string(m_tokens[i].text);
        out.value = Value(std::move(text));
        return out;
    }

    static Value single(const Token& token) {
        std::int64_t integer = 0;
        double number = 0;
        switch (token.type) {
        case TokenType::Int:
            return pythonInt(token.text, integer) ? Value(integer) : bigInt(token.text);
        case TokenType::Float:
            return pythonFloat(token.text, number) ? Value(number) : Value(token.text);
        case TokenType::Null:
            return Value{};
        case TokenType::Bool:
            return Value(detail::equalsIgnoringCase(token.text, "true"));
        case TokenType::Esc:
            return Value(unescaped(token.text));
        default:
            return Value(token.text);
        }
    }

    Result<Element> list(int depth) {
        ++m_at;
        Element out;
        out.type = Element::Type::List;
        if (take(TokenType::BracketClose)) return out;
        do {
            Result<Element> item = element(depth + 1);
            if (!item) return item;
            out.items.push_back(std::move(*item));
        } while (take(TokenType::Comma));
        if (!take(TokenType::BracketClose)) return fail(unexpected());
        return out;
    }

    Result<Element> dict(int depth) {
        ++m_at;
        Element out;
        out.type = Element::Type::Dict;
        if (take(TokenType::BraceClose)) return out;
        do {
            const std::size_t start = m_at;
            while (isPrimitiveToken(peek().type) && peek().type != TokenType::Colon &&
                   peek().type != TokenType::Interpolation)
                ++m_at;
            if (m_at == start) return fail(unexpected());
            Result<Element> name = primitive(start, m_at);
            if (!name) return name;
            if (!take(TokenType::Colon)) return fail(unexpected());
            Result<Element> item = element(depth + 1);
            if (!item) return item;
            put(out, std::move(*name), std::move(*item));
        } while (take(TokenType::Comma));
        if (!take(TokenType::BraceClose)) return fail(unexpected());
        return out;
    }
    /// 1, 1.0 and true are one key to Python; the first stays.
    static bool isSamePythonKey(const Value& a, const Value& b) {
        const auto number = [](const Value& key) {
            return key.isBool()  ? Value(key.asBool() ? 1.0 : 0.0)
                   : key.isInt() ? Value(static_cast<double>(key.asInt()))
                                 : key;
        };
        return number(a) == number(b);
    }
    static void put(Element& dict, Element&& key, Element&& item) {
        for (auto& [existing, value] : dict.entries) {
            if (isSamePythonKey(existing.value, key.value)) {
                value = std::move(item);
                return;
            }
        }
        dict.entries.emplace_back(std::move(key), std::move(item));
    }

    Result<Element> function(int depth) {
        const std::size_t start = peek().at;
        detail::FunctionCall call;
        call.name = std::string(peek().text);
        m_at += 2;
        bool named = false;
        if (!take(TokenType::ParenClose)) {
            do {
                std::string name;
                if (peek().type == TokenType::Id && peek(1).type == TokenType::Equal) {
                    name = std::string(peek().text);
                    m_at += 2;
                    named = true;
                } else if (named) {
                    return fail(syntaxError("positional argument follows keyword argument", peek().at));
                }
                Result<Element> argument = element(depth + 1);
                if (!argument) return argument;
                if (name.empty())
                    call.args.push_back(std::move(*argument));
                else
                    call.named.emplace_back(std::move(name), std::move(*argument));
            } while (take(TokenType::Comma));
            if (!take(TokenType::ParenClose)) return fail(unexpected());
        }
        Result<Element> out = detail::evaluate(std::move(call));
        if (out) return out;
        Error error = out.error();
        const Token& last = m_tokens[m_at - 1];
        error.why = error.className + " while evaluating '" +
                    std::string(m_text.substr(start, last.at + last.text.size() - start)) + "': " + error.why;
        error.column = static_cast<int>(start) + 1;
        return fail(std::move(error));
    }

    std::string_view m_text;
    std::vector<Token> m_tokens;
    std::size_t m_at = 0;
    std::size_t m_valueStart = 0;
};

Error parseException(std::string_view text, Error error) {
    if (error.className == "LexerNoViableAltException") {
        const std::string marker(static_cast<std::size_t>(std::max(0, error.column - 1)), ' ');
        error.why = "LexerNoViableAltException: " + std::string(text) + "\n" + marker + "^ " + error.why;
    } else {
        error.why = "Error parsing override '" + std::string(text) + "'\n" + error.why;
    }
    error.what = "Cannot read the override " + std::string(text);
    error.remedy = "See https://hydra.cc/docs/1.2/advanced/override_grammar/basic for details";
    error.className = "OverrideParseException";
    return error;
}

} // namespace

std::string Override::valueText() const {
    const std::size_t equal = input.find('=');
    return equal == std::string::npos ? std::string() : input.substr(equal + 1);
}

Result<Override> parseOverride(std::string_view text) {
    Result<std::vector<Token>> tokens = detail::lexOverride(text);
    if (!tokens) return fail(parseException(text, tokens.error()));
    Result<Override> out = Parser(text, std::move(*tokens)).override();
    if (!out) return fail(parseException(text, out.error()));
    return out;
}

Value toValue(const Element& element) {
    switch (element.type) {
    case Element::Type::Primitive:
    case Element::Type::Quoted:
        return element.value;
    case Element::Type::List: {
        Value::List list;
        for (const Element& item : element.items)
            list.push_back(toValue(item));
        return list;
    }
    case Element::Type::Dict: {
        Value::List pairs;
        for (const auto& [key, item] : element.entries)
            pairs.push_back(Value::List{key.value, toValue(item)});
        return mapOfPairs(std::move(pairs));
    }
    case Element::Type::Sweep:
        return {};
    }
    return {};
}

} // namespace fathom::config
