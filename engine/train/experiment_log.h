// SPDX-License-Identifier: Apache-2.0
// The log files of a run, in NeMo's formats.
#pragma once

#include "engine/base/log.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

namespace fathom::train {

/// "[NeMo W 2024-01-31 10:00:00 fathom:0] text": NeMo's line, local time, further lines of the text indented.
/// Where NeMo names a Python module and its line there is none here.
[[nodiscard]] std::string nemoLogLine(LogLevel level, double secondsSinceEpoch, std::string_view text);

/// Writes each line to three files of a folder and passes it on:
///   nemo_log_globalrank-0_localrank-0.txt   everything, as NeMo up to 2.x
///   nemo_error_log.txt                      warnings and errors
///   lightning_logs.txt                      everything from Info on, the bare text
/// Files that cannot be written are left out. Any thread.
class ExperimentLog : public Log {
public:
    /// Borrows `next`.
    ExperimentLog(const std::filesystem::path& folder, Log& next);
    void write(LogLevel level, std::string_view text) noexcept override;
    /// To the files alone.
    void append(LogLevel level, std::string_view text) noexcept;

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    using File = std::unique_ptr<std::FILE, Close>;

    std::mutex m_mutex;
    File m_all;
    File m_errors;
    File m_plain;
    Log& m_next;
};

} // namespace fathom::train
