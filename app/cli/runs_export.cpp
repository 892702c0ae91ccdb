// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/runs_export.h"

#include "app/cli/find_run.h"
#include "app/cli/runs_query.h"
#include "engine/base/file.h"
#include "engine/base/value.h"
#include "engine/exchange/exporter.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>

namespace fathom::cli {

namespace {

struct ExportFlags {
    std::string workspace = ".";
    std::vector<std::string> runs{};
    std::vector<std::string> names{};
    RunQuery query{};
    std::string format = "csv";
    std::string output{};
    bool json = false;
};

using exchange::ExportCounts;

Result<std::vector<store::RunId>> chosenRuns(store::Reader& reader, const ExportFlags& flags) {
    std::vector<store::RunId> runs;
    for (const std::string& name : flags.runs) {
        const Result<store::Run> run = findRun(reader, name);
        if (!run) return fail(run.error());
        runs.push_back(run->id);
    }
    if (!runs.empty()) return runs;
    if (flags.query.where.empty())
        return fail({.kind = ErrorKind::Usage,
                     .what = "Which run?",
                     .why = "neither a run nor --where is given",
                     .remedy = "Name one, `last`, or a filter"});
    const Result<QueriedRuns> found = queryRuns(reader, flags.query);
    if (!found) return fail(found.error());
    for (const query::Row row : found->rows)
        runs.push_back(found->table.run(row).id);
    return runs;
}

Status checkNames(store::Reader& reader, const std::vector<store::RunId>& runs,
                  const std::vector<std::string>& names) {
    std::vector<std::string> missing = names;
    for (const store::RunId run : runs) {
        const auto series = reader.series(run);
        if (!series) return fail(series.error());
        for (const store::Series& each : *series)
            std::erase(missing, each.name);
    }
    if (missing.empty()) return {};
    return fail({.kind = ErrorKind::Usage,
                 .what = "Cannot export the metric '" + missing.front() + "'",
                 .why = "none of the runs has a metric of that name",
                 .remedy = "Leave --name out to export all"});
}

Result<ExportCounts> exportText(const ExportFlags& flags, store::Reader& reader,
                                const std::vector<store::RunId>& runs,
                                const exchange::ExportOptions& options) {
    std::optional<AtomicFile> file;
    if (!flags.output.empty()) {
        Result<AtomicFile> created = AtomicFile::create(flags.output);
        if (!created) return fail(created.error());
        file.emplace(std::move(*created));
    }
    const exchange::WriteText write = [&](std::string_view text) -> Status {
        if (file) return file->write(text);
        if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return {};
        return fail(systemError(ErrorKind::Failed, "Cannot write to standard output", ""));
    };
    Result<ExportCounts> counts = flags.format == "csv"
                                      ? exchange::exportCsv(reader, runs, write, options)
                                      : exchange::exportJsonLines(reader, runs, write, options);
    if (!counts || !file) return counts;
    if (Status committed = file->commit(); !committed) return fail(committed.error());
    return counts;
}

Status exportRuns(const ExportFlags& flags, CommandContext& context) {
    const bool isFolder = flags.format == "tensorboard";
    if (flags.output.empty() && (isFolder || flags.json))
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot export",
                     .why = isFolder ? "event files need a folder"
                                     : "the figures of --json would stand among the exported text",
                     .remedy = "Name it with --output"});
    Result<store::Reader> reader = store::Reader::open(flags.workspace);
    if (!reader) return fail(reader.error());
    const Result<std::vector<store::RunId>> chosen = chosenRuns(*reader, flags);
    if (!chosen) return fail(chosen.error());
    const std::vector<store::RunId>& runs = *chosen;
    if (Status known = checkNames(*reader, runs, flags.names); !known) return known;
    const exchange::ExportOptions options{.names = flags.names, .stop = context.stop.get_token()};
    const auto start = std::chrono::steady_clock::now();
    const Result<ExportCounts> counts = isFolder
                                            ? exchange::exportEventFiles(*reader, runs, flags.output, options)
                                            : exportText(flags, *reader, runs, options);
    if (!counts) return fail(counts.error());
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (flags.json)
        print(toJson(Value(Value::Map{{"format", flags.format},
                                      {"output", flags.output},
                                      {"runs", static_cast<std::int64_t>(counts->runs)},
                                      {"points", static_cast<std::int64_t>(counts->points)},
                                      {"bytes", static_cast<std::int64_t>(counts->bytes)},
                                      {"seconds", seconds}})));
    return {};
}

} // namespace

void addRunsExport(CLI::App& runs, CommandContext& context) {
    auto flags = std::make_shared<ExportFlags>();
    CLI::App* command =
        runs.add_subcommand("export", "The points of runs as CSV, JSON lines or TensorBoard's event files");
    CLI::Option* named = command->add_option("RUN", flags->runs,
                                             "Ids, titles (name/number), names (their newest run) or `last`");
    addWhere(*command, flags->query);
    command->get_option("--where")->excludes(named);
    command->add_option("--workspace", flags->workspace,
                        "Folder with runs.sqlite (default: the current one)");
    command->add_option("--name", flags->names, "Only this metric; may be given several times")
        ->allow_extra_args(false);
    command->add_option("--format", flags->format, "csv, jsonl or tensorboard")
        ->check(CLI::IsMember({"csv", "jsonl", "tensorboard"}))
        ->capture_default_str();
    command->add_option("-o,--output", flags->output,
                        "File to write (default: standard output); for tensorboard a folder");
    command->add_flag("--json", flags->json, "Print how much was exported as a JSON document");
    command->callback([flags, &context] {
        if (const Status done = exportRuns(*flags, context); !done)
            report(context, done.error(), flags->json);
    });
}

} // namespace fathom::cli
