// SPDX-License-Identifier: Apache-2.0
#include "engine/train/experiment_log.h"

#include "engine/base/clock.h"

#include <array>
#include <ctime>

namespace fathom::train {
namespace {

char letter(LogLevel level) {
    switch (level) {
    case LogLevel::Debug:
        return 'D';
    case LogLevel::Info:
        return 'I';
    case LogLevel::Warning:
        return 'W';
    case LogLevel::Error:
        return 'E';
    }
    return 'I';
}

void put(std::FILE* file, std::string_view line) {
    if (!file) return;
    std::fwrite(line.data(), 1, line.size(), file);
    std::fputc('\n', file);
    std::fflush(file);
}

} // namespace

std::string nemoLogLine(LogLevel level, double secondsSinceEpoch, std::string_view text) {
    const auto seconds = static_cast<std::time_t>(secondsSinceEpoch);
    std::tm local{};
    localtime_r(&seconds, &local);
    std::array<char, 32> time{};
    std::strftime(time.data(), time.size(), "%Y-%m-%d %H:%M:%S", &local);
    std::string line = std::string("[NeMo ") + letter(level) + ' ' + time.data() + " fathom:0] ";
    for (const char c : text) {
        line += c;
        if (c == '\n') line += "    ";
    }
    return line;
}

ExperimentLog::ExperimentLog(const std::filesystem::path& folder, Log& next)
    : m_all(std::fopen((folder / "nemo_log_globalrank-0_localrank-0.txt").c_str(), "ae")),
      m_errors(std::fopen((folder / "nemo_error_log.txt").c_str(), "ae")),
      m_plain(std::fopen((folder / "lightning_logs.txt").c_str(), "ae")),
      m_next(next) {}

void ExperimentLog::write(LogLevel level, std::string_view text) noexcept {
    m_next.write(level, text);
    append(level, text);
}

void ExperimentLog::append(LogLevel level, std::string_view text) noexcept try {
    const std::string line = nemoLogLine(level, wallTime(), text);
    const std::lock_guard lock(m_mutex);
    put(m_all.get(), line);
    if (level >= LogLevel::Warning) put(m_errors.get(), line);
    if (level >= LogLevel::Info) put(m_plain.get(), text);
} catch (...) { // out of memory: the line is lost, the run is not
}

} // namespace fathom::train
