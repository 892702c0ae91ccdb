// SPDX-License-Identifier: Apache-2.0
// The reading side of the run store: a read-only connection. Use one per thread; never on the GUI thread.
#pragma once

#include "engine/base/result.h"
#include "engine/store/types.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace fathom::store {

/// The newest point of a series.
struct LastValue {
    RunId run{};
    std::string name{}; ///< of the series
    StoredPoint point{};
};

/// How far a reader is in the series of one run: how many points of each it has.
using TailPosition = std::unordered_map<SeriesId, std::int64_t>;

class Reader {
public:
    /// Opens `<workspace>/runs.sqlite` read-only. A missing file is an error (BadInput) that says how runs
    /// come to be.
    [[nodiscard]] static Result<Reader> open(const std::filesystem::path& workspace);
    Reader(Reader&&) noexcept;
    Reader& operator=(Reader&&) noexcept;
    ~Reader();

    /// All runs but those in the trash, newest first, without configJson and configYaml, which run() fills
    /// in. A run whose process is gone is reported as Interrupted even before a recorder marked it.
    [[nodiscard]] Result<std::vector<Run>> runs();
    [[nodiscard]] Result<std::vector<Run>> trashedRuns();
    /// Those that were written to or edited after `wallTime` (Run::changedAt()), the trashed ones among them:
    /// what a live table asks for. Purged runs are not told: see runCount().
    [[nodiscard]] Result<std::vector<Run>> runsUpdatedAfter(double wallTime);
    /// Runs there are, those in the trash included.
    [[nodiscard]] Result<std::int64_t> runCount();
    [[nodiscard]] Result<std::optional<Run>> run(RunId id);
    [[nodiscard]] Result<std::vector<Series>> series(RunId run);
    [[nodiscard]] Result<std::optional<SeriesId>> seriesNamed(RunId run, const std::string& name);
    /// The last point of every series of every run: what a table of runs shows.
    [[nodiscard]] Result<std::vector<LastValue>> lastValues();
    [[nodiscard]] Result<std::vector<LastValue>> lastValues(RunId run);
    /// Up to `limit` points of one run behind `position`, which it moves on: series after series, each in the
    /// order of writing. Fewer than `limit` means that there are no more for now.
    [[nodiscard]] Result<std::vector<StoredPoint>> tail(RunId run, TailPosition& position,
                                                        std::size_t limit = 200'000);
    /// The points of a series in the order of writing, those from number `first` on.
    [[nodiscard]] Result<std::vector<StoredPoint>> points(SeriesId series, std::int64_t first = 0);
    /// The whole series as at least `atLeast` buckets of consecutive points, or as single points where it has
    /// fewer. Reads about that many buckets however long the series is.
    [[nodiscard]] Result<std::vector<Bucket>> envelope(SeriesId series, std::size_t atLeast);

    /// Keys and metrics that any run has, sorted.
    [[nodiscard]] Result<std::vector<std::string>> configKeys();
    [[nodiscard]] Result<std::vector<std::string>> metricNames();
    /// A key's value in every run that has it, by run id. One range of the table: 20,000 in a few ms.
    [[nodiscard]] Result<std::vector<ConfigCell>> configColumn(const std::string& key);
    /// The summary of that metric of every run that has it, by run id. As quick.
    [[nodiscard]] Result<std::vector<SeriesSummary>> metricColumn(const std::string& name);
    [[nodiscard]] Result<std::vector<SeriesSummary>> summaries(RunId run);
    [[nodiscard]] Result<std::vector<ConfigLeaf>> configLeaves(RunId run);
    [[nodiscard]] Result<std::vector<ConfigLayer>> layers(RunId run);
    [[nodiscard]] Result<Environment> environment(RunId run);
    /// Every environment entry of that name, by run id: a column.
    [[nodiscard]] Result<std::vector<ConfigCell>> environmentColumn(const std::string& name);
    /// The names that any run has, sorted.
    [[nodiscard]] Result<std::vector<std::string>> environmentNames();
    /// The last point up to `step` of a series whose steps ascend and that has that many `points`; its value
    /// is NaN where there is none. A search by halves.
    [[nodiscard]] Result<StoredPoint> pointAt(SeriesId series, std::int64_t points, std::int64_t step);
    /// Times in which the run waited, from its events: pauses that it was asked for.
    [[nodiscard]] Result<std::vector<Pause>> pauses(RunId run);
    [[nodiscard]] Result<std::vector<Event>> events(RunId run, std::int64_t afterEvent = 0);
    /// A command and what became of it (commands.h); nullopt where there is none of that id.
    [[nodiscard]] Result<std::optional<CommandRow>> command(std::int64_t id);
    /// The samples of the last validation that recorded some.
    [[nodiscard]] Result<std::vector<Sample>> lastSamples(RunId run);
    /// Steps of the validations that recorded samples, ascending.
    [[nodiscard]] Result<std::vector<std::int64_t>> sampleSteps(RunId run);
    [[nodiscard]] Result<std::vector<Sample>> samples(RunId run, std::int64_t step);
    [[nodiscard]] Result<std::vector<Artifact>> artifacts(RunId run);
    /// Changes whenever anyone committed to the database (PRAGMA data_version); cheap to poll.
    [[nodiscard]] std::int64_t dataVersion();

private:
    struct Impl;
    explicit Reader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace fathom::store
