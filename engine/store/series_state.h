// SPDX-License-Identifier: Apache-2.0
// Writing the points of a series with what is kept about them: its summary, and a pyramid of extremes by
// which a curve of any length is drawn from a few hundred rows. Internal to engine/store; throws
// DatabaseError.
#pragma once

#include "engine/store/database.h"
#include "engine/store/types.h"

#include <array>
#include <span>
#include <vector>

namespace fathom::store {

/// Points of a bucket of level 1, and buckets of a level in one of the next.
constexpr std::int64_t kFanOut = 16;
/// Buckets of one row of the table pyramids; what does not fill a row is not written.
constexpr std::int64_t kBlockBuckets = 64;
constexpr int kLevels = 6; ///< the last has buckets of 16^6 points

[[nodiscard]] constexpr std::int64_t bucketPoints(int level) {
    std::int64_t points = 1;
    for (int i = 0; i < level; ++i)
        points *= kFanOut;
    return points;
}
/// Row id of a point. A series has at most 2^32.
[[nodiscard]] constexpr std::int64_t pointRow(std::int64_t series, std::int64_t number) {
    return series << 32 | number;
}

[[nodiscard]] Bucket bucketOf(const StoredPoint& point);
/// The buckets of one row of the table pyramids, whose blob is this struct's memory.
[[nodiscard]] std::vector<Bucket> readBuckets(std::string_view blob);

/// Where a series is between two transactions.
struct SeriesState {
    struct Level {
        std::vector<Bucket> full{}; ///< not yet a row
        Bucket open{};
    };
    std::int64_t id = 0;
    std::int64_t metric = 0;
    SeriesSummary summary{};
    std::array<Level, kLevels> levels{}; ///< [0] is level 1
};

/// Within the caller's transactions. A state that was given points in a transaction that was rolled back must
/// be loaded again.
class SeriesWriter {
public:
    explicit SeriesWriter(Database& database);
    /// The series of that name of a run, made if there is none.
    [[nodiscard]] SeriesState load(RunId run, const std::string& name);
    void add(SeriesState& series, const StoredPoint& point);
    /// After the last add() of a transaction, and before another series' first.
    void finish(const SeriesState& series);

private:
    static constexpr std::size_t kRows = 16; ///< of one insert: a third quicker than one by one
    void insertRows(const SeriesState& series);
    void raise(SeriesState& series, int level, const Bucket& bucket);
    void readLevels(SeriesState& series);

    Statement m_insertSeries;
    Statement m_findSeries;
    Statement m_insertMetric;
    Statement m_findMetric;
    Statement m_findSummary;
    Statement m_insertPoints; ///< kRows of them
    Statement m_insertPoint;
    Statement m_insertSummary;
    Statement m_insertBlock;
    Statement m_selectBlocks;
    Statement m_selectPoints;
    std::vector<StoredPoint> m_waiting; ///< for m_insertPoints, the last ones of the series' summary
};

} // namespace fathom::store
