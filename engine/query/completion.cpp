// SPDX-License-Identifier: Apache-2.0
#include "engine/query/completion.h"

#include "engine/query/expression.h"
#include "engine/query/lexer.h"

#include <algorithm>
#include <optional>

namespace fathom::query {

namespace {

using Kind = Candidate::Kind;

/// What the text before the cursor asks for next.
struct Place {
    enum class Wants { Term, Operator, Value, Metric, Missing, Connective } wants = Wants::Term;
    std::optional<FieldName> field{}; ///< whose operator or value
};

bool isWord(const Token& token, std::string_view word) {
    return token.kind == Token::Kind::Word && folded(token.text) == word;
}

/// Walks over the words before the cursor as the parser does, but takes what is not finished.
class Walk {
public:
    Walk(const std::vector<Token>& tokens, std::size_t count) : m_tokens(tokens), m_count(count) {}

    Place place() {
        while (m_at < m_count)
            step();
        return m_place;
    }

private:
    using Wants = Place::Wants;

    void step() {
        const Token& token = m_tokens[m_at++];
        switch (m_place.wants) {
        case Wants::Term:
        case Wants::Connective:
            return term(token);
        case Wants::Metric:
            return metric(token);
        case Wants::Operator:
            return afterField(token);
        case Wants::Missing:
            if (!isWord(token, "not")) m_place = {Wants::Connective};
            return;
        case Wants::Value:
            return value(token);
        }
    }

    void term(const Token& token) {
        if (token.kind == Token::Kind::Close) {
            m_place = {Wants::Connective};
            return;
        }
        const bool isConnective = isWord(token, "and") || isWord(token, "or") || isWord(token, "not") ||
                                  token.kind == Token::Kind::Open || token.kind == Token::Kind::Not;
        if (isConnective) {
            m_place = {Wants::Term};
            return;
        }
        const bool isFunction = aggregateOf(folded(token.text)) || isWord(token, "best");
        if (isFunction && m_at < m_count && m_tokens[m_at].kind == Token::Kind::Open) {
            ++m_at;
            m_function = FieldName{.isPlain = false,
                                   .aggregate = aggregateOf(folded(token.text)).value_or(Aggregate::Best)};
            m_place = {Wants::Metric};
            return;
        }
        std::string name = token.text;
        if (token.kind == Token::Kind::Word && name.starts_with('-')) name.erase(0, 1);
        m_place = {Wants::Operator, FieldName{.name = std::move(name)}};
    }

    void metric(const Token& token) {
        if (token.kind == Token::Kind::Close)
            m_place = {Wants::Operator, m_function};
        else if (m_function.name.empty())
            m_function.name = token.text;
        else if (token.kind != Token::Kind::Comma && !isWord(token, "by") && !isWord(token, "min") &&
                 !isWord(token, "max"))
            m_function.by = token.text;
    }

    void afterField(const Token& token) {
        m_isList = isWord(token, "in");
        const bool takesValue =
            token.kind == Token::Kind::Operator || isWord(token, "contains") || isWord(token, "within");
        if (takesValue || m_isList)
            m_place.wants = Wants::Value;
        else if (isWord(token, "is"))
            m_place.wants = Wants::Missing;
        else if (!isWord(token, "not"))
            term(token); // it was a word to look for
    }

    void value(const Token& token) {
        if (!m_isList)
            m_place = {Wants::Connective};
        else if (token.kind == Token::Kind::Close)
            m_isList = false, m_place = {Wants::Connective};
    }

    const std::vector<Token>& m_tokens;
    std::size_t m_count;
    std::size_t m_at = 0;
    FieldName m_function{};
    bool m_isList = false;
    Place m_place{};
};

class Candidates {
public:
    Candidates(std::string prefix, std::size_t most) : m_prefix(folded(prefix)), m_most(most) {}

    void add(Kind kind, std::string text, std::string detail = {}) {
        const std::string lower = folded(text);
        const std::size_t at = lower.find(m_prefix);
        if (at == std::string::npos || lower == m_prefix) return;
        // The start of a part of a key ("lr" of model.optim.lr) is as good as its start.
        const bool isStart = at == 0 || lower[at - 1] == '.' || lower[at - 1] == '"' || lower[at - 1] == '`';
        (isStart ? m_first : m_second).push_back({kind, std::move(text), std::move(detail)});
    }

