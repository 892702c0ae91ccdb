// SPDX-License-Identifier: Apache-2.0
#include "engine/exchange/store_sink.h"

#include "engine/base/checksum.h"
#include "engine/base/file.h"

#include <algorithm>
#include <cmath>

namespace fathom::exchange {

namespace fs = std::filesystem;

namespace {

/// Enough to lie series after series in the table, and 32 MB.
constexpr std::size_t kCommitPoints = 1'000'000;

bool isSame(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

} // namespace

StoreSink::StoreSink(store::BulkWriter& writer, fs::path workspace, std::string key, std::string name)
    : m_writer(writer), m_workspace(std::move(workspace)), m_key(std::move(key)), m_name(std::move(name)) {}

Status StoreSink::open() {
    const auto found = m_writer.find(m_key);
    if (!found) return fail(found.error());
    if (*found) {
        m_id = **found;
        return loadStored();
    }
    store::ForeignRun run;
    run.run.name = m_name;
    run.source = m_key;
    run.state = store::RunState::Interrupted;
    run.error = "its import was not finished";
    const Result<store::RunId> added = m_writer.addRun(run);
    if (!added) return fail(added.error());
    m_id = *added;
    m_isNew = true;
    return {};
}

Status StoreSink::loadStored() {
    Result<store::Reader> reader = store::Reader::open(m_workspace);
    if (!reader) return fail(reader.error());
    auto summaries = reader->summaries(m_id);
    if (!summaries) return fail(summaries.error());
    for (store::SeriesSummary& summary : *summaries)
        if (summary.points > 0) m_stored.emplace(summary.name, std::move(summary));
    const auto events = reader->events(m_id);
    if (!events) return fail(events.error());
    m_storedEvents = events->size();
    return {};
}

void StoreSink::note(const Status& status) {
    if (!status && m_status) m_status = status;
}

int StoreSink::series(std::string_view name) {
    const auto [place, isNew] = m_byName.try_emplace(std::string(name), static_cast<int>(m_series.size()));
    if (!isNew) return place->second;
    Series series{.local = m_writer.series(m_id, place->first)};
    if (const auto stored = m_stored.find(place->first); stored != m_stored.end()) {
        series.stored = stored->second.points;
        series.last = stored->second.last;
        m_stored.erase(stored);
    }
    m_series.push_back(series);
    return place->second;
}

void StoreSink::write(std::span<const ImportedPoint> points) {
    if (!good()) return;
    for (const ImportedPoint& point : points) {
        Series& series = m_series[static_cast<std::size_t>(point.series)];
        m_greatestStep = std::max(m_greatestStep, point.step);
        if (m_firstTime == 0) m_firstTime = point.wallTime;
        m_lastTime = std::max(m_lastTime, point.wallTime);
        if (++series.seen > series.stored) {
            m_writer.put({series.local, point.step, point.wallTime, point.value});
            ++m_newPoints;
        } else if (series.seen == series.stored &&
                   !(point.step == series.last.step && isSame(point.value, series.last.value))) {
            m_differs = true;
        }
    }
    if (m_writer.queuedPoints() >= kCommitPoints) note(m_writer.commit());
    m_readPoints += points.size();
    if (onPoints) onPoints(m_readPoints);
}

void StoreSink::event(const store::Event& event) {
    if (good() && ++m_seenEvents > m_storedEvents) m_writer.event(m_id, event);
}

void StoreSink::sample(const store::Sample& sample) {
    if (good()) m_writer.sample(m_id, sample);
}

void StoreSink::artifact(const store::Artifact& artifact) {
    if (good()) m_writer.artifact(m_id, artifact);
}

void StoreSink::media(std::string_view kind, std::string_view name, std::string_view bytes) {
    if (!good()) return;
    const fs::path folder = m_workspace / "imported" / std::to_string(static_cast<std::int64_t>(m_id));
    std::error_code ignored; // writing the file says it better
    fs::create_directories(folder, ignored);
    const fs::path file = fs::absolute(folder, ignored) / name;
    note(writeFileAtomically(file, bytes));
    artifact({.kind = std::string(kind),
              .path = file.string(),
              .sha256 = sha256Hex(std::as_bytes(std::span(bytes.data(), bytes.size()))),
              .bytes = static_cast<std::int64_t>(bytes.size())});
}

void StoreSink::restart() {
    dropWaiting();
    note(m_writer.clear(m_id));
    m_series.clear();
    m_byName.clear();
    m_stored.clear();
    m_storedEvents = m_seenEvents = 0;
    m_newPoints = m_readPoints = 0;
    m_greatestStep = 0;
    m_firstTime = m_lastTime = 0;
    m_differs = false;
    m_isRewritten = !m_isNew;
}

bool StoreSink::matches() {
    flush();
    if (m_differs || !m_stored.empty()) return false;
    return std::all_of(m_series.begin(), m_series.end(),
                       [](const Series& series) { return series.seen >= series.stored; });
}

store::ForeignRun StoreSink::whole() const {
    store::ForeignRun run = m_description;
    if (run.startedAt <= 0) run.startedAt = m_firstTime;
    if (run.endedAt <= 0) run.endedAt = std::max(m_lastTime, run.startedAt);
    if (run.createdAt <= 0) run.createdAt = run.startedAt;
    if (run.progress.step == 0) run.progress.step = std::max<std::int64_t>(m_greatestStep, 0);
    return run;
}

Status StoreSink::commit() {
    flush();
    note(m_writer.commit());
    return m_status;
}

Status StoreSink::touch() {
    m_writer.update(m_id, store::RunState::Running, 0, whole().progress);
    return commit();
}

Status StoreSink::close(std::optional<store::RunState> state, const std::string& error) {
    if (Status written = commit(); !written) return written;
    store::ForeignRun run = whole();
    if (state) run.state = *state;
    if (state && *state == store::RunState::Running) {
        run.process = thisProcess();
        run.endedAt = 0;
    }
    if (!error.empty()) run.error = error;
    note(m_writer.describe(m_id, run,
                           m_isNew ? store::BulkWriter::Edits::Too : store::BulkWriter::Edits::Keep));
    return m_status;
}

} // namespace fathom::exchange
