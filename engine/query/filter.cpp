// SPDX-License-Identifier: Apache-2.0
// From the tree of a filter to something that can be evaluated: names looked up, values read as the fields'
// types.
#include "engine/query/filter.h"

#include "engine/query/filter_node.h"
#include "engine/query/lexer.h"
#include "engine/query/literal.h"

#include <algorithm>

namespace fathom::query {

namespace {

using Kind = Expression::Kind;
using Node = Filter::Node;

Error wrong(const std::string& why, Span at, const std::string& remedy = {}) {
    return {.kind = ErrorKind::Usage,
            .what = "Cannot read the filter",
            .why = why,
            .remedy = remedy,
            .column = static_cast<int>(at.begin) + 1};
}

Comparison comparisonOf(std::string_view op) {
    if (op == "<") return Comparison::Less;
    if (op == "<=") return Comparison::LessOrEqual;
    if (op == ">") return Comparison::Greater;
    if (op == ">=") return Comparison::GreaterOrEqual;
    if (op == "=~") return Comparison::Matches;
    return Comparison::Equal;
}

bool isOrdering(Comparison comparison) {
    return comparison != Comparison::Equal && comparison != Comparison::Matches;
}

class Compiler {
public:
    explicit Compiler(const Schema& schema) : m_schema(schema) {}

    Result<Node> node(const Expression& expression) {
        switch (expression.kind) {
        case Kind::Everything:
            return Node{};
        case Kind::And:
        case Kind::Or:
        case Kind::Not:
            return list(expression);
        case Kind::Word:
            return word(expression);
        default:
            break;
        }
        const Result<Field> field = bind(expression.field, m_schema);
        if (!field) return fail(field.error());
        Node result{.kind = expression.kind, .field = *field, .type = typeOf(*field)};
        use(*field);
        for (const Literal& value : expression.values) {
            result.values.push_back(value.text);
            result.texts.push_back(folded(value.text));
            result.numbers.push_back(kMissing);
        }
        if (expression.kind == Kind::Compare) return compare(std::move(result), expression);
        if (expression.kind == Kind::Within) return within(std::move(result), expression);
        if (expression.kind == Kind::In) {
            for (std::size_t i = 0; i < expression.values.size(); ++i)
                if (Status read = readValue(result, expression.values[i], i); !read)
                    return fail(read.error());
        }
        if (expression.kind == Kind::Contains && expression.values[0].field)
            return fail(wrong("expected a text", expression.values[0].at, "Put the text in double quotes"));
        return result;
    }

    std::vector<Field> fields{};
    bool dependsOnTime = false;

private:
    void use(const Field& field) {
        if (std::find(fields.begin(), fields.end(), field) == fields.end()) fields.push_back(field);
    }

    Result<Node> list(const Expression& expression) {
        Node result{.kind = expression.kind};
        for (const Expression& child : expression.children) {
            Result<Node> one = node(child);
            if (!one) return one;
            result.children.push_back(std::move(*one));
        }
        return result;
    }

    /// A flag by its bare name, else a text to look for.
    Result<Node> word(const Expression& expression) {
        const Literal& value = expression.values.front();
        const Attribute* flag = value.isQuoted ? nullptr : attribute(value.text);
        if (flag == nullptr || flag->type != Type::Flag)
            return Node{.kind = Kind::Word, .texts = {folded(value.text)}};
        Node result{.kind = Kind::Compare,
                    .field = {.kind = Field::Kind::Attribute, .name = value.text},
                    .type = Type::Flag};
        result.values = result.texts = {"true"};
        result.numbers = {kMissing};
        use(result.field);
        return result;
    }

    Result<Node> within(Node result, const Expression& expression) {
        if (result.type != Type::Moment)
            return fail(wrong("'" + expression.field.name + "' is no time", expression.field.at,
                              "`within` takes started, ended, created or updated"));
        const std::optional<double> seconds = duration(result.values[0]);
        if (!seconds)
            return fail(wrong("expected a duration instead of '" + result.values[0] + "'",
                              expression.values[0].at, "Write it as 90s, 5min, 2h, 1h30m or 3 days"));
        result.numbers[0] = *seconds;
        dependsOnTime = true;
        return result;
    }

    Result<Node> compare(Node result, const Expression& expression) {
        const Literal& value = expression.values.front();
        result.comparison = comparisonOf(expression.op);
        if (result.comparison == Comparison::Matches) return regex(std::move(result), value);
        if (Status other = readOther(result, value); !other) return fail(other.error());
        if (result.other) return result;
        if (isOrdering(result.comparison) && (result.type == Type::Flag || result.type == Type::Tags))
            return fail(
                wrong("'" + expression.field.name + "' has no order", value.at, "Compare it with = or !="));
        if (Status read = readValue(result, value, 0); !read) return fail(read.error());
        return result;
    }

