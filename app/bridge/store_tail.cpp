// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/store_tail.h"

#include <algorithm>

namespace fathom::app {

namespace {

std::int64_t number(store::RunId id) {
    return static_cast<std::int64_t>(id);
}

constexpr const char* kMetric = "val_wer";

} // namespace

/// The value, or nullopt with the error kept for error().
template <class T> std::optional<T> StoreTail::take(Result<T> result) {
    if (result) return std::move(*result);
    m_error = std::move(result.error());
    return std::nullopt;
}

bool StoreTail::open() {
    if (m_reader) return true;
    auto reader = store::Reader::open(m_workspace);
    if (!reader) {
        m_error = std::move(reader.error());
        return false;
    }
    m_error.reset();
    m_reader = std::move(*reader);
    return true;
}

bool StoreTail::changed() {
    const std::int64_t version = m_reader->dataVersion();
    if (version == m_version) return false;
    m_version = version;
    return true;
}

void StoreTail::watch(std::optional<store::RunId> run) {
    m_watched.reset();
    if (run) m_watched = Watched{.run = *run};
}

void StoreTail::remember(const RunRow& row) {
    m_states[number(row.run.id)] = row.run.state;
    m_changedAt = std::max(m_changedAt, row.run.changedAt());
}

RunListNewsPtr StoreTail::completeList() {
    auto runs = take(m_reader->runs());
    if (!runs) return nullptr;
    auto news = std::make_shared<RunListNews>();
    news->complete = true;
    m_states.clear();
    std::unordered_map<std::int64_t, RunMetrics> metrics;
    if (const auto column = take(m_reader->metricColumn(kMetric)))
        for (const auto& summary : *column)
            if (summary.points > 0) metrics[number(summary.run)].valWer = summary.last.value;
    news->rows.reserve(runs->size());
    for (auto& run : *runs) {
        RunRow row{.run = std::move(run)};
        if (const auto found = metrics.find(number(row.run.id)); found != metrics.end())
            row.metrics = found->second;
        remember(row);
        news->rows.push_back(std::move(row));
    }
    m_listed = true;
    if (const auto count = take(m_reader->runCount())) m_count = *count;
    return news;
}

void StoreTail::readMetrics(RunRow& row) {
    if (const auto summaries = take(m_reader->summaries(row.run.id)))
        for (const auto& summary : *summaries)
            if (summary.name == kMetric && summary.points > 0) row.metrics.valWer = summary.last.value;
}

RunListNewsPtr StoreTail::runList() {
    if (!m_listed) return completeList();
    const auto count = take(m_reader->runCount());
    if (count && *count < m_count) return completeList(); // some were purged
    if (count) m_count = *count;
    auto runs = take(m_reader->runsUpdatedAfter(m_changedAt));
    if (!runs || runs->empty()) return nullptr;
    const auto cameOrWent = [this](const store::Run& run) { // into the trash or out of it
        return (run.trashedAt > 0) == m_states.contains(number(run.id)) &&
               (run.trashedAt > 0 || run.editedAt > run.updatedAt);
    };
    if (std::any_of(runs->begin(), runs->end(), cameOrWent)) return completeList();
    for (const store::Run& run : *runs)
        m_changedAt = std::max(m_changedAt, run.changedAt());
    std::erase_if(*runs, [](const store::Run& run) { return run.trashedAt > 0; });
    if (runs->empty()) return nullptr;
    auto news = std::make_shared<RunListNews>();
    for (auto& run : *runs) {
        RunRow row{.run = std::move(run)};
        readMetrics(row);
        remember(row);
        news->rows.push_back(std::move(row));
    }
    return news;
}

RunListNewsPtr StoreTail::liveness() {
    auto news = std::make_shared<RunListNews>();
    for (const auto& [id, state] : m_states) {
        if (store::isOver(state)) continue;
        auto run = take(m_reader->run(store::RunId{id}));
        if (!run || !*run || (*run)->state == state) continue;
        RunRow row{.run = std::move(**run)};
        row.run.configJson.clear();
        row.run.configYaml.clear();
        readMetrics(row);
        news->rows.push_back(std::move(row));
    }
    for (const RunRow& row : news->rows)
        remember(row);
    if (news->rows.empty()) return nullptr;
    return news;
}

void StoreTail::readProgress(RunNews& news) {
    const auto summaries = take(m_reader->summaries(m_watched->run));
    if (!summaries) return;
    std::int64_t points = 0;
    for (const store::SeriesSummary& series : *summaries)
        points += series.points;
    if (points == m_watched->points) return;
    m_watched->points = points;
    news.hasPoints = true;
    for (const store::SeriesSummary& series : *summaries)
        if (series.name == "learning_rate" && series.points > 0) news.learningRate = series.last.value;
}

void StoreTail::readTexts(RunNews& news) {
    Watched& w = *m_watched;
    if (auto events = take(m_reader->events(w.run, w.lastEvent)); events && !events->empty()) {
        w.lastEvent = events->back().id;
        news.events = std::move(*events);
    }
    if (auto artifacts = take(m_reader->artifacts(w.run)); artifacts && artifacts->size() != w.artifacts) {
        w.artifacts = artifacts->size();
        news.artifacts = std::move(*artifacts);
    }
}

RunNewsPtr StoreTail::runNews() {
    if (!m_watched) return nullptr;
    auto news = std::make_shared<RunNews>();
    news->run = m_watched->run;
    news->fromStart = m_watched->fresh;
    m_watched->fresh = false;
    readProgress(*news);
    readTexts(*news);
    // Last, so that a run that is over has told everything else before.
    if (auto run = take(m_reader->run(m_watched->run)); run && *run) {
        if ((*run)->updatedAt != m_watched->updatedAt || (*run)->state != m_watched->state ||
            news->fromStart) {
            m_watched->updatedAt = (*run)->updatedAt;
            m_watched->state = (*run)->state;
            news->info = std::move(*run);
        }
    }
    const bool silent =
        !news->fromStart && !news->info && !news->hasPoints && news->events.empty() && !news->artifacts;
    if (silent) return nullptr;
    return news;
}

} // namespace fathom::app
