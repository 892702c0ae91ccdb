// SPDX-License-Identifier: Apache-2.0
#include "engine/exchange/source.h"

#include "engine/exchange/event_run.h"
#include "engine/exchange/text_values.h"
#include "engine/store/database.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>

namespace fathom::exchange {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::pair<Format, std::string_view>, 7> kNames{{
    {Format::EventFiles, "tensorboard"},
    {Format::Csv, "csv"},
    {Format::LightningLogs, "lightning"},
    {Format::MlflowFiles, "mlflow"},
    {Format::MlflowDatabase, "mlflow-sqlite"},
    {Format::WandbRuns, "wandb"},
    {Format::Workspace, "fathom"},
}};

Error unknown(const fs::path& path, std::string why) {
    return {.kind = ErrorKind::BadInput,
            .what = "Cannot import",
            .why = std::move(why),
            .remedy =
                "Name event files, a CSV file, a folder of Lightning's, MLflow's or W&B's logs, an MLflow "
                "database or a workspace",
            .file = path.string()};
}

bool isDatabase(const fs::path& path) {
    char head[16] = {};
    std::ifstream file(path, std::ios::binary);
    return file.read(head, sizeof head) && std::string_view(head, 15) == "SQLite format 3";
}

bool hasTable(const fs::path& path, const std::string& table) {
    try {
        store::Database database(path, store::Database::Mode::ReadOnly, 1000);
        store::Statement select(database, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?");
        return select.bind(table).step();
    } catch (const store::DatabaseError&) {
        return false;
    }
}

std::optional<Format> formatOfFile(const fs::path& path) {
    if (isDatabase(path)) {
        if (hasTable(path, "latest_metrics")) return Format::MlflowDatabase;
        if (hasTable(path, "run_numbers")) return Format::Workspace;
        return std::nullopt;
    }
    if (isEventFile(path)) return Format::EventFiles;
    if (path.extension() == ".wandb") return Format::WandbRuns;
    std::error_code ignored;
    if (path.filename() == "metrics.csv" && fs::exists(path.parent_path() / "hparams.yaml", ignored))
        return Format::LightningLogs;
    if (path.extension() == ".csv" || path.extension() == ".tsv") return Format::Csv;
    return std::nullopt;
}

/// An experiment of MLflow's file store: a folder whose meta.yaml has an experiment_id.
bool isMlflowStore(const fs::path& folder) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        std::ifstream meta(entry->path() / "meta.yaml");
        for (std::string line; std::getline(meta, line);)
            if (line.starts_with("experiment_id:")) return true;
    }
    return false;
}

std::optional<Format> formatOfFolder(const fs::path& path) {
    std::error_code error;
    if (fs::exists(path / "runs.sqlite", error)) return Format::Workspace;
    if (isMlflowStore(path) || isMlflowStore(path / "mlruns")) return Format::MlflowFiles;
    std::optional<Format> found;
    fs::recursive_directory_iterator entry(path, fs::directory_options::skip_permission_denied, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        if (entry->path().extension() == ".wandb") return Format::WandbRuns;
        if (isEventFile(entry->path())) found = Format::EventFiles;
        if (entry->path().filename() == "metrics.csv" && !found) found = Format::LightningLogs;
    }
    return found;
}

} // namespace

std::vector<fs::path> filesAt(const fs::path& path, const std::function<bool(const fs::path&)>& wanted) {
    std::error_code error;
    if (fs::is_regular_file(path, error)) return {path};
    std::vector<fs::path> files;
    fs::recursive_directory_iterator entry(path, fs::directory_options::skip_permission_denied, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error))
        if (wanted(entry->path()) && entry->is_regular_file(error)) files.push_back(entry->path());
    std::sort(files.begin(), files.end());
    return files;
}

std::string_view name(Format format) {
    return std::find_if(kNames.begin(), kNames.end(), [&](const auto& each) { return each.first == format; })
        ->second;
}

std::optional<Format> formatOf(std::string_view text) {
    for (const auto& [format, name] : kNames)
        if (name == text) return format;
    return std::nullopt;
}

const std::vector<Format>& allFormats() {
    static const std::vector<Format> all = [] {
        std::vector<Format> formats;
        for (const auto& each : kNames)
            formats.push_back(each.first);
        return formats;
    }();
    return all;
}

Result<Format> detectFormat(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) return fail(unknown(path, "there is no such file or folder"));
    const std::optional<Format> found = fs::is_directory(status) ? formatOfFolder(path) : formatOfFile(path);
    if (!found) return fail(unknown(path, "nothing in it is known"));
    return *found;
}

Result<Source> openEventFiles(const fs::path& path, const SourceOptions& options) {
    const Result<std::vector<EventFolder>> folders = findEventFolders(path);
    if (!folders) return fail(folders.error());
    Source source{.format = Format::EventFiles};
    for (const EventFolder& folder : *folders) {
        const auto run =
            std::make_shared<EventRun>(folder.path, EventOptions{.keepMedia = options.keepMedia});
        source.runs.push_back(
            {.key = "tensorboard:" + wholePath(folder.path),
             .name = folder.name,
             .read = [run](RunSink& sink, const std::stop_token& stop) { return run->readNew(sink, stop); },
             .hasNews = [run] { return run->hasNews(); },
             .rewind =
                 [run, folder, options] {
                     *run = EventRun(folder.path, EventOptions{.keepMedia = options.keepMedia});
                 }});
    }
    return source;
}

Result<Source> openSource(const fs::path& path, const SourceOptions& options) {
    Result<Format> format = options.format ? Result<Format>(*options.format) : detectFormat(path);
    if (!format) return fail(format.error());
    const auto open = [&]() -> Result<Source> {
        switch (*format) {
        case Format::EventFiles:
            return openEventFiles(path, options);
        case Format::Csv:
            return openCsv(path, options);
        case Format::LightningLogs:
            return openLightningLogs(path, options);
        case Format::MlflowFiles:
            return openMlflowFiles(path);
        case Format::MlflowDatabase:
            return openMlflowDatabase(path);
        case Format::WandbRuns:
            return openWandbRuns(path);
        case Format::Workspace:
            return openWorkspace(path);
        }
        return fail(unknown(path, "this format is not known"));
    };
    Result<Source> source = open();
    if (source && source->runs.empty() && source->warnings.empty())
        return fail(unknown(path, "no run of the format " + std::string(name(*format)) + " is in it"));
    return source;
}

} // namespace fathom::exchange
