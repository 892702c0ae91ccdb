// SPDX-License-Identifier: Apache-2.0
#include "engine/store/series_state.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace fathom::store {

static_assert(sizeof(Bucket) == 9 * 8 && std::endian::native == std::endian::little, "the blobs' format");

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
const Bucket kEmpty{.minimum = kInfinity, .maximum = -kInfinity};

std::string insertPoints(std::size_t rows) {
    std::string sql = "INSERT INTO points(id, step, wall_time, value) VALUES(?, ?, ?, ?)";
    for (std::size_t i = 1; i < rows; ++i)
        sql += ", (?, ?, ?, ?)";
    return sql;
}

void include(Bucket& bucket, const Bucket& next) {
    if (bucket.points == 0) {
        bucket = next;
        return;
    }
    bucket.lastStep = next.lastStep;
    bucket.lastWall = next.lastWall;
    bucket.minimum = std::min(bucket.minimum, next.minimum);
    bucket.maximum = std::max(bucket.maximum, next.maximum);
    bucket.points += next.points;
    bucket.nan += next.nan;
    bucket.infinite += next.infinite;
}

void include(SeriesSummary& summary, const StoredPoint& point) {
    ++summary.points;
    summary.last = point;
    if (!std::isfinite(point.value)) {
        ++summary.notFinite;
        return;
    }
    if (!(summary.least.value <= point.value)) summary.least = point; // also from NaN
    if (!(summary.greatest.value >= point.value)) summary.greatest = point;
}

StoredPoint readPoint(const Statement& row, int column) {
    return {.step = row.integer(column), .wallTime = row.real(column + 1), .value = row.real(column + 2)};
}

/// The value of the first row's first column, 0 without a row.
std::int64_t idOf(Statement& find) {
    const std::int64_t id = find.step() ? find.integer(0) : 0;
    find.reset();
    return id;
}

/// Without rows and without the level above.
void place(SeriesState::Level& level, int number, const Bucket& bucket) {
    include(level.open, bucket);
    if (level.open.points < bucketPoints(number)) return;
    level.full.push_back(level.open);
    level.open = kEmpty;
}

} // namespace

Bucket bucketOf(const StoredPoint& point) {
    Bucket bucket{.firstStep = point.step,
                  .lastStep = point.step,
                  .firstWall = point.wallTime,
                  .lastWall = point.wallTime,
                  .minimum = point.value,
                  .maximum = point.value,
                  .points = 1};
    if (std::isfinite(point.value)) return bucket;
    bucket.minimum = kInfinity;
    bucket.maximum = -kInfinity;
    (std::isnan(point.value) ? bucket.nan : bucket.infinite) = 1;
    return bucket;
}

std::vector<Bucket> readBuckets(std::string_view blob) {
    std::vector<Bucket> buckets(blob.size() / sizeof(Bucket));
    if (!buckets.empty()) std::memcpy(buckets.data(), blob.data(), buckets.size() * sizeof(Bucket));
    return buckets;
}

SeriesWriter::SeriesWriter(Database& database)
    : m_insertSeries(database, "INSERT INTO series(run, name) VALUES(?, ?) RETURNING id"),
      m_findSeries(database, "SELECT id FROM series WHERE run = ? AND name = ?"),
      m_insertMetric(database, "INSERT INTO metric_names(name) VALUES(?) RETURNING id"),
      m_findMetric(database, "SELECT id FROM metric_names WHERE name = ?"),
      m_findSummary(
          database,
          "SELECT points, not_finite, last_step, last_wall_time, last, least_step, least_wall_time, "
          "least, greatest_step, greatest_wall_time, greatest FROM summaries WHERE metric = ? AND run = ?"),
      m_insertPoints(database, insertPoints(kRows)),
      m_insertPoint(database, insertPoints(1)),
      m_insertSummary(database,
                      "INSERT OR REPLACE INTO summaries VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      m_insertBlock(database,
                    "INSERT OR REPLACE INTO pyramids(series, level, block, buckets) VALUES(?, ?, ?, ?)"),
      m_selectBlocks(database, "SELECT buckets FROM pyramids WHERE series = ? AND level = ? AND block >= ? "
                               "ORDER BY block"),
      m_selectPoints(database,
                     "SELECT step, wall_time, value FROM points WHERE id >= ? AND id < ? ORDER BY id") {
    m_waiting.reserve(kRows);
}

