// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/runs_diff.h"

#include "app/cli/command.h"
#include "app/cli/find_run.h"
#include "app/cli/table.h"
#include "engine/analysis/settings.h"
#include "engine/analysis/text_diff.h"

#include <algorithm>
#include <cstdio>

namespace fathom::cli {

namespace {

using analysis::ComparedKey;
using analysis::Setting;
using analysis::Settings;

constexpr std::size_t kWidestCell = 60;

/// The parts of a run that are compared, in the order of kNames.
enum Part { Metrics, Config, Code, Data, Environment, PartCount };
constexpr const char* kNames[PartCount] = {"metrics", "config", "code", "data", "environment"};

struct RunParts {
    store::Run run{};
    Settings parts[PartCount]{};
};

Result<RunParts> readParts(store::Reader& reader, store::Run run) {
    RunParts result;
    const auto summaries = reader.summaries(run.id);
    if (!summaries) return fail(summaries.error());
    for (const store::SeriesSummary& summary : *summaries)
        result.parts[Metrics].push_back({.key = summary.name, .value = summary.last.value});
    auto leaves = reader.configLeaves(run.id);
    if (!leaves) return fail(leaves.error());
    for (store::ConfigLeaf& leaf : *leaves)
        result.parts[Config].push_back(
            {std::move(leaf.key), std::move(leaf.value), std::move(leaf.layer), std::move(leaf.origin)});
    const auto facts = reader.environment(run.id);
    if (!facts) return fail(facts.error());
    for (const auto& [name, value] : *facts) {
        const Part part = name.starts_with("git.") ? Code : name.starts_with("data.") ? Data : Environment;
        result.parts[part].push_back({.key = name, .value = value});
    }
    result.run = std::move(run);
    return result;
}

Value toJsonValue(const std::vector<ComparedKey>& rows, bool all) {
    Value::List list;
    for (const ComparedKey& row : rows) {
        if (!row.differs && !all) continue;
        Value::List values;
        for (const Setting* setting : row.runs)
            values.push_back(setting == nullptr ? Value()
                                                : Value(Value::Map{{"value", setting->value},
                                                                   {"layer", setting->layer},
                                                                   {"origin", setting->origin}}));
        list.emplace_back(
            Value::Map{{"key", row.key}, {"differs", row.differs}, {"values", std::move(values)}});
    }
    return list;
}

std::string cellText(const Setting* setting) {
    if (setting == nullptr) return "-";
    std::string text = analysis::displayText(setting->value);
    if (setting->value.isFloat()) {
        char number[32];
        std::snprintf(number, sizeof number, "%.6g", setting->value.asFloat());
        text = number;
    }
    if (const auto lines = std::count(text.begin(), text.end(), '\n'); lines > 1)
        text = std::to_string(lines) + " lines";
    text = printable(text);
    if (text.size() > kWidestCell) text = text.substr(0, kWidestCell - 3) + "...";
    if (!setting->layer.empty())
        text += " (" + setting->layer + (setting->origin.empty() ? "" : ", " + setting->origin) + ")";
    return text;
}

std::string table(const char* name, const std::vector<ComparedKey>& rows, const std::vector<RunParts>& runs,
                  bool all) {
    std::vector<std::vector<std::string>> lines;
    std::size_t differing = 0;
    for (const ComparedKey& row : rows) {
        differing += row.differs ? 1 : 0;
        if (!row.differs && !all) continue;
        lines.push_back({printable(row.key)});
        for (const Setting* setting : row.runs)
            lines.back().push_back(cellText(setting));
    }
    std::string text = std::string(name) + ": ";
    if (rows.empty()) return text + "nothing recorded\n";
    text += differing == 0 ? "all " + std::to_string(rows.size()) + " the same\n"
                           : std::to_string(differing) + " of " + std::to_string(rows.size()) + " differ\n";
    if (lines.empty()) return text;
    std::vector<std::string> header{"KEY"};
    for (const RunParts& run : runs)
        header.push_back(run.run.title());
    lines.insert(lines.begin(), std::move(header));
    return text + formatTable(lines, std::vector<Align>(runs.size() + 1, Align::Left)) + '\n';
}

/// What the uncommitted changes of each run have that the first one's do not.
std::string patches(const std::vector<RunParts>& runs) {
    const auto patchOf = [](const RunParts& run) {
        for (const Setting& setting : run.parts[Code])
            if (setting.key == "git.patch") return analysis::displayText(setting.value);
        return std::string();
    };
    std::string text;
    for (std::size_t i = 1; i < runs.size(); ++i)
        for (const analysis::PatchDifference& file :
             analysis::diffPatches(patchOf(runs[0]), patchOf(runs[i])))
            text += "uncommitted changes of " + file.path + ", " + runs[0].run.title() + " -> " +
                    runs[i].run.title() + '\n' + analysis::unifiedText(file.hunks);
    return text;
}

} // namespace

Status diffRuns(const RunsDiffOptions& options) {
    if (options.runs.size() < 2)
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot compare runs",
                     .why = "it takes two",
                     .remedy = "Name another run; `fathom-cli runs ls` lists them"});
    Result<store::Reader> reader = store::Reader::open(options.workspace);
    if (!reader) return fail(reader.error());
    std::vector<RunParts> runs;
    for (const std::string& name : options.runs) {
        Result<store::Run> run = findRun(*reader, name);
        if (!run) return fail(run.error());
        auto parts = readParts(*reader, std::move(*run));
        if (!parts) return fail(parts.error());
        runs.push_back(std::move(*parts));
    }
    Value::List titles;
    for (const RunParts& run : runs)
        titles.emplace_back(run.run.title());
    Value::Map object{{"runs", titles}, {"baseline", titles.front()}};
    std::string text;
    for (int part = 0; part < PartCount; ++part) {
        std::vector<const Settings*> settings;
        for (const RunParts& run : runs)
            settings.push_back(&run.parts[part]);
        const auto rows = analysis::compareSettings(settings, 0);
        object.set(kNames[part], toJsonValue(rows, options.all));
        text += table(kNames[part], rows, runs, options.all);
    }
    print(options.json ? toJson(Value(std::move(object))) : text + patches(runs));
    return {};
}

} // namespace fathom::cli
