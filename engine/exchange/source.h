// SPDX-License-Identifier: Apache-2.0
// What other programs keep of runs: TensorBoard's event files, CSV, Lightning's CSV logs, MLflow's file and
// SQLite stores, W&B's offline runs, and the store of another Fathom workspace.
//
//   auto source = openSource("lightning_logs", {});
//   for (SourceRun& run : source->runs) run.read(sink, stop);
//
// Opening looks at names and descriptions; the points are read by SourceRun::read, one run at a time. Nothing
// here writes to a source.
#pragma once

#include "engine/base/result.h"
#include "engine/exchange/run_sink.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::exchange {

enum class Format { EventFiles, Csv, LightningLogs, MlflowFiles, MlflowDatabase, WandbRuns, Workspace };

/// "tensorboard", "csv", "lightning", "mlflow", "mlflow-sqlite", "wandb", "fathom".
[[nodiscard]] std::string_view name(Format format);
/// The other way round.
[[nodiscard]] std::optional<Format> formatOf(std::string_view name);
[[nodiscard]] const std::vector<Format>& allFormats();

struct SourceRun {
    /// Known again wherever the source lies, if it has ids of its own ("mlflow:<run id>"); otherwise by its
    /// path.
    std::string key{};
    std::string name{};
    std::string resumedFrom{}; ///< key of the run whose checkpoint it went on from
    std::int64_t resumedStep = 0;
    std::filesystem::path folder{}; ///< that is this run's alone, with what other formats keep in it
    /// Tells the sink everything; when called again, what came in since, if hasNews is there, and else
    /// everything again. Errors (BadInput) name the file.
    std::function<Status(RunSink&, const std::stop_token&)> read{};
    /// Whether there may be something new; cheap. Empty: this source cannot be followed.
    std::function<bool()> hasNews{};
    /// Has the next read() begin anew, where it would go on.
    std::function<void()> rewind{};
};

struct Source {
    std::vector<Format> formats{};
    std::vector<SourceRun> runs{};
    std::vector<std::string> warnings{}; ///< what was left out, and why
};

struct SourceOptions {
    std::optional<Format> format{}; ///< that one alone; also for a file with another suffix
    bool keepMedia = false;         ///< see EventOptions
    bool isGrowing = false; ///< it will be followed: rows that are being written are left for later, and
                            ///< formats that cannot be followed are left out
};

/// Whether its runs can be read while they are written.
[[nodiscard]] bool canBeFollowed(Format format);
/// What a path holds; a folder may hold several. Errors (BadInput): nothing that is known.
[[nodiscard]] Result<std::vector<Format>> detectFormats(const std::filesystem::path& path);
/// Everything in a folder. A run that lies in the folder of another format's is left out with a warning:
/// W&B and MLflow keep the event files of a run beside it. Errors (BadInput): the path does not exist, or
/// holds no run; (Usage): it shall be followed and cannot be.
[[nodiscard]] Result<Source> openSource(const std::filesystem::path& path, const SourceOptions& options);

// One for each format; `path` has been found to hold it.
[[nodiscard]] Result<Source> openEventFiles(const std::filesystem::path& path, const SourceOptions& options);
[[nodiscard]] Result<Source> openCsv(const std::filesystem::path& path, const SourceOptions& options);
[[nodiscard]] Result<Source> openLightningLogs(const std::filesystem::path& path,
                                               const SourceOptions& options);
[[nodiscard]] Result<Source> openMlflowFiles(const std::filesystem::path& path);
[[nodiscard]] Result<Source> openMlflowDatabase(const std::filesystem::path& path);
[[nodiscard]] Result<Source> openWandbRuns(const std::filesystem::path& path);
[[nodiscard]] Result<Source> openWorkspace(const std::filesystem::path& path);

/// The file `path` itself, or those files below the folder that are `wanted`, sorted.
[[nodiscard]] std::vector<std::filesystem::path>
filesAt(const std::filesystem::path& path, const std::function<bool(const std::filesystem::path&)>& wanted);

/// The key by which a run is known after it was merged into other workspaces: its own source, or host, title
/// and time of creation.
[[nodiscard]] std::string workspaceKey(const store::Run& run);

} // namespace fathom::exchange
