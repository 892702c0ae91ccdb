// SPDX-License-Identifier: Apache-2.0
#include "engine/query/field.h"

#include "engine/base/edit_distance.h"
#include "engine/query/expression.h"
#include "engine/query/lexer.h"

#include <algorithm>
#include <array>

namespace fathom::query {

namespace {

constexpr std::size_t kNamesInError = 4;

constexpr std::array<std::pair<std::string_view, Field::Kind>, 4> kPrefixes{
    {{"config.", Field::Kind::Config},
     {"metric.", Field::Kind::Metric},
     {"env.", Field::Kind::Environment},
     {"run.", Field::Kind::Attribute}}};

bool contains(const std::vector<std::string>& sorted, std::string_view name) {
    return std::binary_search(sorted.begin(), sorted.end(), name);
}

std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kNamesInError); ++i)
        text += (i > 0 ? ", " : "") + names[i];
    if (names.size() > kNamesInError) text += ", …";
    return text;
}

/// Names that contain it, or differ from it by a letter or two.
std::vector<std::string> similar(const Schema& schema, std::string_view name) {
    std::vector<std::string> all;
    for (const Attribute& each : attributes())
        all.emplace_back(each.name);
    for (const auto* names : {&schema.metrics, &schema.configKeys, &schema.environment})
        all.insert(all.end(), names->begin(), names->end());
    std::vector<std::string> found;
    for (const std::string& candidate : all) {
        if (found.size() > kNamesInError) break;
        const bool isNear = candidate.size() < name.size() + 3 && name.size() < candidate.size() + 3 &&
                            name.size() < 64 && editDistance(candidate, name) <= 2;
        if (isNear || (name.size() > 2 && candidate.find(name) != std::string::npos))
            found.push_back(candidate);
    }
    return found;
}

Error unknown(const Schema& schema, std::string_view name) {
    const std::vector<std::string> near = similar(schema, name);
    return {.kind = ErrorKind::Usage,
            .what = "Cannot read the filter",
            .why = "no run has a field called '" + std::string(name) + "'",
            .remedy = near.empty() ? "Put it in quotes to search for it as a text"
                                   : "Did you mean " + listed(near) + "?"};
}

} // namespace

const std::vector<Attribute>& attributes() {
    static const std::vector<Attribute> all{
        {"name", Type::Text, "name of the experiment"},
        {"number", Type::Number, "its number among the runs of that name"},
        {"run", Type::Text, "name/number"},
        {"state", Type::Text, "completed, running, failed …"},
        {"started", Type::Moment, "when it began"},
        {"ended", Type::Moment, "when it ended"},
        {"created", Type::Moment, "when it was asked for"},
        {"updated", Type::Moment, "its last sign of life"},
        {"duration", Type::Duration, "from start to end, or until now"},
        {"step", Type::Number, "steps done"},
        {"steps", Type::Number, "steps it was to do"},
        {"epoch", Type::Number, "epochs done"},
        {"config", Type::Text, "name of its config"},
        {"config_path", Type::Text, "folder of its config"},
        {"overrides", Type::Text, "what the command line set"},
        {"command", Type::Text, "the command that repeats it"},
        {"tags", Type::Tags, "its tags"},
        {"note", Type::Text, "what was noted about it"},
        {"starred", Type::Flag, "marked with a star"},
        {"archived", Type::Flag, "put away"},
        {"error", Type::Text, "why it failed"},
        {"phase", Type::Text, "loading, training, validating …"},
        {"speed", Type::Number, "steps per second"},
        {"host", Type::Text, "the machine it ran on"},
        {"directory", Type::Text, "its folder"},
        {"source", Type::Text, "what it was imported from"},
        {"id", Type::Number, "its number in the workspace"},
    };
    return all;
}

const Attribute* attribute(std::string_view name) {
    const auto& all = attributes();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Attribute& each) { return each.name == name; });
    return found == all.end() ? nullptr : &*found;
}

Type typeOf(const Field& field) {
    switch (field.kind) {
    case Field::Kind::Attribute:
        if (const Attribute* found = attribute(field.name)) return found->type;
        return Type::Text;
    case Field::Kind::Config:
        return Type::Any;
    case Field::Kind::Metric:
        return Type::Number;
    case Field::Kind::Environment:
        return Type::Text;
    }
    return Type::Any;
}

