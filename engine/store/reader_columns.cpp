// SPDX-License-Identifier: Apache-2.0
// Reader: what is kept about runs beside their points, as columns over all runs and for one run.
#include "engine/store/config_rows.h"
#include "engine/store/reader_impl.h"
#include "engine/store/series_state.h"

#include <limits>

namespace fathom::store {

namespace {

std::vector<std::string> texts(Statement& select) {
    std::vector<std::string> found;
    while (select.step())
        found.push_back(select.text(0));
    select.reset();
    return found;
}

Result<std::vector<LastValue>> lastOf(const Result<std::vector<SeriesSummary>>& summaries) {
    if (!summaries) return fail(summaries.error());
    std::vector<LastValue> values;
    for (const SeriesSummary& summary : *summaries)
        if (summary.points > 0) values.push_back({summary.run, summary.name, summary.last});
    return values;
}

/// Statements that readSummaries() reads begin with these.
#define FATHOM_SUMMARY_COLUMNS                                                                               \
    "s.run, s.series, m.name, s.points, s.not_finite, s.last_step, s.last_wall_time, s.last, s.least_step, " \
    "s.least_wall_time, s.least, s.greatest_step, s.greatest_wall_time, s.greatest"

} // namespace

void Reader::Impl::readSummaries(Statement& select, std::vector<SeriesSummary>& summaries) {
    while (select.step()) {
        SeriesSummary summary;
        summary.run = RunId{select.integer(0)};
        summary.series = SeriesId{select.integer(1)};
        summary.name = select.text(2);
        summary.points = select.integer(3);
        summary.notFinite = select.integer(4);
        int column = 5;
        for (StoredPoint* point : {&summary.last, &summary.least, &summary.greatest}) {
            *point = {summary.series, select.integer(column), select.real(column + 1),
                      select.real(column + 2)};
            column += 3;
        }
        summaries.push_back(std::move(summary));
    }
    select.reset();
}

Result<std::vector<SeriesSummary>> Reader::metricColumn(const std::string& name) {
    return m_impl->read<std::vector<SeriesSummary>>([&](std::vector<SeriesSummary>& summaries) {
        Statement& select = m_impl->statement("SELECT " FATHOM_SUMMARY_COLUMNS
                                              " FROM metric_names m JOIN summaries s ON s.metric = m.id "
                                              "WHERE m.name = ? ORDER BY s.run");
        m_impl->readSummaries(select.bind(name), summaries);
    });
}

/// The table lies by metric: one look for each name there is.
Result<std::vector<SeriesSummary>> Reader::summaries(RunId run) {
    return m_impl->read<std::vector<SeriesSummary>>([&](std::vector<SeriesSummary>& summaries) {
        Statement& select =
            m_impl->statement("SELECT " FATHOM_SUMMARY_COLUMNS " FROM metric_names m CROSS JOIN summaries s "
                              "ON s.metric = m.id AND s.run = ? ORDER BY s.series");
        m_impl->readSummaries(select.bind(run), summaries);
    });
}

Result<std::vector<std::string>> Reader::configKeys() {
    return m_impl->read<std::vector<std::string>>([&](std::vector<std::string>& keys) {
        keys = texts(m_impl->statement("SELECT name FROM config_keys ORDER BY name"));
    });
}

Result<std::vector<std::string>> Reader::metricNames() {
    return m_impl->read<std::vector<std::string>>([&](std::vector<std::string>& names) {
        names = texts(m_impl->statement("SELECT name FROM metric_names ORDER BY name"));
    });
}

Result<std::vector<ConfigCell>> Reader::configColumn(const std::string& key) {
    return m_impl->read<std::vector<ConfigCell>>([&](std::vector<ConfigCell>& cells) {
        std::map<std::int64_t, std::string> layers;
        Statement& origins = m_impl->statement("SELECT id, layer FROM config_origins");
        while (origins.step())
            layers.emplace(origins.integer(0), origins.text(1));
        origins.reset();
        Statement& select =
            m_impl->statement("SELECT run, type, value, origin FROM config_values "
                              "WHERE key = (SELECT id FROM config_keys WHERE name = ?) ORDER BY run");
        for (select.bind(key); select.step();)
            cells.push_back({RunId{select.integer(0)}, readValue(select, 1, 2), layers[select.integer(3)]});
        select.reset();
    });
}

Result<std::vector<ConfigLeaf>> Reader::configLeaves(RunId run) {
    return m_impl->read<std::vector<ConfigLeaf>>([&](std::vector<ConfigLeaf>& leaves) {
        Statement& select = m_impl->statement(
            "SELECT k.name, v.type, v.value, o.layer, o.place FROM config_keys k CROSS JOIN config_values v "
            "ON v.key = k.id AND v.run = ? CROSS JOIN config_origins o ON o.id = v.origin ORDER BY "
            "v.position");
        for (select.bind(run); select.step();)
            leaves.push_back({select.text(0), readValue(select, 1, 2), select.text(3), select.text(4)});
        select.reset();
    });
}

Result<std::vector<ConfigLayer>> Reader::layers(RunId run) {
    return m_impl->read<std::vector<ConfigLayer>>([&](std::vector<ConfigLayer>& layers) {
        Statement& select = m_impl->statement("SELECT l.kind, l.name, t.text FROM layers l JOIN texts t "
                                              "ON t.id = l.text WHERE l.run = ? ORDER BY l.position");
        for (select.bind(run); select.step();)
            layers.push_back({select.text(0), select.text(1), select.text(2)});
        select.reset();
    });
}

Result<Environment> Reader::environment(RunId run) {
    return m_impl->read<Environment>([&](Environment& environment) {
        Statement& select = m_impl->statement("SELECT name, value FROM environment WHERE run = ?");
        for (select.bind(run); select.step();)
            environment.emplace(select.text(0), select.text(1));
        select.reset();
    });
}

Result<std::vector<ConfigCell>> Reader::environmentColumn(const std::string& name) {
    return m_impl->read<std::vector<ConfigCell>>([&](std::vector<ConfigCell>& cells) {
        Statement& select =
            m_impl->statement("SELECT run, value FROM environment WHERE name = ? ORDER BY run");
        for (select.bind(name); select.step();)
            cells.push_back({RunId{select.integer(0)}, Value(select.text(1)), {}});
        select.reset();
    });
}

/// From one name to the next: the table has as many rows as there are runs for each.
Result<std::vector<std::string>> Reader::environmentNames() {
    return m_impl->read<std::vector<std::string>>([&](std::vector<std::string>& names) {
        names = texts(m_impl->statement(
            "WITH RECURSIVE each(name) AS (SELECT min(name) FROM environment UNION ALL SELECT (SELECT "
            "min(e.name) FROM environment e WHERE e.name > each.name) FROM each WHERE each.name IS NOT NULL) "
            "SELECT name FROM each WHERE name IS NOT NULL"));
    });
}

Result<StoredPoint> Reader::pointAt(SeriesId series, std::int64_t points, std::int64_t step) {
    return m_impl->read<StoredPoint>([&](StoredPoint& found) {
        const auto id = static_cast<std::int64_t>(series);
        found = {.series = series, .step = -1, .value = std::numeric_limits<double>::quiet_NaN()};
        Statement& select = m_impl->statement("SELECT step, wall_time, value FROM points WHERE id = ?");
        std::int64_t low = 0, high = points; // the first point after `step` is in [low, high]
        while (low < high) {
            const std::int64_t middle = low + (high - low) / 2;
            const bool isUpTo = select.bind(pointRow(id, middle)).step() && select.integer(0) <= step;
            if (isUpTo) found = {series, select.integer(0), select.real(1), select.real(2)};
            select.reset();
            (isUpTo ? low : high) = isUpTo ? middle + 1 : middle;
        }
    });
}

Result<std::vector<LastValue>> Reader::lastValues(RunId run) {
    return lastOf(summaries(run));
}

Result<std::vector<LastValue>> Reader::lastValues() {
    return lastOf(m_impl->read<std::vector<SeriesSummary>>([&](std::vector<SeriesSummary>& summaries) {
        m_impl->readSummaries(m_impl->statement("SELECT " FATHOM_SUMMARY_COLUMNS
                                                " FROM summaries s JOIN metric_names m ON m.id = s.metric "
                                                "ORDER BY s.series"),
                              summaries);
    }));
}

Result<std::vector<Bucket>> Reader::envelope(SeriesId series, std::size_t atLeast) {
    const auto id = static_cast<std::int64_t>(series);
    return m_impl->read<std::vector<Bucket>>([&](std::vector<Bucket>& buckets) {
        Statement& last = m_impl->statement("SELECT max(id) FROM points WHERE id >= ? AND id < ?");
        std::int64_t points = 0;
        if (last.bind(pointRow(id, 0), pointRow(id + 1, 0)).step() && !last.isNull(0))
            points = last.integer(0) - pointRow(id, 0) + 1;
        last.reset();
        int level = kLevels;
        while (level > 0 && points / bucketPoints(level) < static_cast<std::int64_t>(atLeast))
            --level;
        std::int64_t next = 0; // the first point that is in no bucket yet
        for (; level > 0; --level) {
            const std::int64_t rowPoints = kBlockBuckets * bucketPoints(level);
            Statement& blocks = m_impl->statement(
                "SELECT buckets FROM pyramids WHERE series = ? AND level = ? AND block >= ? ORDER BY block");
            for (blocks.bind(id, level, next / rowPoints); blocks.step(); next += rowPoints) {
                const std::vector<Bucket> row = readBuckets(blocks.bytes(0));
                buckets.insert(buckets.end(), row.begin(), row.end());
            }
            blocks.reset();
        }
        std::vector<StoredPoint> rest;
        m_impl->readPoints(id, next, -1, rest);
        for (const StoredPoint& point : rest)
            buckets.push_back(bucketOf(point));
    });
}

/// From what the run wrote down when it obeyed.
Result<std::vector<Pause>> Reader::pauses(RunId run) {
    return m_impl->read<std::vector<Pause>>([&](std::vector<Pause>& pauses) {
        Statement& select = m_impl->statement(
            "SELECT wall_time, text LIKE '%: paused' FROM events WHERE run = ? AND kind = 'command' "
            "AND (text LIKE '%: paused' OR text LIKE '%: resumed') ORDER BY id");
        bool isPaused = false;
        for (select.bind(run); select.step();) {
            const bool begins = select.integer(1) != 0;
            if (begins && !isPaused) pauses.push_back({select.real(0), select.real(0)});
            if (!begins && isPaused) pauses.back().to = select.real(0);
            isPaused = begins;
        }
        select.reset();
        Statement& end = m_impl->statement("SELECT ended_at, updated_at FROM runs WHERE id = ?");
        if (isPaused && end.bind(run).step()) pauses.back().to = end.real(0) > 0 ? end.real(0) : end.real(1);
        end.reset();
    });
}

} // namespace fathom::store
