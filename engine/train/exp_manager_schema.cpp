// SPDX-License-Identifier: Apache-2.0
#include "engine/train/exp_manager_schema.h"

#include "engine/config/schemas/catalog.h"

namespace fathom::train {
namespace {

const config::Schema<CheckpointParams>& checkpointSchema() {
    using P = CheckpointParams;
    static const auto schema = config::Schema<P>(schemas::at("CallbackParams"))
                                   .bind("dirpath", &P::dirpath)
                                   .bind("filename", &P::filename)
                                   .bind("monitor", &P::monitor)
                                   .bind("verbose", &P::verbose)
                                   .bind("save_last", &P::saveLast)
                                   .bind("save_top_k", &P::saveTopK)
                                   .bind("save_weights_only", &P::saveWeightsOnly)
                                   .bind("mode", &P::mode)
                                   .bind("auto_insert_metric_name", &P::autoInsertMetricName)
                                   .bind("prefix", &P::prefix)
                                   .bind("postfix", &P::postfix)
                                   .bind("save_best_model", &P::saveBestModel)
                                   .bind("always_save_nemo", &P::alwaysSaveNemo)
                                   .bind("save_nemo_on_train_end", &P::saveNemoOnTrainEnd)
                                   .bind("save_on_train_epoch_end", &P::saveOnTrainEpochEnd)
                                   .bind("async_save", &P::asyncSave)
                                   .bind("save_last_n_optim_states", &P::saveLastNOptimStates);
    return schema;
}

const config::Schema<EmaParams>& emaSchema() {
    using P = EmaParams;
    static const auto schema = config::Schema<P>(schemas::at("EMAParams"))
                                   .bind("enable", &P::enable)
                                   .bind("decay", &P::decay)
                                   .bind("cpu_offload", &P::cpuOffload)
                                   .bind("validate_original_weights", &P::validateOriginalWeights)
                                   .bind("every_n_steps", &P::everyNSteps);
    return schema;
}

const config::Schema<StepTimingParams>& stepTimingSchema() {
    using P = StepTimingParams;
    static const auto schema = config::Schema<P>(schemas::at("StepTimingParams"))
                                   .bind("reduction", &P::reduction)
                                   .bind("sync_cuda", &P::syncCuda)
                                   .bind("buffer_size", &P::bufferSize);
    return schema;
}

const config::Schema<IplEpochStopperParams>& iplEpochStopperSchema() {
    using P = IplEpochStopperParams;
    static const auto schema = config::Schema<P>(schemas::at("IPLEpochStopperParams"))
                                   .bind("enable_stop", &P::enableStop)
                                   .bind("stop_every_n_epochs", &P::stopEveryNEpochs);
    return schema;
}

const config::Schema<DlloggerParams>& dlloggerSchema() {
    using P = DlloggerParams;
    static const auto schema = config::Schema<P>(schemas::at("DLLoggerParams"))
                                   .bind("verbose", &P::verbose)
                                   .bind("stdout", &P::toStdout)
                                   .bind("json_file", &P::jsonFile);
    return schema;
}

} // namespace

/// NeMo declares it as a dict of anything; these are the constructors' arguments and their defaults.
const config::Schema<SummaryWriterParams>& summaryWriterSchema() {
    using P = SummaryWriterParams;
    static const auto schema = config::Schema<P>("TensorBoardLogger")
                                   .field("default_hp_metric", &P::defaultHpMetric)
                                   .field("prefix", &P::prefix)
                                   .field("sub_dir", &P::subDir)
                                   .field("max_queue", &P::maxQueue)
                                   .field("flush_secs", &P::flushSecs)
                                   .field("filename_suffix", &P::filenameSuffix)
                                   .field("purge_step", &P::purgeStep);
    return schema;
}

const config::Schema<ExpManagerParams>& expManagerSchema() {
    using P = ExpManagerParams;
    static const auto schema =
        config::Schema<P>(schemas::at("ExpManager"))
            .bind("explicit_log_dir", &P::explicitLogDir)
            .bind("exp_dir", &P::expDir)
            .bind("name", &P::name)
            .bind("version", &P::version)
            .bind("use_datetime_version", &P::useDatetimeVersion)
            .bind("resume_if_exists", &P::resumeIfExists)
            .bind("resume_past_end", &P::resumePastEnd)
            .bind("resume_ignore_no_checkpoint", &P::resumeIgnoreNoCheckpoint)
            .bind("resume_from_checkpoint", &P::resumeFromCheckpoint)
            .bind("create_tensorboard_logger", &P::createTensorboardLogger)
            .bind("create_dllogger_logger", &P::createDllogger)
            .bind("dllogger_logger_kwargs", &P::dllogger, dlloggerSchema())
            .bind("create_checkpoint_callback", &P::createCheckpointCallback)
            .bind("checkpoint_callback_params", &P::checkpoint, checkpointSchema())
            .bind("create_early_stopping_callback", &P::createEarlyStopping)
            .bind("early_stopping_callback_params", &P::earlyStopping, earlyStoppingSchema())
            .bind("create_ipl_epoch_stopper_callback", &P::createIplEpochStopper)
            .bind("ipl_epoch_stopper_callback_params", &P::iplEpochStopper, iplEpochStopperSchema())
            .bind("create_preemption_callback", &P::createPreemptionCallback)
            .bind("log_step_timing", &P::logStepTiming)
            .bind("log_delta_step_timing", &P::logDeltaStepTiming)
            .bind("step_timing_kwargs", &P::stepTiming, stepTimingSchema())
            .bind("disable_validation_on_resume", &P::disableValidationOnResume)
            .bind("ema", &P::ema, emaSchema());
    return schema;
}

} // namespace fathom::train
