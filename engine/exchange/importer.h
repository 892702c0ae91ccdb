// SPDX-License-Identifier: Apache-2.0
// Brings others' runs into a workspace.
//
//   auto report = importRuns(workspace, "lightning_logs", {});
//
// Repeated, it adds what is new in the source and nothing twice; a run whose source tells another past than
// before is written anew under its id.
#pragma once

#include "engine/exchange/source.h"

#include <functional>
#include <optional>

namespace fathom::exchange {

/// Where an import is; for a progress bar.
struct ImportProgress {
    std::size_t runs = 0; ///< done
    std::size_t totalRuns = 0;
    std::string name{};       ///< of the run that is being read
    std::uint64_t points = 0; ///< read so far, of all runs
};

struct ImportOptions {
    SourceOptions source{};
    std::string namePrefix{}; ///< before the name of each run
    /// Goes on until stopped, and brings in what is written to the source meanwhile (event files, CSV,
    /// Lightning's logs): a
    /// point is in the store about 60 ms after it was written. The runs are this process's and running until
    /// then.
    bool follow = false;
    std::stop_token stop{};
    /// From the calling thread: before each run, and every few thousand points.
    std::function<void(const ImportProgress&)> progress{};
};

struct ImportedRun {
    enum class Outcome { New, Updated, Rewritten, Unchanged };

    store::RunId id{};
    std::string name{};
    Outcome outcome = Outcome::New;
    std::uint64_t newPoints = 0;
    ImportCounts counts{};
    std::optional<Error> error{}; ///< it was not read to its end
};

struct ImportReport {
    std::vector<Format> formats{};
    std::vector<ImportedRun> runs{};
    ImportCounts counts{}; ///< of all runs, and warnings
    double seconds = 0;
};

[[nodiscard]] std::string_view name(ImportedRun::Outcome outcome);

/// Waits for the disk; any thread but the GUI's. Errors: the source (BadInput) or the store (Failed) cannot
/// be opened or written; what concerns one run alone is in the report. Stopped, it keeps what it has
/// (Interrupted, unless it follows).
[[nodiscard]] Result<ImportReport> importRuns(const std::filesystem::path& workspace,
                                              const std::filesystem::path& path,
                                              const ImportOptions& options);

} // namespace fathom::exchange
