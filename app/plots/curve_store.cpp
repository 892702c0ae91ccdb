// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/curve_store.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace fathom::app {

namespace {

constexpr std::size_t kMostAttempts = 100; // of a run that was resumed again and again

QString textOf(const Value& value) {
    return QString::fromStdString(value.isString() ? value.asString() : toJson(value));
}

/// The extremes of each stretch at its ends: what is drawn looks the same in as many columns as stretches.
SeriesColumns columnsOf(const std::vector<store::Bucket>& buckets) {
    SeriesColumns columns;
    for (const store::Bucket& bucket : buckets) {
        if (bucket.minimum > bucket.maximum) {
            columns.append(bucket.firstStep, bucket.firstWall, std::numeric_limits<double>::quiet_NaN());
            continue;
        }
        columns.append(bucket.firstStep, bucket.firstWall, bucket.minimum);
        if (bucket.points > 1) columns.append(bucket.lastStep, bucket.lastWall, bucket.maximum);
    }
    return columns;
}

} // namespace

template <class T> std::optional<T> CurveStore::take(Result<T> result) {
    if (result) return std::move(*result);
    m_error = result.error();
    return std::nullopt;
}

bool CurveStore::open() {
    if (m_reader) return true;
    std::error_code ignored;
    if (!std::filesystem::exists(m_workspace / "runs.sqlite", ignored)) return false;
    auto reader = store::Reader::open(m_workspace);
    if (!reader) {
        m_error = reader.error();
        return false;
    }
    m_reader.emplace(std::move(*reader));
    m_error.reset();
    return true;
}

bool CurveStore::changed() {
    const std::int64_t version = m_reader->dataVersion();
    if (version == m_version) return false;
    m_version = version;
    return true;
}

void CurveStore::setRuns(const std::vector<store::RunId>& runs, const QStringList& configKeys) {
    m_runs = runs;
    m_readConfig = m_readConfig || m_keys != configKeys;
    m_keys = configKeys;
}

CurveStore::KnownRun* CurveStore::known(store::RunId id) {
    if (const auto found = m_known.find(id); found != m_known.end()) return &found->second;
    auto run = take(m_reader->run(id));
    if (!run || !*run) return nullptr;
    KnownRun& added = m_known[id];
    added.run = std::move(**run);
    added.run.configJson.clear();
    added.run.configYaml.clear();
    look(added);
    return &added;
}

/// Reads what a run that goes on may have more of. True when that changes the facts.
bool CurveStore::look(KnownRun& known) {
    bool news = false;
    if (const auto summaries = take(m_reader->summaries(known.run.id))) {
        for (const store::SeriesSummary& each : *summaries) {
            const auto [series, isNew] = known.series.try_emplace(each.name, KnownSeries{.id = each.series});
            series->second.points = each.points;
            news = news || isNew;
        }
    }
    if (const auto pauses = take(m_reader->pauses(known.run.id))) {
        known.pauses.clear();
        for (const store::Pause& pause : *pauses)
            known.pauses.push_back({pause.from, pause.to});
    }
    return news;
}

bool CurveStore::refresh() {
    bool news = false;
    for (auto& [id, known] : m_known) {
        known.wasLive = !store::isOver(known.run.state);
        if (!known.wasLive) continue;
        if (auto run = take(m_reader->run(id)); run && *run) {
            news = news || known.run.state != (*run)->state || known.run.startedAt != (*run)->startedAt;
            known.run = std::move(**run);
            known.run.configJson.clear();
            known.run.configYaml.clear();
        }
        news = look(known) || news;
    }
    return news;
}

void CurveStore::readConfig() {
    m_readConfig = false;
    m_config.clear();
    if (auto keys = take(m_reader->configKeys())) {
        m_allKeys.clear();
        for (const std::string& key : *keys)
            m_allKeys.append(QString::fromStdString(key));
    }
    for (const QString& key : std::as_const(m_keys)) {
        auto cells = take(m_reader->configColumn(key.toStdString()));
        if (!cells) continue;
        for (const store::ConfigCell& cell : *cells)
            m_config[key][cell.run] = textOf(cell.value);
    }
}

BoardFactsPtr CurveStore::facts() {
    auto facts = std::make_shared<BoardFacts>();
    std::set<std::string_view> metrics;
    for (const store::RunId id : m_runs)
        if (!m_known.contains(id)) m_readConfig = true; // a new run may have new keys
    if (m_readConfig) readConfig();
    for (const store::RunId id : m_runs) {
        const KnownRun* run = known(id);
        if (run == nullptr) continue;
        RunFacts& added = facts->runs.emplace_back();
        added.id = id;
        added.title = QString::fromStdString(run->run.title());
        added.state = run->run.state;
        added.startedAt = run->run.startedAt;
        added.resumedFrom = run->run.resumedFrom;
        for (const auto& [key, values] : m_config)
            if (const auto found = values.find(id); found != values.end()) added.config[key] = found->second;
        for (const auto& [name, series] : run->series)
            metrics.insert(name);
    }
    for (const std::string_view name : metrics)
        facts->metrics.append(QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())));
    facts->configKeys = m_allKeys;
    return facts;
}

