// SPDX-License-Identifier: Apache-2.0
// The `exp_manager` section: the run's folder, its log file and which models are saved there.
//
//   <exp_dir>/<name>/<version>/            version: local time as 2026-11-24_16-45-02
//     checkpoints/<name>.nemo              the model at the end
//     checkpoints/<name>-best.nemo         the model with the best monitored metric so far
//     cmd-args.log  config.yaml  log.txt
#pragma once

#include "engine/base/log.h"
#include "engine/base/result.h"
#include "engine/config/config.h"
#include "engine/train/exp_manager_params.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fathom::train {

/// The folder that holds a run's folder: <exp_dir>/<name>, or the parent of explicit_log_dir.
[[nodiscard]] std::filesystem::path experimentRoot(const ExpManagerParams& params,
                                                   const config::Config& config);
/// Creates the root if need be and writes a file there to see that it can be done. Errors are Usage and name
/// the key.
[[nodiscard]] Status checkWritable(const ExpManagerParams& params, const config::Config& config);

/// A run's folder with its log file.
class Experiment {
public:
    /// Creates the folder; two runs never share one unless the config names it.
    [[nodiscard]] static Result<std::unique_ptr<Experiment>> create(const ExpManagerParams& params,
                                                                    const config::Config& config);
    ~Experiment();

    [[nodiscard]] const std::filesystem::path& folder() const { return m_folder; }
    [[nodiscard]] const std::filesystem::path& checkpoints() const { return m_checkpoints; }
    [[nodiscard]] const std::string& name() const { return m_name; }
    /// Writes cmd-args.log and config.yaml.
    [[nodiscard]] Status describe(const std::string& command, const config::Config& config) const;
    /// A log that writes to the run's log.txt and passes everything on. Borrows `next`; lives as long as the
    /// experiment.
    [[nodiscard]] Log& logTo(Log& next);
    /// Writes to log.txt alone, once logTo was called.
    void note(LogLevel level, std::string_view text) noexcept;

private:
    class FileLog;
    Experiment();
    std::filesystem::path m_folder;
    std::filesystem::path m_checkpoints;
    std::string m_name;
    std::unique_ptr<FileLog> m_log;
};

/// The checkpoint to go on from, if there is one, by NeMo's rules.
[[nodiscard]] Result<std::optional<std::filesystem::path>> findResume(const ExpManagerParams& params,
                                                                      const Experiment& experiment, Log& log);

} // namespace fathom::train
