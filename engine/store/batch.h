// SPDX-License-Identifier: Apache-2.0
// What waits to be written, and the transaction that writes it. Internal to engine/store.
#pragma once

#include "engine/store/config_rows.h"
#include "engine/store/database.h"
#include "engine/store/series_state.h"
#include "engine/store/types.h"

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace fathom::store {

/// A series as RunWriter::series() named it; the database's own id comes when it is written.
struct SeriesRow {
    SeriesId local{};
    RunId run{};
    std::string name{};
};

template <class T> struct Owned {
    RunId run{};
    T row{};
};

/// What became of a command.
struct Answer {
    std::int64_t command = 0;
    double takenAt = 0;
    std::string outcome{};
};

/// Only the last of each matters.
struct RunUpdate {
    std::optional<Progress> progress{};
    std::optional<std::string> directory{};
    std::optional<RunState> state{};
    std::string error{};
    double startedAt = 0; ///< 0: unchanged
    double endedAt = 0;   ///< 0: unchanged

    void append(RunUpdate&& later);
};

/// What a run went on from.
struct Resumption {
    std::string checkpoint{}; ///< its path
    std::int64_t step = 0;
};

struct Batch {
    std::vector<MetricPoint> points{};
    std::vector<SeriesRow> series{};
    std::vector<Owned<Event>> events{};
    std::vector<Owned<Sample>> samples{};
    std::vector<Owned<Artifact>> artifacts{};
    std::vector<Answer> answers{};
    std::vector<Owned<Resumption>> resumptions{};
    std::map<RunId, Environment> environments{};
    std::map<RunId, RunUpdate> updates{};

    [[nodiscard]] bool empty() const;
    /// Keeps the vectors' memory.
    void clear();
    /// `later` is left empty, with its memory.
    void append(Batch& later);
};

/// Writes batches through one connection. Not thread-safe.
class BatchWriter {
public:
    /// The file must exist: an empty one in its place would not know the runs. Throws DatabaseError.
    explicit BatchWriter(const std::filesystem::path& file);
    /// One transaction: the batch and a sign of life for `alive`. Throws DatabaseError; then nothing of it
    /// was written and the same batch may be tried again, with this or another writer.
    void write(const Batch& batch, const std::set<RunId>& alive);
    /// Commands for these runs with ids above those in `after` (which it moves on) that nobody has taken.
    /// Looks only where another connection has committed since the last call, or where a run is new to
    /// `after`.
    [[nodiscard]] std::vector<CommandRow> newCommands(const std::set<RunId>& runs,
                                                      std::map<RunId, std::int64_t>& after);
    /// Run and name of the local series, for the writer that replaces this one.
    struct KnownSeries {
        RunId run{};
        std::string name{};
    };
    using SeriesTable = std::map<SeriesId, KnownSeries>;
    [[nodiscard]] const SeriesTable& series() const { return m_series; }
    void adopt(SeriesTable series) { m_series = std::move(series); }
    /// That another connection took the run's series out: their local ids are void.
    void forget(RunId run);

private:
    void insertPoints(const Batch& batch, std::set<RunId>& touched);
    [[nodiscard]] SeriesState* stateOf(SeriesId local);
    void insertSamples(const Batch& batch, std::set<RunId>& touched);
    void insertRest(const Batch& batch, std::set<RunId>& touched);
    void updateRuns(const Batch& batch, const std::set<RunId>& touched);
    void linkResumed(RunId run, const Resumption& resumption);

    Database m_database;
    SeriesWriter m_seriesWriter;
    ConfigWriter m_configWriter;
    Statement m_insertEvent;
    Statement m_insertSample;
    Statement m_thinSamples;
    Statement m_insertArtifact;
    Statement m_touch;
    Statement m_progress;
    Statement m_directory;
    Statement m_state;
    Statement m_answer;
    Statement m_giveUp;
    Statement m_findCheckpoint;
    Statement m_resumed;
    Statement m_dataVersion;
    Statement m_findCommands;
    std::int64_t m_lastDataVersion = -1;
    SeriesTable m_series;
    std::unordered_map<SeriesId, SeriesState> m_states; ///< by local id; loaded when first written to
};

} // namespace fathom::store