std::string text(const Field& field) {
    const std::string name = quotedName(field.name);
    switch (field.kind) {
    case Field::Kind::Attribute:
        return name;
    case Field::Kind::Config:
        return quotedName("config." + field.name);
    case Field::Kind::Environment:
        return quotedName("env." + field.name);
    case Field::Kind::Metric:
        break;
    }
    switch (field.aggregate) {
    case Aggregate::Last:
        return "last(" + name + ')';
    case Aggregate::Least:
        return "min(" + name + ')';
    case Aggregate::Greatest:
        return "max(" + name + ')';
    case Aggregate::LeastStep:
        return "argmin(" + name + ')';
    case Aggregate::GreatestStep:
        return "argmax(" + name + ')';
    case Aggregate::Points:
        return "points(" + name + ')';
    case Aggregate::Best:
        return "best(" + name + ", by " + (field.isGreatestBest ? "max " : "min ") + quotedName(field.by) +
               ')';
    }
    return name;
}

std::optional<Field> fieldOf(std::string_view text) {
    const Result<FieldName> name = parseFieldName(text);
    if (!name) return std::nullopt;
    if (!name->isPlain)
        return Field{.kind = Field::Kind::Metric,
                     .name = name->name,
                     .aggregate = name->aggregate,
                     .by = name->aggregate == Aggregate::Best ? name->by : std::string(),
                     .isGreatestBest = name->isGreatestBest.value_or(false)};
    for (const auto& [prefix, kind] : kPrefixes)
        if (kind != Field::Kind::Attribute && name->name.starts_with(prefix))
            return Field{.kind = kind, .name = name->name.substr(prefix.size())};
    if (attribute(name->name) == nullptr) return std::nullopt;
    return Field{.kind = Field::Kind::Attribute, .name = name->name};
}

std::string caption(const Field& field) {
    if (field.kind != Field::Kind::Metric) return {};
    switch (field.aggregate) {
    case Aggregate::Last:
        return {};
    case Aggregate::Least:
        return "min";
    case Aggregate::Greatest:
        return "max";
    case Aggregate::LeastStep:
        return "step of min";
    case Aggregate::GreatestStep:
        return "step of max";
    case Aggregate::Points:
        return "points";
    case Aggregate::Best:
        return "at best " + field.by;
    }
    return {};
}

bool isGreatestBest(std::string_view metric) {
    const std::string name = folded(metric);
    for (const char* word : {"acc", "bleu", "f1", "precision", "recall", "auc", "sim", "snr", "reward"})
        if (name.find(word) != std::string::npos) return true;
    return false;
}

void Schema::sort() {
    for (auto* names : {&configKeys, &metrics, &environment}) {
        std::sort(names->begin(), names->end());
        names->erase(std::unique(names->begin(), names->end()), names->end());
    }
}

Result<Field> Schema::resolve(std::string_view name) const {
    for (const auto& [prefix, kind] : kPrefixes) {
        if (!name.starts_with(prefix)) continue;
        const std::string rest(name.substr(prefix.size()));
        const bool isKnown = kind == Field::Kind::Attribute     ? attribute(rest) != nullptr
                             : kind == Field::Kind::Config      ? contains(configKeys, rest)
                             : kind == Field::Kind::Environment ? contains(environment, rest)
                                                                : contains(metrics, rest);
        if (isKnown) return Field{.kind = kind, .name = rest};
    }
    const std::string plain(name);
    if (attribute(name) != nullptr) return Field{.kind = Field::Kind::Attribute, .name = plain};
    if (contains(metrics, name)) return Field{.kind = Field::Kind::Metric, .name = plain};
    if (contains(configKeys, name)) return Field{.kind = Field::Kind::Config, .name = plain};
    if (contains(environment, name)) return Field{.kind = Field::Kind::Environment, .name = plain};
    std::vector<std::string> ends;
    for (const std::string& key : configKeys)
        if (key.size() > name.size() && key.ends_with(name) && key[key.size() - name.size() - 1] == '.')
            ends.push_back(key);
    if (ends.size() == 1) return Field{.kind = Field::Kind::Config, .name = ends.front()};
    if (ends.empty()) return fail(unknown(*this, name));
    return fail({.kind = ErrorKind::Usage,
                 .what = "Cannot read the filter",
                 .why = "several config keys end in '" + plain + "'",
                 .remedy = "Write more of the key: " + listed(ends)});
}

Result<Field> Schema::resolveMetric(std::string_view name) const {
    if (name.starts_with("metric.") && !contains(metrics, name)) name.remove_prefix(7);
    if (contains(metrics, name)) return Field{.kind = Field::Kind::Metric, .name = std::string(name)};
    Error error = unknown(*this, name);
    error.why = "no run has a metric called '" + std::string(name) + "'";
    if (!metrics.empty()) error.remedy = "There are " + listed(metrics);
    return fail(std::move(error));
}

Result<Field> Schema::field(std::string_view text) const {
    Result<FieldName> name = parseFieldName(text);
    if (!name) return fail(name.error());
    return bind(*name, *this);
}

} // namespace fathom::query
