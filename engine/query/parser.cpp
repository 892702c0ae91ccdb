// SPDX-License-Identifier: Apache-2.0
#include "engine/query/expression.h"
#include "engine/query/lexer.h"
#include "engine/query/literal.h"

#include <utility>

namespace fathom::query {

namespace {

using Kind = Expression::Kind;

constexpr int kDeepest = 100;

Error expected(const std::string& what, const Token& token) {
    std::string why = "expected " + what;
    if (token.kind == Token::Kind::End)
        why += " at the end";
    else if (token.kind == Token::Kind::Unclosed)
        why = "the quote is not closed";
    else
        why += " instead of '" + token.text + "'";
    return {.kind = ErrorKind::Usage,
            .what = "Cannot read the filter",
            .why = why,
            .remedy = {},
            .column = static_cast<int>(token.begin) + 1};
}

bool isWord(const Token& token, std::string_view word) {
    return token.kind == Token::Kind::Word && folded(token.text) == word;
}

Expression negated(Expression inner) {
    const Span at = inner.at;
    Expression outer{.kind = Kind::Not, .at = at};
    outer.children.push_back(std::move(inner));
    return outer;
}

class Parser {
public:
    explicit Parser(std::string_view text) : m_tokens(tokens(text)) {}

    Result<Expression> whole() {
        if (peek().kind == Token::Kind::End) return Expression{};
        Result<Expression> all = either();
        if (all && peek().kind != Token::Kind::End) return fail(expected("AND, OR or another term", peek()));
        return all;
    }

    Result<FieldName> wholeField() {
        Result<FieldName> name = field();
        if (name && peek().kind != Token::Kind::End) return fail(expected("nothing more", peek()));
        return name;
    }

private:
    const Token& peek(std::size_t ahead = 0) const {
        return m_tokens[std::min(m_at + ahead, m_tokens.size() - 1)];
    }
    Token take() {
        const Token token = peek();
        if (m_at + 1 < m_tokens.size()) ++m_at;
        return token;
    }
    bool takeWord(std::string_view word) {
        if (!isWord(peek(), word)) return false;
        ++m_at;
        return true;
    }

    Result<Expression> either() {
        Expression any{.kind = Kind::Or, .at = {peek().begin, 0}};
        do {
            Result<Expression> one = both();
            if (!one) return one;
            any.children.push_back(std::move(*one));
        } while (takeWord("or"));
        return closed(std::move(any));
    }

    Result<Expression> both() {
        Expression all{.kind = Kind::And, .at = {peek().begin, 0}};
        for (;;) {
            Result<Expression> one = inverse();
            if (!one) return one;
            all.children.push_back(std::move(*one));
            if (takeWord("and")) continue;
            const Token& next = peek();
            const bool ends =
                next.kind == Token::Kind::End || next.kind == Token::Kind::Close || isWord(next, "or");
            if (ends) return closed(std::move(all));
        }
    }

    Expression closed(Expression list) {
        list.at.end = m_at > 0 ? m_tokens[m_at - 1].end : 0;
        if (list.children.size() > 1) return list;
        Expression only = std::move(list.children.front());
        return only;
    }

    /// `-word` is NOT word: a value's sign never stands where a term begins.
    bool takeNot() {
        Token& token = m_tokens[m_at];
        if (token.kind == Token::Kind::Not || isWord(token, "not")) {
            take();
            return true;
        }
        if (token.kind != Token::Kind::Word || token.text.front() != '-') return false;
        token.text.erase(0, 1);
        ++token.begin;
        if (token.text.empty()) take();
        return true;
    }

    Result<Expression> inverse() {
        bool isInverse = false;
        while (takeNot())
            isInverse = !isInverse;
        if (++m_depth > kDeepest)
            return fail(Error{.kind = ErrorKind::Usage,
                              .what = "Cannot read the filter",
                              .why = "it is nested too deeply",
                              .remedy = "Write it flatter",
                              .column = static_cast<int>(peek().begin) + 1});
        Result<Expression> inner = term();
        --m_depth;
        return inner && isInverse ? Result<Expression>(negated(std::move(*inner))) : inner;
    }

