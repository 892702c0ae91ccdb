// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/runs_command.h"

#include "app/cli/find_run.h"
#include "app/cli/runs_diff.h"
#include "app/cli/runs_export.h"
#include "app/cli/runs_import.h"
#include "app/cli/runs_json.h"
#include "app/cli/runs_query.h"
#include "app/cli/runs_sql.h"
#include "app/cli/table.h"
#include "engine/run/control.h"
#include "engine/store/edit.h"

#include <algorithm>

namespace fathom::cli {

namespace {

struct RunsOptions {
    std::string workspace = ".";
    bool json = false;
    std::string run = "last";
    std::vector<std::string> runs{};
    std::vector<std::string> names{};
    bool files = false;
    RunQuery query{};
    std::string command{};
    double timeout = 30;
    std::stop_token stop{};
};

std::string shortNumber(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

std::string duration(const store::Run& run) {
    if (run.startedAt <= 0) return "-";
    const double end = run.endedAt > 0 ? run.endedAt : wallTime();
    const auto seconds = static_cast<long>(std::max(end - run.startedAt, 0.0));
    char text[32];
    std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", seconds / 3600, seconds / 60 % 60, seconds % 60);
    return text;
}

std::string timeText(double seconds) {
    if (seconds <= 0) return "-";
    std::string text = localTimestamp(seconds); // 2026-11-24_16-45-02
    text[10] = ' ';
    text[13] = text[16] = ':';
    return text;
}

std::string metricText(const Value::Map& metrics, std::string_view name) {
    const Value* value = metrics.find(name);
    return value != nullptr ? shortNumber(value->toDouble()) : "-";
}

std::string stateText(const store::Run& run) {
    const bool isPaused = run.state == store::RunState::Running && run.progress.phase == "paused";
    return isPaused ? run.progress.phase : std::string(name(run.state));
}

std::string stepText(const store::Run& run) {
    const std::string step = std::to_string(run.progress.step);
    return run.progress.totalSteps > 0 ? step + '/' + std::to_string(run.progress.totalSteps) : step;
}

Status list(const RunsOptions& options) {
    Result<store::Reader> reader = store::Reader::open(options.workspace);
    if (!reader) return fail(reader.error());
    const Result<QueriedRuns> runs = queryRuns(*reader, options.query);
    if (!runs) return fail(runs.error());
    if (!runs->columns.empty()) {
        print(options.json ? toJson(toJsonRows(*runs)) : formatColumns(*runs));
        return {};
    }
    const Result<std::vector<store::LastValue>> values = reader->lastValues();
    if (!values) return fail(values.error());
    Value::List objects;
    std::vector<std::vector<std::string>> rows{
        {"RUN", "STATE", "STEP", "TRAIN_LOSS", "VAL_WER", "STARTED", "DURATION"}};
    for (const query::Row row : runs->rows) {
        const store::Run& run = runs->table.run(row);
        Value::Map metrics = lastMetrics(*values, run.id);
        rows.push_back({run.title(), stateText(run), stepText(run), metricText(metrics, "train_loss"),
                        metricText(metrics, "val_wer"), timeText(run.startedAt), duration(run)});
        if (options.json) objects.emplace_back(toJsonObject(run, std::move(metrics)));
    }
    if (options.json)
        print(toJson(Value(std::move(objects))));
    else
        print(formatTable(rows, {Align::Left, Align::Left, Align::Right, Align::Right, Align::Right,
                                 Align::Left, Align::Right}));
    return {};
}

std::string details(const store::Run& run, const Value::Map& metrics, const std::vector<store::Event>& events,
                    const std::vector<store::Artifact>& artifacts) {
    std::vector<std::vector<std::string>> rows{{"run", run.title()},
                                               {"id", std::to_string(static_cast<std::int64_t>(run.id))},
                                               {"state", stateText(run)}};
    const auto add = [&](const char* title, const std::string& text) {
        if (!text.empty() && text != "-") rows.push_back({title, text});
    };
    add("error", run.error);
    add("step", stepText(run));
    add("epoch", std::to_string(run.progress.epoch));
    add("created", timeText(run.createdAt));
    add("started", timeText(run.startedAt));
    add("ended", timeText(run.endedAt));
    add("duration", duration(run));
    add("process", std::to_string(run.process.pid) + " on " + run.process.host);
    add("folder", run.directory);
    add("command", run.command);
    for (const auto& [name, value] : metrics)
        add(name.c_str(), shortNumber(value.toDouble()));
    for (const store::Artifact& artifact : artifacts)
        add(artifact.kind.c_str(), artifact.path);
    std::string text = formatTable(rows, {Align::Left, Align::Left});
    for (const store::Event& event : events)
        text += timeText(event.wallTime) + "  " + std::string(name(event.level)) + "  " + event.text + '\n';
    return text;
}

Result<Value> showOne(store::Reader& reader, store::RunId id, const RunsOptions& options) {
    const auto run = reader.run(id);
    if (!run) return fail(run.error());
    const auto values = reader.lastValues(id);
    if (!values) return fail(values.error());
    const auto events = reader.events(id);
    if (!events) return fail(events.error());
    const auto artifacts = reader.artifacts(id);
    if (!artifacts) return fail(artifacts.error());
    if (!*run) return Value(); // removed meanwhile
    Value::Map metrics = lastMetrics(*values, id);
    if (options.json) return Value(toJsonDetails(**run, std::move(metrics), *events, *artifacts));
    print(details(**run, metrics, *events, *artifacts));
    return Value();
}

/// The named runs, or those that pass the filter.
Result<std::vector<store::RunId>> chosenRuns(store::Reader& reader, const std::vector<std::string>& names,
                                             const RunQuery& query) {
    std::vector<store::RunId> ids;
    for (const std::string& name : names) {
        const Result<store::Run> run = findRun(reader, name);
        if (!run) return fail(run.error());
        ids.push_back(run->id);
    }
    if (query.where.empty() && !names.empty()) return ids;
    if (query.where.empty())
        return fail({.kind = ErrorKind::Usage,
                     .what = "Which run?",
                     .why = "neither a run nor --where is given",
                     .remedy = "Name one, `last`, or a filter"});
    const Result<QueriedRuns> runs = queryRuns(reader, query);
    if (!runs) return fail(runs.error());
    for (const query::Row row : runs->rows)
        ids.push_back(runs->table.run(row).id);
    return ids;
}

/// JSON: one object for a run that was named, a list for those of a filter.
Status show(const RunsOptions& options) {
    Result<store::Reader> reader = store::Reader::open(options.workspace);
    if (!reader) return fail(reader.error());
    const auto ids = chosenRuns(*reader, options.runs, options.query);
    if (!ids) return fail(ids.error());
    Value::List objects;
    for (const store::RunId id : *ids) {
        Result<Value> object = showOne(*reader, id, options);
        if (!object) return fail(object.error());
        objects.push_back(std::move(*object));
    }
    if (!options.json) return {};
    const bool isOne = options.query.where.empty() && objects.size() == 1;
    print(toJson(isOne ? objects.front() : Value(std::move(objects))));
    return {};
}

struct NamedPoint {
    std::string name;
    store::StoredPoint point;
};

/// Points of the asked series, series after series.
Result<std::vector<NamedPoint>> pointsOf(const RunsOptions& options) {
    Result<store::Reader> reader = store::Reader::open(options.workspace);
    if (!reader) return fail(reader.error());
    const Result<store::Run> run = findRun(*reader, options.run);
    if (!run) return fail(run.error());
    const auto series = reader->series(run->id);
    if (!series) return fail(series.error());
    for (const std::string& name : options.names)
        if (std::none_of(series->begin(), series->end(),
                         [&](const store::Series& one) { return one.name == name; }))
            return fail({.kind = ErrorKind::Usage,
                         .what = "Cannot print the metric '" + name + "'",
                         .why = run->title() + " has no metric of that name",
                         .remedy = "Leave --name out to see all"});
    std::vector<NamedPoint> result;
    for (const store::Series& one : *series) {
        const bool wanted = options.names.empty() || std::find(options.names.begin(), options.names.end(),
                                                               one.name) != options.names.end();
        if (!wanted) continue;
        const auto points = reader->points(one.id);
        if (!points) return fail(points.error());
        for (const store::StoredPoint& point : *points)
            result.push_back({one.name, point});
    }
    return result;
}

Status metrics(const RunsOptions& options) {
    const Result<std::vector<NamedPoint>> points = pointsOf(options);
    if (!points) return fail(points.error());
    if (options.json) {
        Value::List list;
        list.reserve(points->size());
        for (const auto& [name, point] : *points)
            list.emplace_back(Value::Map{
                {"name", name}, {"step", point.step}, {"wall_time", point.wallTime}, {"value", point.value}});
        print(toJson(Value(std::move(list))));
        return {};
    }
    std::vector<std::vector<std::string>> rows{{"METRIC", "STEP", "VALUE", "TIME"}};
    for (const auto& [name, point] : *points)
        rows.push_back(
            {name, std::to_string(point.step), shortNumber(point.value), timeText(point.wallTime)});
    print(formatTable(rows, {Align::Left, Align::Right, Align::Right, Align::Left}));
    return {};
}

Status remove(const RunsOptions& options) {
    Result<store::Reader> reader = store::Reader::open(options.workspace);
    if (!reader) return fail(reader.error());
    const auto ids = chosenRuns(*reader, options.runs, options.query);
    if (!ids) return fail(ids.error());
    for (const store::RunId id : *ids) {
        const auto purged = store::purge(options.workspace, std::span(&id, 1), options.files);
        if (!purged) return fail(purged.error());
    }
    return {};
}

Status control(const RunsOptions& options) {
    const Result<run::Command> command = run::parseCommand(options.command);
    if (!command) return fail(command.error());
    Result<store::Reader> reader = store::Reader::open(options.workspace);
    if (!reader) return fail(reader.error());
    const Result<store::Run> run = findRun(*reader, options.run);
    if (!run) return fail(run.error());
    const Result<std::int64_t> sent = run::sendCommand(options.workspace, run->id, *command);
    if (!sent) return fail(sent.error());
    const std::chrono::milliseconds timeout(static_cast<std::int64_t>(options.timeout * 1000));
    const Result<std::string> outcome = run::awaitOutcome(options.workspace, *sent, timeout, options.stop);
    if (!outcome) return fail(outcome.error());
    if (run::isRefusal(*outcome))
        return fail(
            {.what = "Cannot control the run", .why = *outcome, .remedy = "See `fathom-cli runs show`"});
    if (options.json)
        print(toJson(Value(Value::Map{{"run", run->title()},
                                      {"id", static_cast<std::int64_t>(run->id)},
                                      {"command", options.command},
                                      {"outcome", *outcome}})));
    else
        print(run->title() + ": " + *outcome);
    return {};
}

} // namespace

void addRunsCommand(CLI::App& app, CommandContext& context) {
    // Shared by the subcommands' callbacks, of which CLI11 runs one.
    auto options = std::make_shared<RunsOptions>();
    CLI::App* runs = app.add_subcommand("runs", "Lists, shows, exports and removes the runs of a workspace");
    runs->require_subcommand(1);
    options->stop = context.stop.get_token();
    const auto add = [&](const char* name, const char* help, Status (*action)(const RunsOptions&)) {
        CLI::App* command = runs->add_subcommand(name, help);
        command->add_option("--workspace", options->workspace,
                            "Folder with runs.sqlite (default: the current one)");
        command->callback([options, action, &context] {
            if (const Status done = action(*options); !done) report(context, done.error(), options->json);
        });
        return command;
    };
    const char* runHelp = "Id, title (name/number), name (its newest run) or `last`";
    const auto addJson = [&](CLI::App* command) {
        command->add_flag("--json", options->json, "Print one JSON document");
    };

    CLI::App* listing = add("ls", "All runs, newest first", list);
    addWhere(*listing, options->query);
    addSortAndColumns(*listing, options->query);
    addJson(listing);
    CLI::App* showing = add("show", "Runs with their configuration, events and artifacts", show);
    showing->add_option("RUN", options->runs, runHelp);
    addWhere(*showing, options->query);
    addJson(showing);
    CLI::App* printing = add("metrics", "The points of a run", metrics);
    printing->add_option("RUN", options->run, runHelp)->required();
    printing->add_option("--name", options->names, "Only this metric; may be given several times")
        ->allow_extra_args(false);
    addJson(printing);
    addRunsExport(*runs, context);
    addRunsImport(*runs, context);
    addRunsSql(*runs, context);
    CLI::App* controlling =
        add("control", "Asks something of a run that goes on, in whichever process", control);
    controlling->add_option("RUN", options->run, runHelp)->required();
    controlling
        ->add_option("COMMAND", options->command,
                     "pause, resume, stop, checkpoint, validate, lr=VALUE or max_epochs=N (-1: no limit)")
        ->required();
    controlling
        ->add_option("--timeout", options->timeout,
                     "Seconds to wait until the run has obeyed (between two batches)")
        ->check(CLI::Range(0.0, 1e6))
        ->capture_default_str();
    addJson(controlling);
    auto diffing = std::make_shared<RunsDiffOptions>();
    CLI::App* comparing = runs->add_subcommand("diff", "What differs between runs, against the first");
    comparing->add_option("--workspace", diffing->workspace,
                          "Folder with runs.sqlite (default: the current one)");
    comparing->add_option("RUN", diffing->runs, runHelp)->required();
    comparing->add_flag("--all", diffing->all, "Print what is the same too");
    comparing->add_flag("--json", diffing->json, "Print one JSON document");
    comparing->callback([diffing, &context] {
        if (const Status done = diffRuns(*diffing); !done) report(context, done.error(), diffing->json);
    });
    CLI::App* removing = add("rm", "Takes runs out of the store", remove);
    removing->add_option("RUN", options->runs, runHelp);
    addWhere(*removing, options->query);
    removing->add_flag("--files", options->files, "Delete the run's folder too");
}

} // namespace fathom::cli
