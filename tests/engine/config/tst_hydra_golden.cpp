// SPDX-License-Identifier: GPL-3.0-or-later
// Composition, override grammar and YAML typing against what Hydra 1.3.2 and OmegaConf 2.3.0 did
// (tests/data/hydra).
#include "engine/config/compose.h"
#include "engine/config/convert.h"
#include "engine/config/json.h"
#include "engine/config/override.h"
#include "engine/config/resolver.h"
#include "engine/config/yaml_reader.h"
#include "engine/config/yaml_writer.h"
#include "tests/engine/config/golden.h"

#include <algorithm>

using namespace fathom;
using golden::at;
using golden::difference;
using golden::text;

namespace {

std::string firstLine(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

/// "b.l[5]" as our keys are written: "b.l.5".
std::string dotted(std::string key) {
    for (std::size_t at = 0; (at = key.find('[', at)) != std::string::npos;) {
        key[at] = '.';
        key.erase(key.find(']', at), 1);
    }
    return key.starts_with('.') ? key.substr(1) : key;
}

/// What of Hydra's text must be in ours: not where it looked, nor OmegaConf's trailer, whose key we keep
/// apart.
bool isMeaning(const std::string& line) {
    for (const char* const start : {"    object_type", "    reference_type", "    full_key",
                                    "Config search path", "\tprovider=", "See https", "  in \"CONFIG_DIR"})
        if (line.starts_with(start)) return false;
    // Which tokens ANTLR would have taken is its parser's business; that and where it stopped is said in
    // other words.
    for (const char* const phrase : {"no viable alternative", "extraneous input", "mismatched input",
                                     "missing EQUAL", "missing BRACKET_CLOSE"})
        if (line.find(phrase) != std::string::npos) return false;
    return line.find_first_not_of(" ^") != std::string::npos;
}

/// Class and meaning: the class is Hydra's, each line of its message is in ours, and the key is the same.
std::string errorProblem(const Error& got, const Value& expected) {
    const std::string wanted = text(expected, "error_class");
    if (got.className != wanted)
        return "class " + got.className + ", not " + wanted + " (" + firstLine(got.why) + " | " +
               text(expected, "cause_class") + " " + text(expected, "message_first_line") + ")";
    std::istringstream message(text(expected, "message"));
    constexpr std::string_view kKey = "    full_key: ";
    for (std::string line; std::getline(message, line);) {
        if (isMeaning(line) &&
            (got.what + "\n" + got.why + "\n" + got.remedy).find(line) == std::string::npos)
            return "message: got '" + got.why + "', wanted '" + line + "'";
        if (line.starts_with(kKey) && dotted(line.substr(kKey.size())) != dotted(got.key))
            return "key: got '" + got.key + "', wanted '" + line.substr(kKey.size()) + "' (" + got.why + ")";
    }
    return {};
}

config::ComposeRequest requestOf(const Value& item) {
    config::ComposeRequest request;
    request.configPath = "golden";
    request.configName = text(item, "config_name");
    for (const Value& override : at(item, "overrides").asList())
        request.overrides.push_back(override.asString());
    for (const auto& [path, content] : at(item, "yaml_files").asMap())
        request.files[path] = content.asString();
    if (!text(item, "schema").empty() || text(item, "category") == "structured")
        request.schemaFile = golden::path("schemas.json");
    if (text(item, "category") == "autoschema") request.autoschema = text(item, "schema");
    return request;
}

std::string composeProblem(const Value& item) {
    const Value& expected = at(item, "expected");
    const Result<config::Config> composed = config::compose(requestOf(item));
    const bool ok = at(expected, "ok").asBool();
    if (text(item, "compare") == "failure_only") {
        if (!composed) return {};
        return composed->resolved() ? "it did not fail" : "";
    }
    if (!composed)
        return ok ? "refused: " + composed.error().className + " " + composed.error().why
                  : errorProblem(composed.error(), expected);
    const Result<Value> resolved = composed->resolved();
    if (!ok) {
        if (text(expected, "stage") != "resolve")
            return "accepted, wanted " + text(expected, "error_class") + " " + text(expected, "cause_class") +
                   " " + text(expected, "message_first_line");
        return resolved ? "resolved, wanted " + text(expected, "error_class")
                        : errorProblem(resolved.error(), expected);
    }
    if (!resolved) return "not resolved: " + resolved.error().className + " " + resolved.error().why;
    if (at(item, "nondeterministic_order") == Value(true)) return {}; // a shuffled list
    std::string problem = difference("config", golden::normalized(config::configJson(*resolved)),
                                     config::configJson(at(expected, "config")));
    const Value& unresolved = at(expected, "config_unresolved");
    if (problem.empty())
        problem = difference("unresolved", golden::normalized(config::configJson(composed->unresolved())),
                             config::configJson(unresolved.isString() ? at(expected, "config") : unresolved));
    if (problem.empty() && at(expected, "yaml").isString())
        problem = difference("yaml", composed->toYaml({}, false).value_or("?"), text(expected, "yaml"));
    return problem;
}

std::string multirunProblem(const Value& item) {
    const Value& expected = at(item, "expected");
    const auto jobs = config::expandSweeps(requestOf(item));
    if (!at(expected, "ok").asBool())
        return jobs ? "accepted, wanted " + text(expected, "error_class") + " " +
                          text(expected, "message_first_line")
                    : errorProblem(jobs.error(), expected);
    if (!jobs) return "refused: " + jobs.error().className + " " + jobs.error().why;
    std::vector<std::string> got, wanted;
    for (const auto& job : *jobs) {
        Value::List list(job.begin(), job.end());
        got.push_back(toJson(Value(std::move(list))));
    }
    for (const Value& job : at(expected, "jobs").asList())
        wanted.push_back(toJson(job));
    if (at(item, "nondeterministic_order") == Value(true)) {
        std::ranges::sort(got);
        std::ranges::sort(wanted);
    }
    std::string gotText, wantedText;
    for (const std::string& each : got)
        gotText += each + "\n";
    for (const std::string& each : wanted)
        wantedText += each + "\n";
    return difference("jobs", gotText, wantedText);
}

// --- overrides
// ---------------------------------------------------------------------------------------------------------

Value describe(const config::Element& element);

Value describeAll(const std::vector<config::Element>& elements) {
    Value::List list;
    for (const config::Element& each : elements)
        list.push_back(describe(each));
    return list;
}

Value texts(std::vector<std::string> all, bool sorted) {
    if (sorted) std::ranges::sort(all);
    return Value(Value::List(all.begin(), all.end()));
}

Value describeSweep(const config::Sweep& sweep) {
    switch (sweep.kind) {
    case config::SweepKind::Glob:
        return Value::Map{{"$glob", Value(Value::Map{{"include", texts(sweep.include, false)},
                                                     {"exclude", texts(sweep.exclude, false)}})}};
    case config::SweepKind::Interval:
        return Value::Map{{"$interval", Value(Value::List{sweep.start, sweep.stop})},
                          {"tags", texts(sweep.tags, true)}};
    case config::SweepKind::Range:
        return Value::Map{{"$range", Value(Value::List{sweep.start, sweep.stop, sweep.step})},
                          {"shuffle", sweep.shuffle},
                          {"tags", texts(sweep.tags, true)}};
    default:
        break;
    }
    return Value::Map{{"$choice", describeAll(sweep.choices)},
                      {"simple_form", sweep.kind == config::SweepKind::SimpleChoice},
                      {"shuffle", sweep.shuffle},
                      {"tags", texts(sweep.tags, true)}};
}

Value describe(const config::Element& element) {
    switch (element.type) {
    case config::Element::Type::Quoted:
        return Value::Map{{"$quoted", element.value}, {"quote", element.quote == '"' ? "double" : "single"}};
    case config::Element::Type::List:
        return describeAll(element.items);
    case config::Element::Type::Dict: {
        Value::List pairs;
        for (const auto& [key, value] : element.entries)
            pairs.push_back(Value::List{describe(key), describe(value)});
        return Value::Map{{"$map", Value(std::move(pairs))}};
    }
    case config::Element::Type::Sweep:
        return describeSweep(*element.sweep);
    case config::Element::Type::Primitive:
        break;
    }
    return element.value;
}

std::string valueTypeOf(const config::Override& override) {
    if (!override.isSweep()) return "ELEMENT";
    static constexpr const char* kNames[] = {"SIMPLE_CHOICE_SWEEP", "CHOICE_SWEEP", "GLOB_CHOICE_SWEEP",
                                             "RANGE_SWEEP", "INTERVAL_SWEEP"};
    return kNames[static_cast<int>(override.element.sweep->kind)];
}

std::string overrideProblem(const Value& item) {
    const Result<config::Override> parsed = config::parseOverride(text(item, "input"));
    if (!at(item, "ok").asBool()) return parsed ? "accepted, wanted " + text(item, "message_first_line") : "";
    if (!parsed) return "refused: " + parsed.error().why;
    static constexpr const char* kTypes[] = {"CHANGE", "ADD", "FORCE_ADD", "DEL"};
    std::string problem = difference("type", kTypes[static_cast<int>(parsed->kind)], text(item, "type"));
    if (problem.empty()) problem = difference("key", parsed->key, text(item, "key"));
    if (problem.empty())
        problem = difference("pkg", parsed->package ? toJson(Value(*parsed->package)) : "null",
                             toJson(at(item, "pkg")));
    if (problem.empty() && at(item, "value_type").isString())
        problem = difference("value_type", valueTypeOf(*parsed), text(item, "value_type"));
    const bool shuffled = text(item, "input").find("shuffle") != std::string::npos;
    if (problem.empty() && !shuffled)
        problem = difference("value", golden::normalized(config::configJson(describe(parsed->element))),
                             config::configJson(at(item, "value")));
    if (problem.empty() && !shuffled && at(item, "value_as_str").isString())
        problem =
            difference("value_as_str", config::elementText(parsed->element), text(item, "value_as_str"));
    if (problem.empty() && at(item, "value_string").isString())
        problem = difference("value_string", parsed->valueText(), text(item, "value_string"));
    return problem;
}

// --- YAML
// ----------------------------------------------------------------------------------------------------------------

Value typed(const Value& value) {
    switch (value.type()) {
    case Value::Type::Null:
        return Value::Map{{"t", "null"}};
    case Value::Type::Bool:
        return Value::Map{{"t", "bool"}, {"v", value}};
    case Value::Type::Int:
        return Value::Map{{"t", "int"}, {"v", std::to_string(value.asInt())}};
    case Value::Type::Float:
        return Value::Map{{"t", "float"}, {"v", formatFloat(value.asFloat())}};
    case Value::Type::String:
        return Value::Map{{"t", "str"}, {"v", value}};
    default:
        return Value::Map{{"t", config::pythonTypeName(value)}, {"v", config::pythonStr(value)}};
    }
}

Value typed(const config::Node& node) {
    if (node.kind == config::NodeKind::Scalar) {
        if (node.value.isMap() && node.value.asMap().find("$bytes"))
            return Value::Map{{"t", "bytes"}, {"v", *node.value.asMap().find("$bytes")}};
        return typed(node.value);
    }
    Value::List list;
    for (const config::Node& child : node.children) {
        if (node.kind == config::NodeKind::List)
            list.push_back(typed(child));
        else
            list.push_back(Value::List{typed(child.typedKey.isNull() ? Value(child.key) : child.typedKey),
                                       typed(child)});
    }
    return Value::Map{{"t", node.kind == config::NodeKind::List ? "list" : "map"},
                      {"v", Value(std::move(list))}};
}

std::string yamlProblem(const Value& item) {
    const Result<config::Node> node =
        config::readYaml(text(item, "yaml"), "golden.yaml", config::Layer::Yaml);
    const bool isText = node && node->kind == config::NodeKind::Scalar;
    if (!at(item, "ok").asBool()) {
        if (isText && text(item, "error_class") == "OSError") return {}; // refused where files are loaded
        if (node)
            return "accepted, wanted " + text(item, "error_class") + " " + text(item, "message_first_line");
        return difference("class", node.error().className, text(item, "error_class"));
    }
    if (!node) return "refused: " + node.error().className + " " + node.error().why;
    if (isText) return {}; // a document of one scalar: OmegaConf makes a map of it where files are loaded
    std::string problem = difference("value", toJson(typed(*node)), toJson(at(item, "value")));
    if (problem.empty() && at(item, "to_yaml").isString())
        problem = difference("yaml", config::writeYaml(config::detail::valueFromNode(*node)),
                             text(item, "to_yaml"));
    return problem;
}

} // namespace

class TestHydraGolden : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void composesAsHydraDoes();
    void parsesOverridesAsHydraDoes();
    void readsYamlAsOmegaConfDoes();
};

void TestHydraGolden::composesAsHydraDoes() {
    golden::Books books("cases");
    for (const Value& item : golden::lines("cases.jsonl")) {
        for (const auto& [name, value] : at(item, "env").asMap())
            qputenv(name.c_str(), value.asString().c_str());
        books.add(text(item, "id"),
                  text(item, "mode") == "multirun" ? multirunProblem(item) : composeProblem(item));
    }
    QCOMPARE(books.close(), 0);
}

void TestHydraGolden::parsesOverridesAsHydraDoes() {
    golden::Books books("overrides");
    for (const Value& item : golden::lines("overrides_parse.jsonl"))
        books.add("override " + text(item, "input"), overrideProblem(item));
    QCOMPARE(books.close(), 0);
}

void TestHydraGolden::readsYamlAsOmegaConfDoes() {
    golden::Books books("yaml");
    for (const Value& item : golden::lines("yaml_types.jsonl"))
        books.add("yaml " + text(item, "id"), yamlProblem(item));
    QCOMPARE(books.close(), 0);
}

QTEST_GUILESS_MAIN(TestHydraGolden)
#include "tst_hydra_golden.moc"
