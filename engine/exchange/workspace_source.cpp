// SPDX-License-Identifier: Apache-2.0
// The runs of another Fathom workspace, those in its trash left out.
#include "engine/exchange/source.h"
#include "engine/exchange/text_values.h"
#include "engine/store/database.h"
#include "engine/store/reader.h"
#include "engine/store/schema.h"

#include <map>
#include <memory>
#include <unistd.h>

namespace fathom::exchange {

namespace fs = std::filesystem;

namespace {

/// A folder that goes with its owner.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (fs::temp_directory_path() / "fathom-merge-XXXXXX").string();
        if (mkdtemp(pattern.data()) != nullptr) m_path = pattern;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        if (!m_path.empty()) fs::remove_all(m_path, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const fs::path& path() const { return m_path; }

private:
    fs::path m_path{};
};

/// A workspace that may be read with this version's reader: the one itself, or a copy that was brought up to
/// date, so that the source stays as it is.
struct Opened {
    std::unique_ptr<TemporaryFolder> copy{};
    std::optional<store::Reader> reader{};
};

Result<std::shared_ptr<Opened>> openStore(const fs::path& file) {
    auto opened = std::make_shared<Opened>();
    fs::path workspace = file.parent_path().empty() ? "." : file.parent_path();
    const Status prepared = store::guarded("Cannot read the workspace", file, [&]() -> Status {
        store::Database database(file, store::Database::Mode::ReadOnly, 5000);
        const bool isCurrent = store::checkVersion(database) == store::kSchemaVersion;
        if (isCurrent && file.filename() == store::kDatabaseName) return {};
        opened->copy = std::make_unique<TemporaryFolder>();
        workspace = opened->copy->path();
        store::Statement copy(database, "VACUUM INTO ?");
        copy.bind((workspace / store::kDatabaseName).string()).run();
        return {};
    });
    if (!prepared) {
        Error error = prepared.error();
        error.kind = ErrorKind::BadInput;
        return fail(std::move(error));
    }
    Result<store::Reader> reader = store::Reader::open(workspace);
    if (!reader) return fail(reader.error());
    opened->reader = std::move(*reader);
    return opened;
}

Result<store::ForeignRun> descriptionOf(store::Reader& reader, store::RunId id) {
    const auto run = reader.run(id);
    if (!run) return fail(run.error());
    if (!*run)
        return fail(
            Error{.what = "Cannot merge the run", .why = "it was removed meanwhile", .remedy = "Try again"});
    auto leaves = reader.configLeaves(id);
    if (!leaves) return fail(leaves.error());
    auto layers = reader.layers(id);
    if (!layers) return fail(layers.error());
    auto environment = reader.environment(id);
    if (!environment) return fail(environment.error());
    const store::Run& from = **run;
    store::ForeignRun to;
    to.run = {.command = from.command,
              .configPath = from.configPath,
              .configName = from.configName,
              .overrides = from.overrides,
              .configJson = from.configJson,
              .configYaml = from.configYaml,
              .directory = from.directory,
              .leaves = std::move(*leaves),
              .layers = std::move(*layers),
              .environment = std::move(*environment)};
    to.state = isOver(from.state) ? from.state : store::RunState::Interrupted;
    to.error = from.error;
    to.createdAt = from.createdAt;
    to.startedAt = from.startedAt;
    to.endedAt = from.endedAt;
    to.progress = from.progress;
    to.note = from.note;
    to.starred = from.starred;
    to.archived = from.archived;
    to.tags = from.tags;
    to.process = from.process;
    return to;
}

Status readSamples(store::Reader& reader, store::RunId id, RunSink& sink) {
    const auto steps = reader.sampleSteps(id);
    if (!steps) return fail(steps.error());
    for (const std::int64_t step : *steps) {
        const auto samples = reader.samples(id, step);
        if (!samples) return fail(samples.error());
        for (const store::Sample& sample : *samples)
            sink.sample(sample);
        sink.counts.samples += samples->size();
    }
    return {};
}

Status readRun(store::Reader& reader, store::RunId id, RunSink& sink, const std::stop_token& stop) {
    const auto description = descriptionOf(reader, id);
    if (!description) return fail(description.error());
    sink.describe(*description);
    const auto allSeries = reader.series(id);
    if (!allSeries) return fail(allSeries.error());
    for (const store::Series& series : *allSeries) {
        if (stop.stop_requested() || !sink.good()) return {};
        const auto points = reader.points(series.id);
        if (!points) return fail(points.error());
        const int local = sink.series(series.name);
        for (const store::StoredPoint& point : *points)
            sink.put(local, point.step, point.wallTime, point.value);
        sink.counts.points += points->size();
    }
    const auto events = reader.events(id);
    if (!events) return fail(events.error());
    for (const store::Event& event : *events)
        sink.event(event);
    sink.counts.events += events->size();
    const auto artifacts = reader.artifacts(id);
    if (!artifacts) return fail(artifacts.error());
    for (const store::Artifact& artifact : *artifacts)
        sink.artifact(artifact);
    sink.counts.artifacts += artifacts->size();
    if (Status read = readSamples(reader, id, sink); !read) return read;
    sink.flush();
    return {};
}

} // namespace

std::string workspaceKey(const store::Run& run) {
    if (!run.source.empty()) return run.source;
    return "fathom:" + run.process.host + '/' + run.title() + '@' + formatFloat(run.createdAt);
}

Result<Source> openWorkspace(const fs::path& path) {
    std::error_code error;
    const fs::path file = fs::is_directory(path, error) ? path / store::kDatabaseName : path;
    const auto opened = openStore(file);
    if (!opened) return fail(opened.error());
    const auto runs = (*opened)->reader->runs(); // newest first
    if (!runs) return fail(runs.error());
    std::map<store::RunId, std::string> keys;
    for (const store::Run& run : *runs)
        keys[run.id] = workspaceKey(run);
    Source source{.formats = {Format::Workspace}};
    for (auto run = runs->rbegin(); run != runs->rend(); ++run) {
        const auto from = run->resumedFrom ? keys.find(*run->resumedFrom) : keys.end();
        source.runs.push_back(
            {.key = keys[run->id],
             .name = run->name,
             .resumedFrom = from != keys.end() ? from->second : std::string(),
             .resumedStep = run->resumedStep,
             .read = [opened = *opened, id = run->id](RunSink& sink, const std::stop_token& stop) {
                 return readRun(*opened->reader, id, sink, stop);
             }});
    }
    return source;
}

} // namespace fathom::exchange