SeriesState SeriesWriter::load(RunId run, const std::string& name) {
    SeriesState series;
    series.id = idOf(m_findSeries.bind(run, name));
    if (series.id == 0) series.id = idOf(m_insertSeries.bind(run, name));
    series.metric = idOf(m_findMetric.bind(name));
    if (series.metric == 0) series.metric = idOf(m_insertMetric.bind(name));
    series.summary = {.run = run, .series = SeriesId{series.id}, .name = name};
    series.summary.last.value = series.summary.least.value = series.summary.greatest.value = kNan;
    for (SeriesState::Level& level : series.levels)
        level.open = kEmpty;
    if (m_findSummary.bind(series.metric, run).step()) {
        series.summary.points = m_findSummary.integer(0);
        series.summary.notFinite = m_findSummary.integer(1);
        series.summary.last = readPoint(m_findSummary, 2);
        series.summary.least = readPoint(m_findSummary, 5);
        series.summary.greatest = readPoint(m_findSummary, 8);
    }
    m_findSummary.reset();
    if (series.summary.points > 0) readLevels(series);
    return series;
}

/// What fills no row yet: level 1 from points, each other from the level below.
void SeriesWriter::readLevels(SeriesState& series) {
    const std::int64_t points = series.summary.points;
    for (int level = 1; level <= kLevels; ++level) {
        SeriesState::Level& target = series.levels[static_cast<std::size_t>(level - 1)];
        const std::int64_t rowPoints = kBlockBuckets * bucketPoints(level);
        const std::int64_t written = points / rowPoints;
        if (level == 1) {
            const std::int64_t first = pointRow(series.id, written * rowPoints);
            for (m_selectPoints.bind(first, pointRow(series.id + 1, 0)); m_selectPoints.step();)
                place(target, level, bucketOf(readPoint(m_selectPoints, 0)));
            m_selectPoints.reset();
            continue;
        }
        for (m_selectBlocks.bind(series.id, level - 1, written * kFanOut); m_selectBlocks.step();)
            for (const Bucket& bucket : readBuckets(m_selectBlocks.bytes(0)))
                place(target, level, bucket);
        m_selectBlocks.reset();
        for (const Bucket& bucket : series.levels[static_cast<std::size_t>(level - 2)].full)
            place(target, level, bucket);
    }
}

void SeriesWriter::raise(SeriesState& series, int level, const Bucket& bucket) {
    SeriesState::Level& target = series.levels[static_cast<std::size_t>(level - 1)];
    const std::size_t before = target.full.size();
    place(target, level, bucket);
    if (target.full.size() == before) return;
    const Bucket complete = target.full.back();
    if (target.full.size() == static_cast<std::size_t>(kBlockBuckets)) {
        const std::int64_t block = series.summary.points / (kBlockBuckets * bucketPoints(level)) - 1;
        m_insertBlock.bind(series.id, level, block);
        m_insertBlock.setBytes(4, {reinterpret_cast<const char*>(target.full.data()), // plain bytes
                                   target.full.size() * sizeof(Bucket)});
        m_insertBlock.run();
        target.full.clear();
    }
    if (level < kLevels) raise(series, level + 1, complete);
}

void SeriesWriter::add(SeriesState& series, const StoredPoint& point) {
    include(series.summary, point);
    m_waiting.push_back(point);
    if (m_waiting.size() == kRows) insertRows(series);
    raise(series, 1, bucketOf(point));
}

void SeriesWriter::insertRows(const SeriesState& series) {
    std::int64_t row =
        pointRow(series.id, series.summary.points - static_cast<std::int64_t>(m_waiting.size()));
    if (m_waiting.size() == kRows) {
        m_insertPoints.reset();
        int index = 0;
        for (const StoredPoint& point : m_waiting) {
            m_insertPoints.set(++index, row++);
            m_insertPoints.set(++index, point.step);
            m_insertPoints.set(++index, point.wallTime);
            m_insertPoints.set(++index, point.value);
        }
        m_insertPoints.run();
    } else {
        for (const StoredPoint& point : m_waiting)
            m_insertPoint.bind(row++, point.step, point.wallTime, point.value).run();
    }
    m_waiting.clear();
}

void SeriesWriter::finish(const SeriesState& series) {
    insertRows(series);
    const SeriesSummary& s = series.summary;
    m_insertSummary
        .bind(series.metric, s.run, series.id, s.points, s.notFinite, s.last.step, s.last.wallTime,
              s.last.value, s.least.step, s.least.wallTime, s.least.value, s.greatest.step,
              s.greatest.wallTime, s.greatest.value)
        .run();
}

} // namespace fathom::store