    std::vector<Candidate> take() {
        m_first.insert(m_first.end(), m_second.begin(), m_second.end());
        if (m_first.size() > m_most) m_first.resize(m_most);
        return std::move(m_first);
    }

private:
    std::string m_prefix;
    std::size_t m_most;
    std::vector<Candidate> m_first{};
    std::vector<Candidate> m_second{};
};

void addTerms(Candidates& found, const Schema& schema) {
    for (const Attribute& each : attributes())
        found.add(Kind::Field, std::string(each.name), std::string(each.help));
    for (const std::string& name : schema.metrics)
        found.add(Kind::Field, quotedName(name), "metric, its last value");
    for (const std::string& key : schema.configKeys)
        found.add(Kind::Field, quotedName(attribute(key) != nullptr ? "config." + key : key), "config");
    for (const std::string& name : schema.environment)
        found.add(Kind::Field, quotedName("env." + name), "environment");
    if (schema.metrics.empty()) return;
    for (const auto& [name, help] : {std::pair{"min(", "least value of a metric"},
                                     {"max(", "greatest value of a metric"},
                                     {"last(", "last value of a metric"},
                                     {"best(", "value of a metric where another is best"},
                                     {"argmin(", "step of the least value"},
                                     {"argmax(", "step of the greatest value"},
                                     {"points(", "how many points it has"}})
        found.add(Kind::Function, name, help);
}

void addOperators(Candidates& found, std::optional<Type> type) {
    const auto add = [&](const char* text, const char* detail) { found.add(Kind::Operator, text, detail); };
    const bool isText = !type || *type == Type::Text || *type == Type::Any;
    const bool isOrdered = !type || (*type != Type::Tags && *type != Type::Flag);
    add("=", "equal");
    add("!=", "other than, or missing");
    if (isOrdered) {
        add("<", "less");
        add("<=", "less or equal");
        add(">", "greater");
        add(">=", "greater or equal");
    }
    if (type == Type::Moment) add("within", "not longer ago than");
    if (isText || type == Type::Tags) {
        add("contains", type == Type::Tags ? "has the tag" : "holds the text");
        add("=~", "matches a regular expression");
        add("!~", "does not match");
    }
    add("in (", "one of");
    add("is missing", "has no value");
    add("is not missing", "has a value");
}

void addValues(Candidates& found, const Schema& schema, const FieldName& name, const KnownValues& values) {
    const Result<Field> field = bind(name, schema);
    if (!field) return;
    switch (typeOf(*field)) {
    case Type::Flag:
        found.add(Kind::Value, "true");
        found.add(Kind::Value, "false");
        return;
    case Type::Moment:
        for (const char* example : {"today", "yesterday", "1 hour ago", "1 day ago", "7 days ago"})
            found.add(Kind::Value, example);
        return;
    case Type::Duration:
        for (const char* example : {"1 min", "10 min", "1h", "1 day"})
            found.add(Kind::Value, example);
        return;
    default:
        break;
    }
    for (const std::string& value : values(*field))
        found.add(Kind::Value, quotedText(value));
}

void addConnectives(Candidates& found) {
    found.add(Kind::Keyword, "and", "both");
    found.add(Kind::Keyword, "or", "either");
}

std::optional<Type> typeOfName(const std::optional<FieldName>& name, const Schema& schema) {
    if (!name) return std::nullopt;
    const Result<Field> field = bind(*name, schema);
    return field ? std::optional(typeOf(*field)) : std::nullopt;
}

} // namespace

Completion complete(std::string_view text, std::size_t cursor, const Schema& schema,
                    const KnownValues& values, std::size_t most) {
    cursor = std::min(cursor, text.size());
    const std::vector<Token> all = tokens(text.substr(0, cursor));
    // The word under the cursor is what is being written; what stands before it is settled.
    std::size_t settled = all.size() - 1;
    Completion result{.begin = cursor, .end = cursor};
    std::string prefix;
    if (settled > 0) {
        const Token& last = all[settled - 1];
        const bool isOpen =
            last.kind == Token::Kind::Unclosed || (last.kind == Token::Kind::Word && last.end == cursor);
        if (isOpen) {
            prefix = last.text; // without the quote that is not closed yet
            result.begin = last.begin;
            --settled;
        }
    }
    const Place place = Walk(all, settled).place();
    if (place.wants != Place::Wants::Value && prefix.starts_with('-')) {
        prefix.erase(0, 1);
        ++result.begin;
    }
    Candidates found(prefix, most);
    switch (place.wants) {
    case Place::Wants::Term:
        addTerms(found, schema);
        found.add(Kind::Keyword, "not", "the opposite");
        break;
    case Place::Wants::Operator:
        addOperators(found, typeOfName(place.field, schema));
        addConnectives(found);
        break;
    case Place::Wants::Value:
        addValues(found, schema, *place.field, values);
        break;
    case Place::Wants::Metric:
        for (const std::string& name : schema.metrics)
            found.add(Kind::Field, quotedName(name), "metric");
        break;
    case Place::Wants::Missing:
        found.add(Kind::Keyword, "missing");
        found.add(Kind::Keyword, "not missing");
        break;
    case Place::Wants::Connective:
        addConnectives(found);
        addTerms(found, schema);
        break;
    }
    result.candidates = found.take();
    return result;
}

} // namespace fathom::query
