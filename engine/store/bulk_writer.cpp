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

constexpr const char* kForgetContent[] = {
    "DELETE FROM points WHERE id >= ?2 << 32 AND id < (?2 + 1) << 32",
    "DELETE FROM pyramids WHERE series = ?2",
    "DELETE FROM summaries WHERE metric IN (SELECT id FROM metric_names) AND run = ?1 AND series = ?2",
    "DELETE FROM series WHERE run = ?1 AND id = ?2",
};

void removeContent(Database& database, RunId run) {
    std::vector<std::int64_t> series;
    Statement select(database, "SELECT id FROM series WHERE run = ?");
    for (select.bind(run); select.step();)
        series.push_back(select.integer(0));
    for (const char* sql : kForgetContent) {
        Statement remove(database, sql);
        for (const std::int64_t id : series)
            remove.bind(run, id).run();
    }
    for (const char* sql : {"DELETE FROM events WHERE run = ?", "DELETE FROM samples WHERE run = ?",
                            "DELETE FROM artifacts WHERE run = ?"})
        Statement(database, sql).bind(run).run();
}

/// What describe() writes anew.
class Description {
public:
    explicit Description(Database& database)
        : m_update(
              database,
              "UPDATE runs SET state = ?2, error = ?3, started_at = ?4, ended_at = ?5, updated_at = ?6, "
              "step = ?7, total_steps = ?8, epoch = ?9, total_epochs = ?10, phase = ?11, command = ?12, "
              "directory = ?13, config_path = ?14, config_name = ?15, overrides = ?16, config_json = ?17, "
              "config_yaml = ?18, pid = ?19, process_start = ?20, boot_id = ?21, host = ?22, "
              "created_at = ifnull(nullif(?23, 0), created_at) WHERE id = ?1"),
          m_updateEdits(database, "UPDATE runs SET note = ?2, starred = ?3, archived = ?4 WHERE id = ?1"),
          m_forgetTags(database, "DELETE FROM tags WHERE run = ?"),
          m_tag(database, "INSERT OR IGNORE INTO tags(run, tag) VALUES(?, ?)"),
          m_forgetConfig(database,
                         "DELETE FROM config_values WHERE key IN (SELECT id FROM config_keys) AND run = ?"),
          m_forgetLayers(database, "DELETE FROM layers WHERE run = ?"),
          m_forgetEnvironment(database, "DELETE FROM environment WHERE run = ?") {}

    /// All but the config.
    void write(RunId run, const ForeignRun& description) {
        const NewRun& what = description.run;
        const Progress& p = description.progress;
        const std::string overrides =
            toJson(Value(Value::List(what.overrides.begin(), what.overrides.end())));
        m_update
            .bind(run, name(description.state), description.error, description.startedAt, description.endedAt,
                  wallTime(), p.step, p.totalSteps, p.epoch, p.totalEpochs, p.phase, what.command,
                  what.directory, what.configPath, what.configName, overrides, what.configJson,
                  what.configYaml, description.process.pid, description.process.startTime,
                  description.process.bootId, description.process.host, description.createdAt)
            .run();
        for (Statement* forget : {&m_forgetConfig, &m_forgetLayers, &m_forgetEnvironment})
            forget->bind(run).run();
    }

    /// What a user may have changed since.
    void writeEdits(RunId run, const ForeignRun& description) {
        m_updateEdits.bind(run, description.note, description.starred ? 1 : 0, description.archived ? 1 : 0)
            .run();
        m_forgetTags.bind(run).run();
        for (const std::string& each : description.tags)
            m_tag.bind(run, each).run();
    }

private:
    Statement m_update;
    Statement m_updateEdits;
    Statement m_forgetTags;
    Statement m_tag;
    Statement m_forgetConfig;
    Statement m_forgetLayers;
    Statement m_forgetEnvironment;
};

} // namespace

struct BulkWriter::Impl {
    explicit Impl(fs::path store)
        : file(std::move(store)),
          database(openForWriting(file, kTimeoutMs, Database::Mode::ReadWriteExisting)),
          find(database, "SELECT id FROM runs WHERE source = ? AND source <> ''"),
          runs(database),
          description(database),
          batches(file) {}

    fs::path file;
    Database database;
    Statement find;
    RunInserter runs;
    Description description;
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
        std::optional<RunId> found;
        if (m_impl->find.bind(source).step()) found = RunId{m_impl->find.integer(0)};
        m_impl->find.reset(); // it would hold on to this moment of the database
        return found;
    });
}

Result<RunId> BulkWriter::addRun(const ForeignRun& run) {
    return guarded(kWhat, m_impl->file, [&]() -> Result<RunId> { return m_impl->runs.insert(run).id; });
}

Status BulkWriter::describe(RunId run, const ForeignRun& description, Edits edits) {
    return guarded(kWhat, m_impl->file, [&]() -> Status {
        try {
            Transaction transaction(m_impl->database);
            m_impl->description.write(run, description);
            if (edits == Edits::Too) m_impl->description.writeEdits(run, description);
            m_impl->runs.writeConfig(run, description.run);
            transaction.commit();
        } catch (const DatabaseError&) {
            m_impl->runs.forget();
            throw;
        }
        return {};
    });
}

Status BulkWriter::clear(RunId run) {
    if (Status written = commit(); !written) return written;
    return guarded(kWhat, m_impl->file, [&]() -> Status {
        Transaction transaction(m_impl->database);
        removeContent(m_impl->database, run);
        transaction.commit();
        m_impl->batches.forget(run);
        return {};
    });
}

Status BulkWriter::setResumed(RunId run, RunId from, std::int64_t step) {
    return guarded(kWhat, m_impl->file, [&]() -> Status {
        Statement(m_impl->database, "UPDATE runs SET resumed_from = ?2, resumed_step = ?3 WHERE id = ?1")
            .bind(run, from, step)
            .run();
        return {};
    });
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
