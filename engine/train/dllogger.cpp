// SPDX-License-Identifier: Apache-2.0
#include "engine/train/dllogger.h"

#include "engine/base/clock.h"

#include <array>
#include <cmath>
#include <ctime>

namespace fathom::train {
namespace {

/// As Python's str(datetime) writes it, local time.
std::string dateTime(double secondsSinceEpoch) {
    const auto seconds = static_cast<std::time_t>(secondsSinceEpoch);
    std::tm local{};
    localtime_r(&seconds, &local);
    std::array<char, 32> day{};
    std::strftime(day.data(), day.size(), "%Y-%m-%d %H:%M:%S", &local);
    std::array<char, 16> fraction{};
    std::snprintf(fraction.data(), fraction.size(), ".%06d",
                  static_cast<int>((secondsSinceEpoch - std::floor(secondsSinceEpoch)) * 1e6));
    return std::string(day.data()) + fraction.data();
}

/// Python's json writes NaN and Infinity as words; toJson() has maps for them, and texts are read everywhere.
Value jsonNumber(double value) {
    return std::isfinite(value) ? Value(value) : Value(formatFloat(value));
}

} // namespace

DlLogger::DlLogger(std::FILE* file, Log& log) : m_file(file), m_log(log), m_begin(wallTime()) {}

Result<std::unique_ptr<DlLogger>> DlLogger::create(const std::filesystem::path& file, Log& log) {
    std::error_code ignored; // opening the file says it better
    if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), ignored);
    std::FILE* opened = std::fopen(file.c_str(), "we");
    if (!opened)
        return fail(
            systemError(ErrorKind::Failed, "Cannot create DLLogger's file", file.string(),
                        "Set exp_manager.dllogger_logger_kwargs.json_file to a file that can be written"));
    return std::unique_ptr<DlLogger>(new DlLogger(opened, log));
}

void DlLogger::put(const Value& step, Value::Map data) {
    const double now = wallTime();
    const Value line = Value::Map{{"timestamp", formatFloat(now)},
                                  {"datetime", dateTime(now)},
                                  {"elapsedtime", formatFloat(now - m_begin)},
                                  {"type", "LOG"},
                                  {"step", step},
                                  {"data", std::move(data)}};
    std::fprintf(m_file.get(), "DLLL %s\n", toJson(line).c_str());
}

void DlLogger::hyperparameters(const Value& parameters) {
    put("PARAMETER", flattened(parameters));
    flush();
}

void DlLogger::metrics(std::span<const model::Metric> metrics, std::int64_t step) {
    Value::Map data;
    for (const model::Metric& metric : metrics)
        data.set(metric.name, jsonNumber(metric.value));
    put(step, std::move(data));
}

void DlLogger::flush() {
    const bool isFine = std::fflush(m_file.get()) == 0 && !std::ferror(m_file.get());
    if (!isFine && !std::exchange(m_hasFailed, true))
        m_log.warning("DLLogger's file cannot be written; lines of it are lost");
}

} // namespace fathom::train
