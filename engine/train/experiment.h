// SPDX-License-Identifier: Apache-2.0
// The folder of a run as nemo.utils.exp_manager lays it out, its log files, and what it goes on from.
//
//   <exp_dir>/<name>/<version>/            version: local time as 2026-11-24_16-45-02
//     checkpoints/
//     cmd-args.log  git-info.log  config.yaml  hparams.yaml  events.out.tfevents.…
//     nemo_log_globalrank-0_localrank-0.txt  nemo_error_log.txt  lightning_logs.txt
//     run_0/ …                             the files of earlier runs in the same folder
//
// With resume_if_exists there is no version folder; event files and hparams.yaml then lie in version_<n>/.
#pragma once

#include "engine/base/log.h"
#include "engine/base/result.h"
#include "engine/config/config.h"
#include "engine/train/exp_manager_params.h"
#include "engine/train/experiment_log.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fathom::train {

/// The folder that holds a run's folder: <exp_dir>/<name>, or the parent of explicit_log_dir.
[[nodiscard]] std::filesystem::path experimentRoot(const ExpManagerParams& params);

/// What can be known before there is a run: that the root can be written (it is made if need be), that
/// files_to_copy are there, and that what is to be resumed can be. Errors are Usage and name the key.
[[nodiscard]] Status checkExperiment(const ExpManagerParams& params, const config::Config& config);

/// A run's folder with its log files.
class Experiment {
public:
    /// Makes the folder; two runs never share one unless the config or $NEMO_EXPM_VERSION names it. The files
    /// of an earlier run there (it left a cmd-args.log) move to run_<k>, its unfinished checkpoints go, and
    /// files_to_copy are copied. Nothing is touched when there is nothing to resume though there should be.
    [[nodiscard]] static Result<std::unique_ptr<Experiment>> create(const ExpManagerParams& params,
                                                                    const config::Config& config);

    [[nodiscard]] const std::filesystem::path& folder() const { return m_folder; }
    [[nodiscard]] const std::filesystem::path& checkpoints() const { return m_checkpoints; }
    /// Where event files and hparams.yaml lie.
    [[nodiscard]] const std::filesystem::path& tensorboard() const { return m_tensorboard; }
    [[nodiscard]] const std::string& name() const { return m_name; }
    /// The checkpoint that the run goes on from.
    [[nodiscard]] const std::optional<std::filesystem::path>& resumeFrom() const { return m_resumeFrom; }

    /// Writes cmd-args.log, git-info.log (of the current folder, where it is in a repository; waits for git
    /// at most 2 s) and config.yaml, the whole config resolved.
    [[nodiscard]] Status describe(const std::string& command, const config::Config& config) const;
    /// Writes hparams.yaml unless it is there.
    [[nodiscard]] Status writeHyperparameters(const Value& parameters) const;
    /// A log that writes to the run's files and passes everything on; what create() had to say comes first.
    /// Borrows `next`; lives as long as the experiment.
    [[nodiscard]] Log& logTo(Log& next);
    /// Writes to the files alone, once logTo was called.
    void note(LogLevel level, std::string_view text) noexcept;

private:
    Experiment() = default;
    [[nodiscard]] Status makeFolder(const ExpManagerParams& params, const config::Config& config);
    [[nodiscard]] Status moveOldFiles(const config::Config& config);
    void say(LogLevel level, std::string text) { m_pending.emplace_back(level, std::move(text)); }

    std::filesystem::path m_folder;
    std::filesystem::path m_checkpoints;
    std::filesystem::path m_tensorboard;
    std::string m_name;
    std::optional<std::filesystem::path> m_resumeFrom;
    std::vector<std::pair<LogLevel, std::string>> m_pending; ///< until there is a log
    std::unique_ptr<ExperimentLog> m_log;
};

} // namespace fathom::train
