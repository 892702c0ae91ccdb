// SPDX-License-Identifier: Apache-2.0
// Lightning's TensorBoardLogger: the same tags and steps, in event files that TensorBoard reads.
#pragma once

#include "engine/base/log.h"
#include "engine/store/event_file_writer.h"
#include "engine/train/exp_manager_params.h"
#include "engine/train/experiment_logger.h"

#include <filesystem>
#include <memory>
#include <string>

namespace fathom::train {

/// Beside what Lightning writes: texts `val_samples/<i>` with reference and prediction of the first items of
/// each validation, and once the recordings of the first of them, `val_samples/<i>/audio`.
class TensorBoardLogger : public ExperimentLogger {
public:
    /// Creates the event file in `folder`. Errors are Failed. Borrows `log`, to which the writer's thread
    /// says what it cannot write.
    [[nodiscard]] static Result<std::unique_ptr<TensorBoardLogger>>
    create(const std::filesystem::path& folder, const SummaryWriterParams& params, Log& log);

    void hyperparameters(const Value& parameters) override;
    void metrics(std::span<const model::Metric> metrics, std::int64_t step) override;
    void samples(std::span<const model::Sample> samples, model::Split split, std::int64_t step) override;
    void flush() override { m_writer->flush(); }

private:
    TensorBoardLogger(std::unique_ptr<store::EventFileWriter> writer, const SummaryWriterParams& params);
    void putAudio(const std::string& tag, const std::string& source, std::int64_t step);
    [[nodiscard]] std::string tagOf(std::string_view name) const;

    std::unique_ptr<store::EventFileWriter> m_writer;
    const SummaryWriterParams m_params;
    bool m_hasAudio = false; ///< recordings do not change: those of the first validation are enough
};

} // namespace fathom::train
