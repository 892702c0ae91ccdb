// SPDX-License-Identifier: GPL-3.0-or-later
// The series of the shown runs, read from the run store as they are asked for and kept up to date. Knows no
// thread and no plot.
#pragma once

#include "app/plots/board_facts.h"
#include "engine/store/reader.h"

#include <filesystem>
#include <map>
#include <optional>
#include <vector>

namespace fathom::app {

/// One thread only.
class CurveStore {
public:
    explicit CurveStore(std::filesystem::path workspace) : m_workspace(std::move(workspace)) {}

    /// Opens the store when it exists and is not open yet; false while there is none.
    bool open();
    /// What went wrong last; reading goes on with what there is.
    [[nodiscard]] const std::optional<Error>& error() const { return m_error; }
    /// True when someone committed since the last call.
    [[nodiscard]] bool changed();

    /// The runs and config keys that facts() tells of.
    void setRuns(const std::vector<store::RunId>& runs, const QStringList& configKeys);
    /// Looks again at runs that are not over. True when facts() would say something new.
    bool refresh();
    [[nodiscard]] BoardFactsPtr facts();

    /// What the curve is made of, oldest attempt first. Reads what is new. Pointers hold until the next call
    /// of anything that reads.
    [[nodiscard]] std::vector<Attempt> attempts(const PlotQuery& query, const CurveId& curve);
    /// The same with extremes of at least `atLeast` stretches in place of points, where a series is longer
    /// than `longer`; empty where none is. Reads little.
    [[nodiscard]] std::vector<Attempt> coarse(const PlotQuery& query, const CurveId& curve,
                                              std::size_t atLeast, std::int64_t longer);
    /// Events of a step of the run, placed on the query's x.
    [[nodiscard]] std::vector<MarkNews> marks(const PlotQuery& query, store::RunId run);
    /// True when the curve may have got points since the refresh() before the last.
    [[nodiscard]] bool mayHaveGrown(const CurveId& curve) const;
    /// Once more than `bytes` of columns are held, forgets those of series that are at their end: they are
    /// read again when they are needed.
    void trim(std::size_t bytes);
    /// Bytes of columns that are held.
    [[nodiscard]] std::size_t held() const { return m_points * kPointBytes; }

private:
    static constexpr std::size_t kPointBytes = 24;
    struct KnownSeries {
        SeriesId id{};
        std::int64_t points = 0; ///< at the last look
        SeriesColumns columns{};
        bool final = false; ///< read when its run was over
    };
    struct KnownRun {
        store::Run run{};
        std::vector<TimeSpan> pauses{};
        std::map<std::string, KnownSeries, std::less<>> series{};
        bool wasLive = false; ///< at the last look: what it wrote at its end may not be read yet
    };
    KnownRun* known(store::RunId id);
    bool look(KnownRun& run);
    void readConfig();
    [[nodiscard]] std::vector<store::RunId> lineage(const PlotQuery& query, store::RunId run);
    const SeriesColumns* columns(store::RunId run, const std::string& metric);
    const SeriesColumns* coarseColumns(store::RunId run, const std::string& metric, std::size_t atLeast);
    [[nodiscard]] RunClock clock(const PlotQuery& query, store::RunId run);
    [[nodiscard]] std::int64_t lastStep(const std::vector<store::RunId>& chain, std::size_t attempt);
    template <class T> std::optional<T> take(Result<T> result);

    std::filesystem::path m_workspace;
    std::optional<store::Reader> m_reader;
    std::optional<Error> m_error;
    std::int64_t m_version = -1;
    std::vector<store::RunId> m_runs;
    QStringList m_keys;
    std::map<QString, std::map<store::RunId, QString>> m_config;
    QStringList m_allKeys;
    bool m_readConfig = true;
    std::map<store::RunId, KnownRun> m_known;
    std::size_t m_points = 0;            ///< in all columns
    std::vector<SeriesColumns> m_coarse; ///< what coarse() handed out
};

} // namespace fathom::app
