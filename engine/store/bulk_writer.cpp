// SPDX-License-Identifier: Apache-2.0
#include "engine/store/bulk_writer.h"

#include "engine/store/batch.h"
#include "engine/store/insert_run.h"
#include "engine/store/schema.h"

namespace fathom::store {

namespace fs = std::filesystem;

namespace {
constexpr int kTimeoutMs = 30'000; ///< for other writers: an import has time
constexpr const char* kWhat = "Cannot write the run store";
} // namespace

struct BulkWriter::Impl {
    explicit Impl(fs::path store)
        : file(std::move(store)),
          database(openForWriting(file, kTimeoutMs, Database::Mode::ReadWriteExisting)),
          batches(file) {}

    fs::path file;
    Database database;
    BatchWriter batches;
    Batch batch;
    std::int64_t nextSeries = 1;
};

BulkWriter::BulkWriter(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
BulkWriter::BulkWriter(BulkWriter&&) noexcept = default;
BulkWriter& BulkWriter::operator=(BulkWriter&&) noexcept = default;
BulkWriter::~BulkWriter() = default;

Result<BulkWriter> BulkWriter::open(const fs::path& workspace) {
    const fs::path file = workspace / kDatabaseName;
    return guarded("Cannot open the run store", file, [&]() -> Result<BulkWriter> {
        fs::create_directories(workspace);
        Database database = openForWriting(file, kTimeoutMs);
        migrate(database, file);
        return BulkWriter(std::make_unique<Impl>(file));
    });
}

Result<std::optional<RunId>> BulkWriter::find(const std::string& source) {
    return guarded("Cannot read the run store", m_impl->file, [&]() -> Result<std::optional<RunId>> {
        Statement select(m_impl->database, "SELECT id FROM runs WHERE source = ? AND source <> ''");
        if (!select.bind(source).step()) return std::optional<RunId>();
        return std::optional(RunId{select.integer(0)});
    });
}

Result<RunId> BulkWriter::addRun(const ForeignRun& run) {
    return guarded(kWhat, m_impl->file,
                   [&]() -> Result<RunId> { return insertRun(m_impl->database, run).id; });
}

void BulkWriter::update(RunId run, RunState state, double endedAt, const Progress& progress) {
    RunUpdate update;
    update.state = state;
    update.endedAt = endedAt;
    update.progress = progress;
    m_impl->batch.updates[run].append(std::move(update));
}

SeriesId BulkWriter::series(RunId run, const std::string& name) {
    const SeriesId local{m_impl->nextSeries++};
    m_impl->batch.series.push_back({local, run, name});
    return local;
}

void BulkWriter::put(const MetricPoint& point) {
    m_impl->batch.points.push_back(point);
}

void BulkWriter::event(RunId run, const Event& event) {
    m_impl->batch.events.push_back({run, event});
}

void BulkWriter::sample(RunId run, const Sample& sample) {
    m_impl->batch.samples.push_back({run, sample});
}

void BulkWriter::artifact(RunId run, const Artifact& artifact) {
    m_impl->batch.artifacts.push_back({run, artifact});
}

std::size_t BulkWriter::queuedPoints() const {
    return m_impl->batch.points.size();
}

Status BulkWriter::commit() {
    return guarded(kWhat, m_impl->file, [&]() -> Status {
        m_impl->batches.write(m_impl->batch, {});
        m_impl->batch.clear();
        return {};
    });
}

} // namespace fathom::store
