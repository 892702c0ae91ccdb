// SPDX-License-Identifier: Apache-2.0
// The `exp_manager` section: NeMo's options under NeMo's names, checked as NeMo's and Lightning's
// constructors do.
#pragma once

#include "engine/base/result.h"
#include "engine/config/config.h"
#include "engine/train/early_stopping.h"
#include "engine/train/trainer_params.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fathom::train {

// Described in engine/config/schemas, defaults too. What is null there for a bool counts as false.

/// `checkpoint_callback_params`. The older `filepath` is split into dirpath and filename.
struct CheckpointParams {
    std::optional<std::string> dirpath{};  ///< null: `checkpoints` in the run's folder
    std::optional<std::string> filename{}; ///< null: <name>--{<monitor>:.4f}-{epoch}
    std::string monitor{};
    bool verbose{};
    bool saveLast{};
    int saveTopK{}; ///< -1: all
    bool saveWeightsOnly{};
    std::string mode{}; ///< "min" or "max"
    bool autoInsertMetricName{};
    // Of these three at most one is set. With none given it is every epoch.
    int everyNEpochs = 1;                      ///< 0: not by epochs
    std::int64_t everyNTrainSteps = 0;         ///< 0: not by steps
    std::optional<double> trainTimeInterval{}; ///< seconds
    std::optional<std::string> prefix{};       ///< null: the experiment's name
    std::string postfix{};
    bool saveBestModel{};
    bool alwaysSaveNemo{};
    bool saveNemoOnTrainEnd{};
    bool saveOnTrainEpochEnd{};
    bool asyncSave{};
    int saveLastNOptimStates{}; ///< -1: all
};

/// `ema`: an average of the weights over time.
struct EmaParams {
    bool enable{};
    double decay{}; ///< in [0, 1]
    bool cpuOffload{};
    bool validateOriginalWeights{};
    int everyNSteps{};
};

/// `step_timing_kwargs`.
struct StepTimingParams {
    std::string reduction{}; ///< of the last bufferSize measurements: mean, sum, min, max, none
    bool syncCuda{};
    int bufferSize{}; ///< below 1: only the last
};

/// `ipl_epoch_stopper_callback_params`.
struct IplEpochStopperParams {
    bool enableStop{};
    int stopEveryNEpochs{}; ///< epochs of this run after which it stops
};

/// `summary_writer_kwargs`: arguments of Lightning's TensorBoardLogger and torch's SummaryWriter.
struct SummaryWriterParams {
    bool defaultHpMetric = true;
    std::string prefix{}; ///< of every tag, followed by a hyphen
    std::optional<std::string> subDir{};
    int maxQueue = 10;      ///< events that wait before they are written
    double flushSecs = 120; ///< longest time that an event waits
    std::string filenameSuffix{};
    std::optional<std::int64_t> purgeStep{}; ///< TensorBoard hides what earlier runs wrote from this step on
};

/// `dllogger_logger_kwargs`.
struct DlloggerParams {
    bool verbose{};
    bool toStdout{};
    std::optional<std::string> jsonFile{};
};

struct ExpManagerParams {
    std::optional<std::string> explicitLogDir{};
    std::optional<std::string> expDir{};
    std::optional<std::string> name{};
    std::optional<std::string> version{};
    bool useDatetimeVersion{};
    bool resumeIfExists{};
    bool resumePastEnd{};
    bool resumeIgnoreNoCheckpoint{};
    std::optional<std::string> resumeFromCheckpoint{};
    bool createTensorboardLogger{};
    SummaryWriterParams summaryWriter{};
    bool createDllogger{};
    DlloggerParams dllogger{};
    bool createCheckpointCallback{};
    CheckpointParams checkpoint{};
    bool createEarlyStopping{};
    EarlyStoppingParams earlyStopping{};
    bool createIplEpochStopper{};
    IplEpochStopperParams iplEpochStopper{};
    bool createPreemptionCallback{};
    std::vector<std::string> filesToCopy{};
    bool logStepTiming{};
    bool logDeltaStepTiming{};
    StepTimingParams stepTiming{};
    bool disableValidationOnResume{};
    EmaParams ema{};
    std::optional<double> maxTimePerRun{}; ///< seconds
    std::vector<std::string> warnings{};   ///< what was given and has no effect here, or is deprecated
};

/// Reads the section at `exp_manager` (all defaults where there is none). Errors are Usage with NeMo's or
/// Lightning's class: an unknown key, a wrong value, options that exclude each other.
[[nodiscard]] Result<ExpManagerParams> readExpManagerParams(const config::Config& config);

/// What NeMo says where checkpoints go by a validation that may never run; empty otherwise.
[[nodiscard]] std::string monitorWarning(const ExpManagerParams& params, const TrainerParams& trainer);

/// With fast_dev_run NeMo's exp_manager does nothing: what is left is the run's folder and its log.
[[nodiscard]] ExpManagerParams forFastDevRun(ExpManagerParams params);

} // namespace fathom::train
