// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/runs_import.h"

#include "app/cli/table.h"
#include "engine/exchange/importer.h"
#include "engine/store/reader.h"

#include <algorithm>
#include <unistd.h>

namespace fathom::cli {

namespace {

using exchange::ImportedRun;
using exchange::ImportReport;

struct ImportFlags {
    std::string workspace = ".";
    std::vector<std::string> paths{};
    std::string format{};
    std::string prefix{};
    bool follow = false;
    bool media = false;
    bool json = false;
};

std::string formatNames(const std::vector<exchange::Format>& formats = exchange::allFormats()) {
    std::string names;
    for (const exchange::Format format : formats)
        names += (names.empty() ? "" : ", ") + std::string(exchange::name(format));
    return names;
}

void showProgress(const exchange::ImportProgress& progress) {
    std::fprintf(stderr, "\r\x1b[2K%zu of %zu  %.60s", progress.runs + 1, progress.totalRuns,
                 printable(progress.name).c_str());
    std::fflush(stderr);
}

Value number(std::uint64_t count) {
    return Value(static_cast<std::int64_t>(count));
}

Value::Map countsObject(const exchange::ImportCounts& counts) {
    Value::Map skipped;
    for (const auto& [kind, count] : counts.skipped)
        skipped.append(kind, number(count));
    return {{"points", number(counts.points)},      {"events", number(counts.events)},
            {"samples", number(counts.samples)},    {"artifacts", number(counts.artifacts)},
            {"purged", number(counts.purged)},      {"bad_records", number(counts.badRecords)},
            {"bad_bytes", number(counts.badBytes)}, {"bytes", number(counts.bytes)},
            {"skipped", Value(std::move(skipped))}};
}

/// "quartznet/7" as the store numbered it.
std::string titleOf(store::Reader& reader, const ImportedRun& run) {
    const auto stored = reader.run(run.id);
    return stored && *stored ? (*stored)->title() : run.name;
}

Value::Map toObject(store::Reader& reader, const ImportReport& report, const std::string& path) {
    Value::List runs;
    for (const ImportedRun& run : report.runs) {
        Value::Map object{{"id", static_cast<std::int64_t>(run.id)},
                          {"run", titleOf(reader, run)},
                          {"name", run.name},
                          {"outcome", exchange::name(run.outcome)},
                          {"new_points", number(run.newPoints)},
                          {"error", run.error ? Value(run.error->message()) : Value()}};
        for (auto& [key, value] : countsObject(run.counts))
            object.set(key, value);
        runs.emplace_back(std::move(object));
    }
    Value::Map object{
        {"path", path}, {"format", formatNames(report.formats)}, {"runs", Value(std::move(runs))}};
    for (auto& [key, value] : countsObject(report.counts))
        object.set(key, value);
    object.append("seconds", report.seconds);
    object.append("warnings",
                  Value(Value::List(report.counts.warnings.begin(), report.counts.warnings.end())));
    return object;
}

std::string summary(const ImportReport& report) {
    const auto count = [&](ImportedRun::Outcome outcome) {
        return std::count_if(report.runs.begin(), report.runs.end(),
                             [&](const ImportedRun& run) { return run.outcome == outcome; });
    };
    std::uint64_t added = 0;
    for (const ImportedRun& run : report.runs)
        added += run.newPoints;
    const exchange::ImportCounts& counts = report.counts;
    const auto newRuns = count(ImportedRun::Outcome::New);
    std::string text =
        std::to_string(newRuns) + (newRuns == 1 ? " new run, " : " new runs, ") +
        std::to_string(count(ImportedRun::Outcome::Updated) + count(ImportedRun::Outcome::Rewritten)) +
        " updated, " + std::to_string(count(ImportedRun::Outcome::Unchanged)) + " unchanged; " +
        std::to_string(added) + (added == 1 ? " new point in " : " new points in ") +
        formatFloat(static_cast<double>(static_cast<int>(report.seconds * 100)) / 100) + " s";
    if (counts.purged > 0)
        text += "; " + std::to_string(counts.purged) + " points that a restart made obsolete left out";
    if (counts.badRecords > 0)
        text += "; " + std::to_string(counts.badRecords) + " damaged records (" +
                std::to_string(counts.badBytes) + " bytes) skipped";
    for (const auto& [kind, skipped] : counts.skipped)
        text += "; " + std::to_string(skipped) + " of " + printable(kind) + " skipped";
    return text + '\n';
}

std::string table(store::Reader& reader, const ImportReport& report) {
    std::vector<std::vector<std::string>> rows{{"RUN", "OUTCOME", "POINTS", "NEW", "SKIPPED", "DAMAGED"}};
    for (const ImportedRun& run : report.runs) {
        std::uint64_t skipped = 0;
        for (const auto& [kind, count] : run.counts.skipped)
            skipped += count;
        rows.push_back({printable(titleOf(reader, run)),
                        std::string(run.error ? "broke off" : exchange::name(run.outcome)),
                        std::to_string(run.counts.points), std::to_string(run.newPoints),
                        std::to_string(skipped), std::to_string(run.counts.badRecords)});
    }
    return formatTable(rows,
                       {Align::Left, Align::Left, Align::Right, Align::Right, Align::Right, Align::Right}) +
           summary(report);
}

/// Prints what came in; an error of a run alone is logged, and the first is returned.
Status tell(const ImportReport& report, const ImportFlags& flags, const std::string& path,
            CommandContext& context) {
    Result<store::Reader> reader = store::Reader::open(flags.workspace);
    if (!reader) return fail(reader.error());
    if (flags.json)
        print(toJson(Value(toObject(*reader, report, path))));
    else
        print(table(*reader, report));
    Status first;
    for (const std::string& warning : report.counts.warnings)
        context.log.warning(printable(warning));
    for (const ImportedRun& run : report.runs) {
        if (!run.error) continue;
        if (first) first = fail(*run.error);
        context.log.error(run.error->message());
    }
    return first;
}

Status importOne(const std::string& path, const ImportFlags& flags, const exchange::ImportOptions& options,
                 CommandContext& context, bool& isTold) {
    const Result<ImportReport> report = exchange::importRuns(flags.workspace, path, options);
    if (options.progress) std::fputs("\r\x1b[2K", stderr);
    if (!report) return fail(report.error());
    const Status told = tell(*report, flags, path, context);
    isTold = true;
    return told;
}

void importAll(const ImportFlags& flags, CommandContext& context, std::optional<exchange::Format> format) {
    exchange::ImportOptions options{.source = {.format = format, .keepMedia = flags.media},
                                    .namePrefix = flags.prefix,
                                    .follow = flags.follow,
                                    .stop = context.stop.get_token()};
    if (isatty(STDERR_FILENO) != 0 && !flags.follow) options.progress = showProgress;
    for (const std::string& path : flags.paths) {
        bool isTold = false;
        const Status done = importOne(path, flags, options, context, isTold);
        if (done) continue;
        if (isTold)
            context.exitCode = done.error().exitCode();
        else
            report(context, done.error(), flags.json);
        if (done.error().kind == ErrorKind::Interrupted) return;
    }
}

} // namespace

void addRunsImport(CLI::App& runs, CommandContext& context) {
    auto flags = std::make_shared<ImportFlags>();
    CLI::App* import =
        runs.add_subcommand("import", "Brings runs of other programs into the workspace, and nothing twice");
    import
        ->add_option("PATH", flags->paths,
                     "Event files, CSV files, MLflow's or W&B's stores, or folders of them")
        ->required();
    import->add_option("--format", flags->format, "Only runs of this format: " + formatNames());
    import->add_option("--prefix", flags->prefix, "Goes before the name of each run");
    import->add_flag("--follow", flags->follow,
                     "Go on until Ctrl+C, and bring in what is written meanwhile (event files)");
    import->add_flag("--media", flags->media,
                     "Keep audio and images of event files as files of the workspace");
    CLI::App* merge =
        runs.add_subcommand("merge", "Brings the runs of another workspace in, and nothing twice");
    merge->add_option("WORKSPACE", flags->paths, "Folder with runs.sqlite, or such a file")->required();
    for (CLI::App* command : {import, merge}) {
        command->add_option("--workspace", flags->workspace,
                            "Folder with runs.sqlite (default: the current one)");
        command->add_flag("--json", flags->json, "Print one JSON document for each path");
    }
    import->callback([flags, &context] {
        const std::optional<exchange::Format> format = exchange::formatOf(flags->format);
    if (!flags->format.empty() && !format)
        return report(context,
                      {.kind = ErrorKind::Usage,
                       .what = "Cannot import",
                       .why = "there is no format '" + flags->format + "'",
                       .remedy = "Use one of " + formatNames()},
                      flags->json);
    if (flags->follow && flags->paths.size() > 1)
        return report(context,
                      {.kind = ErrorKind::Usage,
                       .what = "Cannot follow",
                       .why = "several paths are given",
                       .remedy = "Name the folder that holds them, or follow each with a command of its own"},
                      flags->json);
    importAll(*flags, context, format);
});
merge->callback([flags, &context] { importAll(*flags, context, exchange::Format::Workspace); });
} // namespace fathom::cli

} // namespace fathom::cli