    Result<Expression> term() {
        const Token first = peek();
        if (first.kind == Token::Kind::Open) {
            take();
            Result<Expression> inner = either();
            if (!inner) return inner;
            if (peek().kind != Token::Kind::Close) return fail(expected("')'", peek()));
            take();
            return inner;
        }
        if (first.kind == Token::Kind::Text) {
            take();
            return Expression{.kind = Kind::Word, .values = {literal(first)}, .at = {first.begin, first.end}};
        }
        if (first.kind != Token::Kind::Word && first.kind != Token::Kind::Name)
            return fail(expected("a word, a field or '('", first));
        if (isWord(first, "and") || isWord(first, "or"))
            return fail(expected("a word, a field or '('", first));
        Result<FieldName> name = field();
        if (!name) return fail(name.error());
        return predicate(std::move(*name));
    }

    Result<Expression> predicate(FieldName name) {
        Expression result{.field = name, .at = name.at};
        const Token& next = peek();
        if (next.kind == Token::Kind::Operator) return comparison(std::move(result));
        const bool isNot = isWord(next, "not") && (isWord(peek(1), "in") || isWord(peek(1), "contains"));
        if (isNot) take();
        const auto finish = [&](Result<Expression> done) -> Result<Expression> {
            if (!done || !isNot) return done;
            return negated(std::move(*done));
        };
        if (takeWord("in")) return finish(list(std::move(result)));
        if (takeWord("contains")) return finish(single(std::move(result), Kind::Contains, "a text"));
        if (takeWord("within")) return single(std::move(result), Kind::Within, "a duration, as 2 days or 1h");
        if (takeWord("is")) return missing(std::move(result));
        const Token& only = m_tokens[m_at - 1];
        if (!name.isPlain || only.kind == Token::Kind::Name)
            return fail(expected("an operator, as <, = or `is missing`,", peek()));
        result.kind = Kind::Word;
        result.values = {literal(only)};
        return result;
    }

    Result<Expression> comparison(Expression result) {
        std::string op = peek().text;
        if (op == "~") return fail(expected("=, <, >, =~ or !~", peek()));
        take();
        const bool isNot = op == "!=" || op == "!~";
        result.op = op == "!=" ? "=" : op == "!~" ? "=~" : op;
        Result<Expression> done =
            single(std::move(result), Kind::Compare, op.ends_with('~') ? "a regular expression" : "a value");
        return done && isNot ? Result<Expression>(negated(std::move(*done))) : done;
    }

    Result<Expression> single(Expression result, Kind kind, const char* what) {
        Result<Literal> one = value(what);
        if (!one) return fail(one.error());
        result.kind = kind;
        result.at.end = one->at.end;
        result.values.push_back(std::move(*one));
        return result;
    }

    Result<Expression> list(Expression result) {
        result.kind = Kind::In;
        if (peek().kind != Token::Kind::Open) return fail(expected("'(' and a list of values", peek()));
        do {
            take();
            Result<Literal> one = value("a value");
            if (!one) return fail(one.error());
            result.values.push_back(std::move(*one));
        } while (peek().kind == Token::Kind::Comma);
        if (peek().kind != Token::Kind::Close) return fail(expected("',' or ')'", peek()));
        result.at.end = take().end;
        return result;
    }

    Result<Expression> missing(Expression result) {
        const bool isNot = takeWord("not");
        if (!isWord(peek(), "missing"))
            return fail(expected(isNot ? "`missing`" : "`missing` or `not missing`", peek()));
        result.kind = Kind::Missing;
        result.at.end = take().end;
        return isNot ? negated(std::move(result)) : result;
    }

    static Literal literal(const Token& token) {
        return {
            .text = token.text, .isQuoted = token.kind == Token::Kind::Text, .at = {token.begin, token.end}};
    }

    Result<Literal> value(const char* what) {
        const Token first = peek();
        if (first.kind == Token::Kind::Name || (isFunction() && peek(1).kind == Token::Kind::Open)) {
            Result<FieldName> name = field();
            if (!name) return fail(name.error());
            return Literal{.text = name->name, .field = *name, .at = name->at};
        }
        if (first.kind != Token::Kind::Word && first.kind != Token::Kind::Text)
            return fail(expected(what, first));
        take();
        Literal result = literal(first);
        if (first.kind == Token::Kind::Word) addUnit(result);
        return result;
    }