std::vector<store::RunId> CurveStore::lineage(const PlotQuery& query, store::RunId run) {
    std::vector<store::RunId> chain{run};
    while (query.joinResumed && chain.size() < kMostAttempts) {
        const KnownRun* latest = known(chain.back());
        if (latest == nullptr || !latest->run.resumedFrom) break;
        const store::RunId from = *latest->run.resumedFrom;
        if (std::find(chain.begin(), chain.end(), from) != chain.end() || known(from) == nullptr) break;
        chain.push_back(from);
    }
    std::reverse(chain.begin(), chain.end());
    return chain;
}

std::int64_t CurveStore::lastStep(const std::vector<store::RunId>& chain, std::size_t attempt) {
    if (attempt + 1 < chain.size()) return known(chain[attempt + 1])->run.resumedStep;
    return std::numeric_limits<std::int64_t>::max();
}

const SeriesColumns* CurveStore::columns(store::RunId run, const std::string& metric) {
    KnownRun* known = this->known(run);
    if (known == nullptr) return nullptr;
    const auto found = known->series.find(metric);
    if (found == known->series.end()) return nullptr;
    SeriesColumns& columns = found->second.columns;
    if (found->second.final) return &columns;
    const auto points = take(m_reader->points(found->second.id, static_cast<std::int64_t>(columns.size())));
    if (!points) return &columns;
    found->second.final = store::isOver(known->run.state);
    m_points += points->size();
    for (const store::StoredPoint& point : *points)
        columns.append(point.step, point.wallTime, point.value);
    return &columns;
}

RunClock CurveStore::clock(const PlotQuery& query, store::RunId id) {
    const KnownRun* run = known(id);
    RunClock clock{.start = run->run.startedAt > 0 ? run->run.startedAt : run->run.createdAt,
                   .pauses = run->pauses};
    if (query.axis == XAxis::Epoch) clock.epochs = columns(id, "epoch");
    if (query.axis == XAxis::Metric) clock.metric = columns(id, query.xMetric);
    return clock;
}

std::vector<Attempt> CurveStore::attempts(const PlotQuery& query, const CurveId& curve) {
    std::vector<Attempt> attempts;
    if (known(curve.run) == nullptr) return attempts;
    const std::vector<store::RunId> chain = lineage(query, curve.run);
    for (std::size_t i = 0; i < chain.size(); ++i)
        attempts.push_back({.series = columns(chain[i], curve.metric),
                            .clock = clock(query, chain[i]),
                            .lastStep = lastStep(chain, i)});
    return attempts;
}

const SeriesColumns* CurveStore::coarseColumns(store::RunId run, const std::string& metric,
                                               std::size_t atLeast) {
    const KnownRun* known = this->known(run);
    const auto found = known->series.find(metric);
    if (found == known->series.end()) return nullptr;
    const auto buckets = take(m_reader->envelope(found->second.id, atLeast));
    if (!buckets) return nullptr;
    m_coarse.push_back(columnsOf(*buckets));
    return &m_coarse.back();
}

std::vector<Attempt> CurveStore::coarse(const PlotQuery& query, const CurveId& curve, std::size_t atLeast,
                                        std::int64_t longer) {
    std::vector<Attempt> attempts;
    if (known(curve.run) == nullptr) return attempts;
    const std::vector<store::RunId> chain = lineage(query, curve.run);
    const bool isLong = std::any_of(chain.begin(), chain.end(), [&](store::RunId run) {
        const auto& series = known(run)->series;
        const auto found = series.find(curve.metric);
        return found != series.end() && found->second.points > longer;
    });
    if (!isLong) return attempts;
    m_coarse.clear();
    m_coarse.reserve(chain.size()); // addresses stay
    for (std::size_t i = 0; i < chain.size(); ++i)
        attempts.push_back({.series = coarseColumns(chain[i], curve.metric, atLeast),
                            .clock = clock(query, chain[i]),
                            .lastStep = lastStep(chain, i)});
    return attempts;
}

std::vector<MarkNews> CurveStore::marks(const PlotQuery& query, store::RunId run) {
    std::vector<MarkNews> marks;
    if (known(run) == nullptr) return marks;
    std::vector<store::Event> events;
    const std::vector<store::RunId> chain = lineage(query, run);
    std::vector<SeriesColumns> columns(chain.size());
    std::vector<Attempt> attempts;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        for (store::Event& event : take(m_reader->events(chain[i])).value_or(std::vector<store::Event>{})) {
            if (event.step < 0 || event.kind == "log") continue;
            columns[i].append(event.step, event.wallTime, static_cast<double>(events.size()));
            events.push_back(std::move(event));
        }
        attempts.push_back(
            {.series = &columns[i], .clock = clock(query, chain[i]), .lastStep = lastStep(chain, i)});
    }
    const CurvePoints places = curveOf(query.axis, attempts);
    for (std::size_t i = 0; i < places.x.size(); ++i) {
        const store::Event& event = events[static_cast<std::size_t>(places.y[i])];
        marks.push_back({.x = places.x[i],
                         .text = QString::fromStdString(event.text),
                         .minor = event.kind == "checkpoint"});
    }
    return marks;
}

bool CurveStore::mayHaveGrown(const CurveId& curve) const {
    const auto found = m_known.find(curve.run);
    return found == m_known.end() || found->second.wasLive; // it may have come into being
}

void CurveStore::trim(std::size_t bytes) {
    for (auto& [id, run] : m_known)
        for (auto& [name, series] : run.series) {
            if (held() <= bytes) return;
            if (!series.final) continue; // a live one goes on from here
            m_points -= series.columns.size();
            series.columns = {};
            series.final = false;
        }
}

} // namespace fathom::app