    static Result<Node> regex(Node result, const Literal& value) {
        re2::RE2::Options options;
        options.set_log_errors(false);
        options.set_max_mem(1 << 20); // a filter line is no place for a larger automaton
        result.regex = std::make_shared<re2::RE2>(value.text, options);
        if (result.regex->ok()) return result;
        return fail(wrong("the regular expression is wrong: " + result.regex->error(), value.at,
                          "Quote it and escape special characters with a backslash"));
    }

    /// Another field to compare with: in backticks or with a function, or a word that names one where an
    /// order is asked for and a number is needed.
    Status readOther(Node& result, const Literal& value) {
        std::optional<FieldName> name = value.field;
        const bool mayBeField = !name && !value.isQuoted && isOrdering(result.comparison) &&
                                result.type != Type::Text && !number(value.text);
        if (mayBeField && m_schema.resolve(value.text)) name = FieldName{.name = value.text, .at = value.at};
        if (!name) return {};
        const Result<Field> other = bind(*name, m_schema);
        if (!other) return fail(other.error());
        result.other = *other;
        use(*other);
        return {};
    }

    Status readValue(Node& result, const Literal& value, std::size_t index) {
        if (value.field) return fail(wrong("expected a value", value.at, "Put a text in double quotes"));
        double& slot = result.numbers[index];
        switch (result.type) {
        case Type::Number:
            slot = number(value.text).value_or(kMissing);
            if (!std::isnan(slot) || result.texts[index] == "nan") return {};
            return fail(wrong("expected a number instead of '" + value.text + "'", value.at,
                              "Write it as 0.5, 1e-3, 10k or 50%"));
        case Type::Duration:
            slot = duration(value.text).value_or(kMissing);
            if (!std::isnan(slot)) return {};
            return fail(wrong("expected a duration instead of '" + value.text + "'", value.at,
                              "Write it as 90s, 5min, 2h, 1h30m or 3 days"));
        case Type::Moment:
            if (!moment(value.text, 0))
                return fail(wrong("expected a time instead of '" + value.text + "'", value.at,
                                  "Write it as 2026-11-24, \"2026-11-24 14:03\", today, or 2 days ago"));
            dependsOnTime = dependsOnTime || value.text.find("ago") != std::string::npos;
            return {};
        case Type::Flag:
            if (result.texts[index] == "yes" || result.texts[index] == "1") result.texts[index] = "true";
            if (result.texts[index] == "no" || result.texts[index] == "0") result.texts[index] = "false";
            if (result.texts[index] == "true" || result.texts[index] == "false") return {};
            return fail(wrong("expected true or false instead of '" + value.text + "'", value.at));
        case Type::Any:
            if (!value.isQuoted) slot = number(value.text).value_or(kMissing);
            return {};
        case Type::Text:
        case Type::Tags:
            return {};
        }
        return {};
    }

    const Schema& m_schema;
};

} // namespace

Filter::Filter() : m_root(std::make_shared<Node>()) {}
Filter::~Filter() = default;

Result<Filter> Filter::compile(std::string_view text, const Schema& schema) {
    const Result<Expression> expression = parseExpression(text);
    if (!expression) return fail(expression.error());
    Compiler compiler(schema);
    Result<Node> root = compiler.node(*expression);
    if (!root) return fail(root.error());
    Filter filter;
    filter.m_root = std::make_shared<const Node>(std::move(*root));
    filter.m_fields = std::move(compiler.fields);
    filter.m_dependsOnTime = compiler.dependsOnTime;
    return filter;
}

bool Filter::isEverything() const {
    return m_root->kind == Kind::Everything;
}

std::vector<std::uint8_t> Filter::flags(const Table& table, double now) const {
    return evaluate(*m_root, table, now);
}

std::vector<Row> Filter::rows(const Table& table, double now) const {
    const Flags passes = flags(table, now);
    std::vector<Row> rows;
    for (Row row = 0; row < passes.size(); ++row)
        if (passes[row] != 0) rows.push_back(row);
    return rows;
}

Error withPlace(Error error, std::string_view text) {
    if (error.column <= 0) return error;
    const auto at = std::min(static_cast<std::size_t>(error.column - 1), text.size());
    error.why += " (column " + std::to_string(error.column) + ": " + std::string(text.substr(0, at)) + "▸" +
                 std::string(text.substr(at)) + ')';
    return error;
}

} // namespace fathom::query
