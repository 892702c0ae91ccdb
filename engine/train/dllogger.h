// SPDX-License-Identifier: Apache-2.0
// NVIDIA's DLLogger: one line of JSON for each call, after the word DLLL.
#pragma once

#include "engine/base/log.h"
#include "engine/train/experiment_logger.h"

#include <cstdio>
#include <filesystem>
#include <memory>

namespace fathom::train {

/// DLLL {"timestamp": "1795534462.5", "datetime": "2026-11-24 15:34:22.500000", "elapsedtime": "1.5",
///       "type": "LOG", "step": 4, "data": {"train_loss": 154.2}}
class DlLogger : public ExperimentLogger {
public:
    /// Replaces the file and makes its folder. Errors are Failed. Borrows `log`.
    [[nodiscard]] static Result<std::unique_ptr<DlLogger>> create(const std::filesystem::path& file,
                                                                  Log& log);

    /// With the step "PARAMETER".
    void hyperparameters(const Value& parameters) override;
    void metrics(std::span<const model::Metric> metrics, std::int64_t step) override;
    void flush() override;

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    DlLogger(std::FILE* file, Log& log);
    void put(const Value& step, Value::Map data);

    std::unique_ptr<std::FILE, Close> m_file;
    Log& m_log;
    const double m_begin;
    bool m_hasFailed = false;
};

} // namespace fathom::train
