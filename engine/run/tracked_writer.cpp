// SPDX-License-Identifier: Apache-2.0
#include "engine/run/tracked_writer.h"

#include "engine/base/clock.h"

#include <algorithm>

namespace fathom::run {

constexpr double kAnnounceSeconds = 0.05;

TrackedWriter::TrackedWriter(std::shared_ptr<store::RunWriter> target,
                             std::function<void(const RunSnapshot&)> changed,
                             std::function<void(LogLevel, std::string_view)> logged)
    : m_target(std::move(target)), m_changed(std::move(changed)), m_logged(std::move(logged)) {
    m_snapshot.id = m_target->id();
    m_snapshot.title = m_target->run().title();
}

RunSnapshot TrackedWriter::snapshot() const {
    const std::lock_guard lock(m_mutex);
    return m_snapshot;
}

SeriesId TrackedWriter::series(std::string_view name) {
    const SeriesId id = m_target->series(name);
    const std::lock_guard lock(m_mutex);
    const auto known =
        std::find_if(m_series.begin(), m_series.end(), [&](const Known& k) { return k.id == id; });
    if (known == m_series.end()) m_series.push_back({.id = id, .name = std::string(name)});
    return id;
}

void TrackedWriter::put(const MetricPoint& point) noexcept {
    m_target->put(point);
    const std::lock_guard lock(m_mutex);
    const auto known =
        std::find_if(m_series.begin(), m_series.end(), [&](const Known& k) { return k.id == point.series; });
    if (known == m_series.end()) return;
    if (known->position >= m_snapshot.latest.size()) {
        known->position = m_snapshot.latest.size();
        m_snapshot.latest.push_back({.name = known->name});
    }
    LatestValue& latest = m_snapshot.latest[known->position];
    latest.step = point.step;
    latest.value = point.value;
}

void TrackedWriter::event(LogLevel level, std::string_view text) noexcept {
    m_target->event(level, text);
    if (m_logged) m_logged(level, text);
}

void TrackedWriter::mark(std::string_view kind, std::int64_t step, std::string_view text) noexcept {
    m_target->mark(kind, step, text);
    if (m_logged) m_logged(LogLevel::Info, text);
}

void TrackedWriter::progress(const store::Progress& progress) noexcept {
    m_target->progress(progress);
    bool isNewPhase = false; // "paused" may be the last that is told for long
    {
        const std::lock_guard lock(m_mutex);
        isNewPhase = m_snapshot.progress.phase != progress.phase;
        m_snapshot.progress = progress;
    }
    announce(isNewPhase ? Pace::Always : Pace::Throttled);
}

void TrackedWriter::directory(const std::filesystem::path& folder) noexcept {
    m_target->directory(folder);
    {
        const std::lock_guard lock(m_mutex);
        m_snapshot.directory = folder;
    }
    announce(Pace::Throttled);
}

void TrackedWriter::state(store::RunState state, std::string_view error) noexcept {
    {
        const std::lock_guard lock(m_mutex);
        if (store::isOver(m_snapshot.state)) return;
        // A stop that was asked for while the thread was starting is not undone by its "running".
        if (m_snapshot.state == store::RunState::Stopping && state == store::RunState::Running) return;
        m_snapshot.state = state;
        // Within the lock: the end of a run must not be overtaken by a "stopping" of another thread.
        m_target->state(state, error);
    }
    announce(Pace::Always);
}

bool TrackedWriter::markStopping() {
    const RunSnapshot now = snapshot();
    if (now.state == store::RunState::Stopping || store::isOver(now.state)) return false;
    mark("command", now.progress.step, "step " + std::to_string(now.progress.step) + ": stop requested");
    state(store::RunState::Stopping);
    return true;
}

void TrackedWriter::finish(store::RunState state, std::optional<Error> error) {
    const std::string text = error ? error->message() : std::string{};
    {
        const std::lock_guard lock(m_mutex);
        if (store::isOver(m_snapshot.state)) return;
        m_snapshot.error = std::move(error);
    }
    this->state(state, text);
}

void TrackedWriter::announce(Pace pace) noexcept {
    if (!m_changed) return;
    RunSnapshot copy;
    {
        const std::lock_guard lock(m_mutex);
        const double now = wallTime();
        if (pace == Pace::Throttled && now - m_announcedAt < kAnnounceSeconds) return;
        m_announcedAt = now;
        copy = m_snapshot;
    }
    m_changed(copy);
}

} // namespace fathom::run
