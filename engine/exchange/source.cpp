// SPDX-License-Identifier: Apache-2.0
#include "engine/exchange/source.h"

#include "engine/exchange/event_run.h"
#include "engine/exchange/text_values.h"
#include "engine/store/database.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>

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

/// Those that keep other formats' files within their runs come first.
std::vector<Format> formatsOfFolder(const fs::path& path) {
    std::error_code error;
    if (fs::exists(path / "runs.sqlite", error)) return {Format::Workspace};
    std::set<Format> found;
    fs::recursive_directory_iterator entry(path, fs::directory_options::skip_permission_denied, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        const fs::path& file = entry->path();
        if (file.extension() == ".wandb") found.insert(Format::WandbRuns);
        if (isEventFile(file)) found.insert(Format::EventFiles);
        if (file.filename() == "metrics.csv") found.insert(Format::LightningLogs);
    }
    if (isMlflowStore(path) || isMlflowStore(path / "mlruns")) found.insert(Format::MlflowFiles);
    std::vector<Format> formats;
    for (const Format each :
         {Format::MlflowFiles, Format::WandbRuns, Format::EventFiles, Format::LightningLogs})
        if (found.contains(each)) formats.push_back(each);
    return formats;
}

Result<Source> openFormat(const fs::path& path, Format format, const SourceOptions& options) {
    switch (format) {
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
}

/// The runs of several formats below one folder, without those that lie in the folder of another's.
class MixedSource {
public:
    explicit MixedSource(const fs::path& root) : m_root(wholePath(root)) {}

    void add(Source next) {
        const Format format = next.formats.front();
        std::size_t within = 0;
        std::vector<SourceRun> runs;
        for (SourceRun& run : next.runs) {
            if (isWithinRun(run.folder))
                ++within;
            else
                runs.push_back(std::move(run));
        }
        for (const SourceRun& run : runs)
            m_folders.insert(run.folder);
        if (!runs.empty()) m_source.formats.push_back(format);
        std::ranges::move(runs, std::back_inserter(m_source.runs));
        std::ranges::move(next.warnings, std::back_inserter(m_source.warnings));
        if (within > 0)
            warn(std::to_string(within) + (within == 1 ? " run" : " runs") + " of the format " +
                 std::string(name(format)) +
                 " left out, in the folders of other runs, to which they belong (fathom-cli runs import "
                 "--format " +
                 std::string(name(format)) + " brings them in)");
    }

    void warn(std::string text) { m_source.warnings.push_back(std::move(text)); }
    Source take() { return std::move(m_source); }

private:
    /// A run in the root itself has only what lies there, too.
    [[nodiscard]] bool isWithinRun(const fs::path& folder) const {
        if (m_folders.contains(folder)) return true;
        for (fs::path each = folder.parent_path(); each != m_root && each.has_relative_path();
             each = each.parent_path())
            if (m_folders.contains(each)) return true;
        return false;
    }

    fs::path m_root;
    std::set<fs::path> m_folders{};
    Source m_source{};
};

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

bool canBeFollowed(Format format) {
    return format == Format::EventFiles || format == Format::Csv || format == Format::LightningLogs;
}

Result<std::vector<Format>> detectFormats(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) return fail(unknown(path, "there is no such file or folder"));
    std::vector<Format> found;
    if (fs::is_directory(status))
        found = formatsOfFolder(path);
    else if (const std::optional<Format> format = formatOfFile(path))
        found = {*format};
    if (found.empty()) return fail(unknown(path, "nothing in it is known"));
    return found;
}

Result<Source> openEventFiles(const fs::path& path, const SourceOptions& options) {
    const Result<std::vector<EventFolder>> folders = findEventFolders(path);
    if (!folders) return fail(folders.error());
    Source source{.formats = {Format::EventFiles}};
    for (const EventFolder& folder : *folders) {
        const auto run =
            std::make_shared<EventRun>(folder.path, EventOptions{.keepMedia = options.keepMedia});
        source.runs.push_back(
            {.key = "tensorboard:" + wholePath(folder.path),
             .name = folder.name,
             .folder = wholePath(folder.path),
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
    Result<std::vector<Format>> formats =
        options.format ? Result<std::vector<Format>>({*options.format}) : detectFormats(path);
    if (!formats) return fail(formats.error());
    if (options.isGrowing) std::erase_if(*formats, [](Format each) { return !canBeFollowed(each); });
    if (formats->empty())
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot follow",
                     .why = "this can only be done with TensorBoard's event files, CSV and Lightning's logs",
                     .remedy = "Import again when there is more",
                     .file = path.string()});
    MixedSource mixed(path);
    for (const Format format : *formats) {
        Result<Source> source = openFormat(path, format, options);
        if (source && source->runs.empty() && source->warnings.empty())
            source = fail(unknown(path, "no run of the format " + std::string(name(format)) + " is in it"));
        if (!source && formats->size() == 1) return fail(source.error());
        if (source)
            mixed.add(std::move(*source));
        else
            mixed.warn(source.error().message());
    }
    return mixed.take();
}

} // namespace fathom::exchange
