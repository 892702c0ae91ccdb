// SPDX-License-Identifier: Apache-2.0
#include "engine/store/batch.h"

#include "engine/store/manifest_rows.h"
#include "engine/store/schema.h"

#include <iterator>

namespace fathom::store {

namespace {

/// The recorder's thread tries again later by itself, so it need not wait long for another process's
/// transaction.
constexpr int kBusyTimeoutMs = 1000;

template <class T> void moveInto(std::vector<T>& target, std::vector<T>& source) {
    target.insert(target.end(), std::make_move_iterator(source.begin()),
                  std::make_move_iterator(source.end()));
    source.clear();
}

std::int64_t number(RunId run) {
    return static_cast<std::int64_t>(run);
}

} // namespace

void RunUpdate::append(RunUpdate&& later) {
    if (later.progress) progress = std::move(later.progress);
    if (later.directory) directory = std::move(later.directory);
    if (later.state) {
        state = later.state;
        error = std::move(later.error);
    }
    if (later.startedAt > 0 && startedAt == 0) startedAt = later.startedAt;
    if (later.endedAt > 0) endedAt = later.endedAt;
}

bool Batch::empty() const {
    return points.empty() && series.empty() && events.empty() && samples.empty() && artifacts.empty() &&
           answers.empty() && resumptions.empty() && environments.empty() && updates.empty();
}

void Batch::clear() {
    points.clear();
    series.clear();
    events.clear();
    samples.clear();
    artifacts.clear();
    answers.clear();
    resumptions.clear();
    environments.clear();
    updates.clear();
}

void Batch::append(Batch& later) {
    moveInto(points, later.points);
    moveInto(series, later.series);
    moveInto(events, later.events);
    moveInto(samples, later.samples);
    moveInto(artifacts, later.artifacts);
    moveInto(answers, later.answers);
    moveInto(resumptions, later.resumptions);
    for (auto& [run, facts] : later.environments)
        for (auto& [name, value] : facts)
            environments[run].insert_or_assign(name, std::move(value));
    later.environments.clear();
    for (auto& [run, update] : later.updates)
        updates[run].append(std::move(update));
    later.updates.clear();
}

BatchWriter::BatchWriter(const std::filesystem::path& file)
    : m_database(openForWriting(file, kBusyTimeoutMs, Database::Mode::ReadWriteExisting)),
      m_seriesWriter(m_database),
      m_configWriter(m_database),
      m_insertEvent(m_database, "INSERT INTO events(run, wall_time, level, text, kind, step) "
                                "VALUES(?, ?, ?, ?, ?, nullif(?, -1))"),
      m_insertSample(m_database,
                     "INSERT OR REPLACE INTO samples(run, step, sample, source, reference, prediction, "
                     "score, kind) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"),
      m_thinSamples(m_database, "DELETE FROM samples WHERE run = ?1 AND sample >= ?3 AND "
                                "step = (SELECT max(step) FROM samples WHERE run = ?1 AND step < ?2)"),
      m_insertArtifact(
          m_database,
          "INSERT OR REPLACE INTO artifacts(run, kind, path, sha256, bytes) VALUES(?, ?, ?, ?, ?)"),
      m_touch(m_database, "UPDATE runs SET updated_at = ?2 WHERE id = ?1"),
      m_progress(m_database,
                 "UPDATE runs SET step = ?2, total_steps = ?3, epoch = ?4, total_epochs = ?5, phase = ?6, "
                 "steps_per_second = ?7 WHERE id = ?1"),
      m_directory(m_database, "UPDATE runs SET directory = ?2 WHERE id = ?1"),
      m_state(m_database, "UPDATE runs SET state = ?2, error = ?3, "
                          "started_at = CASE WHEN started_at = 0 THEN ?4 ELSE started_at END, ended_at = ?5 "
                          "WHERE id = ?1"),
      m_answer(m_database, "UPDATE commands SET taken_at = ?2, outcome = ?3 WHERE id = ?1"),
      m_giveUp(m_database, "UPDATE commands SET taken_at = ?2, outcome = 'not obeyed: the run ended first' "
                           "WHERE run = ?1 AND taken_at = 0"),
      m_findCheckpoint(
          m_database,
          // A run that was killed could not tell what it wrote: its folder has to do.
          "SELECT run FROM (SELECT run, 1 AS told, 0 AS depth FROM artifacts "
          "WHERE path IN (?1, ?2) AND run < ?3 UNION ALL "
          "SELECT id, 0, length(directory) FROM runs WHERE id < ?3 AND directory <> '' "
          "AND substr(?2, 1, length(directory) + 1) = directory || '/') "
          "ORDER BY told DESC, depth DESC, run DESC LIMIT 1"),
      m_resumed(m_database, "UPDATE runs SET resumed_from = ?2, resumed_step = ?3 WHERE id = ?1"),
      m_dataVersion(m_database, "PRAGMA data_version"),
      m_findCommands(m_database, "SELECT id, kind, value, created_at FROM commands "
                                 "WHERE run = ? AND id > ? AND taken_at = 0 ORDER BY id") {}

void BatchWriter::write(const Batch& batch, const std::set<RunId>& alive) {
    for (const SeriesRow& row : batch.series)
        m_series[row.local] = {row.run, row.name};
    try {
        Transaction transaction(m_database);
        std::set<RunId> touched = alive;
        insertPoints(batch, touched);
        insertRest(batch, touched);
        updateRuns(batch, touched);
        transaction.commit();
    } catch (const DatabaseError&) {
        m_states.clear(); // they know of points that are not there
        throw;
    }
}

/// Null for an id that series() never gave.
SeriesState* BatchWriter::stateOf(SeriesId local) {
    if (const auto known = m_states.find(local); known != m_states.end()) return &known->second;
    const auto series = m_series.find(local);
    if (series == m_series.end()) return nullptr;
    return &m_states.emplace(local, m_seriesWriter.load(series->second.run, series->second.name))
                .first->second;
}

void BatchWriter::forget(RunId run) {
    for (auto series = m_series.begin(); series != m_series.end();) {
        const bool isOurs = series->second.run == run;
        if (isOurs) m_states.erase(series->first);
        series = isOurs ? m_series.erase(series) : std::next(series);
    }
}

/// Series after series, as the table lies.
void BatchWriter::insertPoints(const Batch& batch, std::set<RunId>& touched) {
    for (const SeriesRow& row : batch.series) // also those without a point so far
        touched.insert(stateOf(row.local)->summary.run);
    std::map<SeriesId, std::vector<StoredPoint>> bySeries;
    std::vector<StoredPoint>* target = nullptr;
    SeriesId last{-1};
    std::unordered_map<SeriesId, std::vector<StoredPoint>*> places;
    for (const MetricPoint& point : batch.points) {
        if (point.series != last) {
            last = point.series;
            auto& place = places[last];
            if (place == nullptr) place = &bySeries[last];
            target = place;
        }
        target->push_back({last, point.step, point.wallTime, point.value});
    }
    for (const auto& [local, points] : bySeries) {
        SeriesState* series = stateOf(local);
        if (series == nullptr) continue;
        for (const StoredPoint& point : points)
            m_seriesWriter.add(*series, point);
        m_seriesWriter.finish(*series);
        touched.insert(series->summary.run);
    }
}

void BatchWriter::insertSamples(const Batch& batch, std::set<RunId>& touched) {
    std::map<RunId, std::set<std::int64_t>> steps;
    for (const auto& [run, sample] : batch.samples) {
        m_insertSample
            .bind(number(run), sample.step, sample.index, sample.source, sample.reference, sample.prediction,
                  sample.score, sample.kind)
            .run();
        touched.insert(run);
        steps[run].insert(sample.step);
    }
    for (const auto& [run, all] : steps)
        for (const std::int64_t step : all)
            m_thinSamples.bind(run, step, kOldSamples).run();
}

void BatchWriter::insertRest(const Batch& batch, std::set<RunId>& touched) {
    for (const auto& [run, event] : batch.events) {
        m_insertEvent.bind(number(run), event.wallTime, name(event.level), event.text, event.kind, event.step)
            .run();
        touched.insert(run);
    }
    insertSamples(batch, touched);
    for (const auto& [run, artifact] : batch.artifacts) {
        if (!artifact.members.empty())
            writeManifestRows(m_database, manifestKey(artifact.path), artifact.members);
        m_insertArtifact.bind(number(run), artifact.kind, artifact.path, artifact.sha256, artifact.bytes)
            .run();
        touched.insert(run);
    }
    for (const auto& [run, facts] : batch.environments)
        m_configWriter.write(run, facts);
    for (const auto& [run, resumption] : batch.resumptions)
        linkResumed(run, resumption);
    for (const Answer& answer : batch.answers)
        m_answer.bind(answer.command, answer.takenAt, answer.outcome).run();
}

/// The run that wrote the checkpoint, if it is one of this store.
void BatchWriter::linkResumed(RunId run, const Resumption& resumption) {
    const std::string whole = std::filesystem::absolute(resumption.checkpoint).lexically_normal().string();
    if (m_findCheckpoint.bind(resumption.checkpoint, whole, run).step())
        m_resumed.bind(run, m_findCheckpoint.integer(0), resumption.step).run();
    m_findCheckpoint.reset();
}

void BatchWriter::updateRuns(const Batch& batch, const std::set<RunId>& touched) {
    for (const auto& [run, update] : batch.updates) {
        if (update.progress) {
            const Progress& p = *update.progress;
            m_progress
                .bind(number(run), p.step, p.totalSteps, p.epoch, p.totalEpochs, p.phase, p.stepsPerSecond)
                .run();
        }
        if (update.directory) m_directory.bind(number(run), *update.directory).run();
        if (update.state)
            m_state.bind(number(run), name(*update.state), update.error, update.startedAt, update.endedAt)
                .run();
        if (update.state && isOver(*update.state)) m_giveUp.bind(number(run), update.endedAt).run();
    }
    std::set<RunId> all = touched;
    for (const auto& [run, update] : batch.updates)
        all.insert(run);
    const double now = wallTime();
    for (const RunId run : all)
        m_touch.bind(number(run), now).run();
}

std::vector<CommandRow> BatchWriter::newCommands(const std::set<RunId>& runs,
                                                 std::map<RunId, std::int64_t>& after) {
    std::int64_t version = 0;
    if (m_dataVersion.bind().step()) version = m_dataVersion.integer(0);
    m_dataVersion.reset();
    const bool isChanged = version != m_lastDataVersion;
    std::vector<CommandRow> found;
    for (const RunId run : runs) {
        if (!isChanged && after.contains(run)) continue;
        std::int64_t last = after[run];
        for (m_findCommands.bind(number(run), last); m_findCommands.step();) {
            last = m_findCommands.integer(0);
            found.push_back({.id = last,
                             .run = run,
                             .kind = m_findCommands.text(1),
                             .value = m_findCommands.real(2),
                             .createdAt = m_findCommands.real(3)});
        }
        m_findCommands.reset();
        after[run] = last;
    }
    m_lastDataVersion = version;
    return found;
}

} // namespace fathom::store
