// SPDX-License-Identifier: Apache-2.0
// The reading side of the run store: a read-only connection. Use one per thread; never on the GUI thread.
#pragma once

#include "engine/base/result.h"
#include "engine/store/types.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace fathom::store {

struct StoredPoint {
    SeriesId series{};
    std::int64_t step = 0;
    double wallTime = 0;
    double value = 0;
};

/// The newest point of a series.
struct LastValue {
    RunId run{};
    std::string name{}; ///< of the series
    StoredPoint point{};
};

/// What came in since the last call.
struct Tail {
    std::int64_t lastRow = 0; ///< hand this to the next call
    std::vector<StoredPoint> points{};
};

class Reader {
public:
    /// Opens `<workspace>/runs.sqlite` read-only. A missing file is an error (BadInput) that says how runs
    /// come to be.
    [[nodiscard]] static Result<Reader> open(const std::filesystem::path& workspace);
    Reader(Reader&&) noexcept;
    Reader& operator=(Reader&&) noexcept;
    ~Reader();

    /// All runs, newest first, without configJson and configYaml, which run() fills in. A run whose process
    /// is gone is reported as Interrupted even before a recorder marked it.
    [[nodiscard]] Result<std::vector<Run>> runs();
    /// Those of runs() that were written to after `wallTime` (Run::updatedAt): what a live table asks for.
    [[nodiscard]] Result<std::vector<Run>> runsUpdatedAfter(double wallTime);
    [[nodiscard]] Result<std::optional<Run>> run(RunId id);
    [[nodiscard]] Result<std::vector<Series>> series(RunId run);
    /// The last point of every series of every run: what a table of runs shows.
    [[nodiscard]] Result<std::vector<LastValue>> lastValues();
    [[nodiscard]] Result<std::vector<LastValue>> lastValues(RunId run);
    /// The least value of the series `name` (val_loss, val_wer) of every run that has it, and where it was.
    /// Reads every point of those series: meant for the few that a validation writes.
    [[nodiscard]] Result<std::vector<LastValue>> leastValues(const std::string& name);
    [[nodiscard]] Result<std::optional<LastValue>> leastValue(RunId run, const std::string& name);
    /// Up to `limit` points of one run with a row id above `afterRow`, in the order they were written. Fewer
    /// than `limit` means that there are no more for now.
    [[nodiscard]] Result<Tail> tail(RunId run, std::int64_t afterRow, std::size_t limit = 200'000);
    [[nodiscard]] Result<std::vector<StoredPoint>> points(SeriesId series);
    [[nodiscard]] Result<std::vector<Event>> events(RunId run, std::int64_t afterEvent = 0);
    /// A command and what became of it (commands.h); nullopt where there is none of that id.
    [[nodiscard]] Result<std::optional<CommandRow>> command(std::int64_t id);
    /// The samples of the last validation that recorded some.
    [[nodiscard]] Result<std::vector<Sample>> lastSamples(RunId run);
    [[nodiscard]] Result<std::vector<Artifact>> artifacts(RunId run);
    /// Changes whenever anyone committed to the database (PRAGMA data_version); cheap to poll.
    [[nodiscard]] std::int64_t dataVersion();

private:
    struct Impl;
    explicit Reader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace fathom::store