    /// "2 days ago", "30 min", "50 %", "5min ago".
    void addUnit(Literal& result) {
        const auto append = [&] {
            const Token unit = take();
            result.text += ' ' + unit.text;
            result.at.end = unit.end;
        };
        const bool hasNumber = plainNumber(result.text).has_value();
        if (hasNumber && peek().kind == Token::Kind::Word &&
            (peek().text == "%" || secondsOfUnit(peek().text)))
            append();
        if (isWord(peek(), "ago") && duration(result.text)) append();
    }

    bool isFunction() const {
        return peek().kind == Token::Kind::Word &&
               (aggregateOf(folded(peek().text)) || isWord(peek(), "best"));
    }

    Result<FieldName> field() {
        if (isFunction() && peek(1).kind == Token::Kind::Open) return function();
        if (peek().kind != Token::Kind::Word && peek().kind != Token::Kind::Name)
            return fail(expected("the name of a field", peek()));
        const Token token = take();
        return FieldName{.name = token.text, .at = {token.begin, token.end}};
    }

    Result<std::string> metricName() {
        if (peek().kind != Token::Kind::Word && peek().kind != Token::Kind::Name)
            return fail(expected("the name of a metric", peek()));
        return take().text;
    }

    Result<FieldName> function() {
        const Token name = take();
        take(); // '('
        FieldName result{.isPlain = false, .at = {name.begin, 0}};
        Result<std::string> metric = metricName();
        if (!metric) return fail(metric.error());
        result.name = std::move(*metric);
        result.by = result.name;
        result.aggregate = aggregateOf(folded(name.text)).value_or(Aggregate::Best);
        if (result.aggregate == Aggregate::Best && peek().kind == Token::Kind::Comma) {
            take();
            if (!takeWord("by")) return fail(expected("`by`", peek()));
            const bool hasWay =
                (isWord(peek(), "min") || isWord(peek(), "max")) && peek(1).kind != Token::Kind::Close;
            if (hasWay) result.isGreatestBest = isWord(take(), "max");
            Result<std::string> by = metricName();
            if (!by) return fail(by.error());
            result.by = std::move(*by);
        }
        if (peek().kind != Token::Kind::Close) return fail(expected("')'", peek()));
        result.at.end = take().end;
        return result;
    }

    std::vector<Token> m_tokens;
    std::size_t m_at = 0;
    int m_depth = 0;
};

} // namespace

Result<Expression> parseExpression(std::string_view text) {
    return Parser(text).whole();
}

Result<FieldName> parseFieldName(std::string_view text) {
    return Parser(text).wholeField();
}

Result<Field> bind(const FieldName& name, const Schema& schema) {
    const auto placed = [&](Error error) {
        error.column = static_cast<int>(name.at.begin) + 1;
        return fail(std::move(error));
    };
    Result<Field> field = name.isPlain ? schema.resolve(name.name) : schema.resolveMetric(name.name);
    if (!field) return placed(field.error());
    if (field->kind != Field::Kind::Metric) return field;
    field->aggregate = name.aggregate;
    if (name.aggregate != Aggregate::Best) return field;
    const Result<Field> by = schema.resolveMetric(name.by);
    if (!by) return placed(by.error());
    field->by = by->name;
    field->isGreatestBest = name.isGreatestBest.value_or(isGreatestBest(by->name));
    // The best value of a metric by itself is its least or greatest, which the store knows.
    if (field->by == field->name)
        *field = {.kind = Field::Kind::Metric,
                  .name = field->name,
                  .aggregate = field->isGreatestBest ? Aggregate::Greatest : Aggregate::Least};
    return field;
}

std::optional<Aggregate> aggregateOf(std::string_view function) {
    static constexpr std::pair<std::string_view, Aggregate> kNames[] = {
        {"last", Aggregate::Last},        {"min", Aggregate::Least},           {"max", Aggregate::Greatest},
        {"argmin", Aggregate::LeastStep}, {"argmax", Aggregate::GreatestStep}, {"points", Aggregate::Points}};
    for (const auto& [name, aggregate] : kNames)
        if (name == function) return aggregate;
    return std::nullopt;
}

} // namespace fathom::query
