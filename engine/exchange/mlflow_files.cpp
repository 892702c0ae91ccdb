// SPDX-License-Identifier: Apache-2.0
// MLflow's file store: mlruns/<experiment>/<run>/{meta.yaml, metrics/…, params/…, tags/…}; a metric's file
// has a line "<milliseconds> <value> <step>" for each point (mlflow/store/tracking/file_store.py).
#include "engine/base/file.h"
#include "engine/exchange/mlflow_run.h"
#include "engine/exchange/source.h"
#include "engine/exchange/text_values.h"

#include <algorithm>

namespace fathom::exchange {

namespace fs = std::filesystem;

namespace {

/// Sorted; those below `folder`, files of folders' folders included, named relative to it.
std::vector<fs::path> filesBelow(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error))
        if (entry->is_regular_file(error)) files.push_back(entry->path().lexically_relative(folder));
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<fs::path> foldersIn(const fs::path& folder) {
    std::vector<fs::path> folders;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error))
        if (entry->is_directory(error) && fs::exists(entry->path() / "meta.yaml", error))
            folders.push_back(entry->path());
    std::sort(folders.begin(), folders.end());
    return folders;
}

std::string textOf(const Value::Map& meta, const char* key) {
    const Value* value = meta.find(key);
    if (value == nullptr || value->isNull()) return {};
    return value->isString() ? value->asString() : toJson(*value);
}

std::int64_t integerOf(const Value::Map& meta, const char* key) {
    const Value* value = meta.find(key);
    return value != nullptr && value->isInt() ? value->asInt() : 0;
}

std::vector<std::pair<std::string, std::string>> textsBelow(const fs::path& folder) {
    std::vector<std::pair<std::string, std::string>> texts;
    for (const fs::path& file : filesBelow(folder))
        if (Result<std::string> text = readFile(folder / file))
            texts.emplace_back(file.generic_string(), std::move(*text));
    return texts;
}

/// The next word of a line.
std::string_view wordOf(std::string_view& line) {
    const std::size_t first = std::min(line.find_first_not_of(' '), line.size());
    const std::size_t end = std::min(line.find(' ', first), line.size());
    const std::string_view word = line.substr(first, end - first);
    line.remove_prefix(end);
    return word;
}

/// False: the line is none of MLflow's.
bool takePoint(std::string_view line, int series, RunSink& sink) {
    const std::optional<double> time = numberIn(wordOf(line));
    const std::optional<double> value = numberIn(wordOf(line));
    const std::string_view stepText = wordOf(line);
    const std::optional<std::int64_t> step =
        stepText.empty() ? 0 : integerIn(stepText); // before MLflow 1.0: no step
    if (!time || !value || !step || line.find_first_not_of(' ') != std::string_view::npos) return false;
    sink.put(series, *step, *time / 1000, *value);
    ++sink.counts.points;
    return true;
}

Status readMetric(const fs::path& file, const std::string& name, RunSink& sink) {
    const Result<std::string> text = readFile(file);
    if (!text) return fail(text.error());
    sink.counts.bytes += text->size();
    const int series = sink.series(name);
    int line = 0;
    for (std::size_t at = 0; at < text->size();) {
        std::size_t end = text->find('\n', at);
        const bool isWhole = end != std::string::npos;
        end = std::min(end, text->size());
        std::string_view row(text->data() + at, end - at);
        if (row.ends_with('\r')) row.remove_suffix(1);
        at = end + 1;
        ++line;
        if (row.empty() || takePoint(row, series, sink)) continue;
        if (!isWhole) return {}; // it is just being written
        return fail({.kind = ErrorKind::BadInput,
                     .what = "Cannot read the metric '" + name + "'",
                     .why = "the line is not \"milliseconds value step\"",
                     .remedy = "Correct the line or take it out",
                     .file = file.string(),
                     .line = line});
    }
    return {};
}

Status readRun(const fs::path& folder, const MlflowRun& run, RunSink& sink, const std::stop_token& stop) {
    MlflowRun whole = run;
    whole.params = textsBelow(folder / "params");
    whole.tags = textsBelow(folder / "tags");
    store::ForeignRun description = descriptionOf(whole);
    description.run.directory = wholePath(folder);
    sink.describe(description);
    for (const fs::path& file : filesBelow(folder / "metrics")) {
        if (stop.stop_requested() || !sink.good()) break;
        if (Status read = readMetric(folder / "metrics" / file, file.generic_string(), sink); !read)
            return read;
    }
    sink.flush();
    return {};
}

/// What meta.yaml says; BadInput where it says nothing of a run.
Result<MlflowRun> readMeta(const fs::path& folder, const std::string& experiment) {
    const Result<Value> meta = readYamlFile(folder / "meta.yaml");
    if (!meta) return fail(meta.error());
    if (!meta->isMap())
        return fail(Error{.kind = ErrorKind::BadInput,
                          .what = "Cannot read the run",
                          .why = "meta.yaml holds no map",
                          .remedy = "Remove the folder or restore the file",
                          .file = (folder / "meta.yaml").string()});
    const Value::Map& map = meta->asMap();
    MlflowRun run{.id = textOf(map, map.find("run_id") != nullptr ? "run_id" : "run_uuid"),
                  .name = textOf(map, map.find("run_name") != nullptr ? "run_name" : "name"),
                  .experiment = experiment,
                  .status = std::string(mlflowStatus(integerOf(map, "status"))),
                  .user = textOf(map, "user_id"),
                  .sourceName = textOf(map, "source_name"),
                  .artifactUri = textOf(map, "artifact_uri"),
                  .startTime = integerOf(map, "start_time"),
                  .endTime = integerOf(map, "end_time")};
    if (run.id.empty()) run.id = folder.filename().string();
    if (textOf(map, "lifecycle_stage") == "deleted") run.status = "DELETED";
    return run;
}

void addExperiment(const fs::path& folder, Source& source) {
    std::string experiment = folder.filename().string();
    if (const Result<Value> meta = readYamlFile(folder / "meta.yaml"); meta && meta->isMap()) {
        if (const std::string name = textOf(meta->asMap(), "name"); !name.empty()) experiment = name;
    } else if (!meta) {
        source.warnings.push_back(meta.error().message());
    }
    for (const fs::path& runFolder : foldersIn(folder)) {
        const Result<MlflowRun> run = readMeta(runFolder, experiment);
        if (!run) {
            source.warnings.push_back(run.error().message());
            continue;
        }
        if (run->status == "DELETED") continue;
        source.runs.push_back({.key = "mlflow:" + run->id,
                               .name = titleOf(*run),
                               .folder = wholePath(runFolder),
                               .read = [runFolder, run = *run](RunSink& sink, const std::stop_token& stop) {
                                   return readRun(runFolder, run, sink, stop);
                               }});
    }
}

} // namespace

Result<Source> openMlflowFiles(const fs::path& path) {
    std::error_code error;
    const fs::path root = fs::is_directory(path / "mlruns", error) ? path / "mlruns" : path;
    Source source{.formats = {Format::MlflowFiles}};
    for (const fs::path& folder : foldersIn(root))
        addExperiment(folder, source);
    return source;
}

} // namespace fathom::exchange
