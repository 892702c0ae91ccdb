// SPDX-License-Identifier: GPL-3.0-or-later
// The exp_manager section: NeMo's defaults, what is refused with which words, and what is only warned of.
#include "tests/engine/train/train_testing.h"

#include "engine/train/exp_manager_params.h"

#include <QTest>

using namespace fathom;
using namespace fathom::testing;
using namespace fathom::train;

namespace {

Result<ExpManagerParams> readSection(const std::string& section) {
    return readExpManagerParams(*configOf("exp_manager:\n  " + section + "\n"));
}

Result<CheckpointParams> readCheckpoint(const std::string& options) {
    return readSection("checkpoint_callback_params: {" + options + "}").map([](const ExpManagerParams& all) {
        return all.checkpoint;
    });
}

} // namespace

class TestExpManagerParams : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void read_absentSection_hasNemosDefaults();
    void read_everyOption();
    void read_nullBools_countAsFalse();
    void read_filepath_isSplit();
    void read_checkpointTriggers();
    void read_refused_data();
    void read_refused();
    void read_whatHasNoEffect_isAWarning();
    void read_trainerThatDoesItToo_isRefused();
    void monitorWarning_validationMayNotRun();
};

void TestExpManagerParams::read_absentSection_hasNemosDefaults() {
    for (const char* text : {"name: x\n", "exp_manager: null\n", "exp_manager: {}\n",
                             "exp_manager: {ema: null, checkpoint_callback_params: null}\n"}) {
        const auto params = readExpManagerParams(*configOf(text));
        QVERIFY2(params, params ? "" : params.error().message().c_str());
        QVERIFY(params->useDatetimeVersion && !params->resumeIfExists && params->createTensorboardLogger);
        QVERIFY(params->createCheckpointCallback && params->createPreemptionCallback &&
                params->logStepTiming);
        QVERIFY(params->disableValidationOnResume && !params->createDllogger && !params->maxTimePerRun);
        const CheckpointParams& checkpoint = params->checkpoint;
        QCOMPARE(checkpoint.monitor, std::string("val_loss"));
        QCOMPARE(checkpoint.saveTopK, 3);
        QCOMPARE(checkpoint.everyNEpochs, 1);
        QCOMPARE(checkpoint.everyNTrainSteps, std::int64_t{0});
        QCOMPARE(checkpoint.saveLastNOptimStates, -1);
        QVERIFY(checkpoint.saveLast && checkpoint.saveNemoOnTrainEnd && !checkpoint.saveOnTrainEpochEnd);
        QCOMPARE(params->ema.decay, 0.999);
        QVERIFY(!params->ema.enable);
        QCOMPARE(params->stepTiming.reduction, std::string("mean"));
        QCOMPARE(params->stepTiming.bufferSize, 1);
        QVERIFY(params->summaryWriter.defaultHpMetric);
        QVERIFY2(params->warnings.empty(), params->warnings.empty() ? "" : params->warnings[0].c_str());
    }
}

void TestExpManagerParams::read_everyOption() {
    const auto params = readExpManagerParams(*configOf(R"(
exp_manager:
  exp_dir: out
  name: net
  version: v7
  use_datetime_version: false
  resume_if_exists: true
  resume_past_end: true
  resume_ignore_no_checkpoint: true
  resume_from_checkpoint: some.ckpt
  create_tensorboard_logger: true
  summary_writer_kwargs: {prefix: p, flush_secs: 5, purge_step: 10}
  create_dllogger_logger: true
  dllogger_logger_kwargs: {json_file: out.json, verbose: true}
  create_ipl_epoch_stopper_callback: true
  ipl_epoch_stopper_callback_params: {stop_every_n_epochs: 4}
  create_preemption_callback: false
  files_to_copy: [a.yaml, b.txt]
  log_delta_step_timing: true
  step_timing_kwargs: {reduction: max, buffer_size: 3, sync_cuda: true}
  disable_validation_on_resume: false
  ema: {enable: true, decay: 0.5, cpu_offload: true, validate_original_weights: true, every_n_steps: 2}
  max_time_per_run: "00:01:02:03"
  seconds_to_sleep: 1
  checkpoint_callback_params:
    dirpath: here
    filename: "{epoch}"
    monitor: val_wer
    mode: max
    save_top_k: -1
    save_weights_only: true
    save_last: false
    save_on_train_epoch_end: true
    save_last_n_optim_states: 2
    prefix: best
    postfix: .arch
)"));
    QVERIFY2(params, params ? "" : params.error().message().c_str());
    QVERIFY(params->resumeIfExists && params->resumePastEnd && params->resumeIgnoreNoCheckpoint);
    QCOMPARE(params->resumeFromCheckpoint.value_or(""), std::string("some.ckpt"));
    QCOMPARE(params->summaryWriter.prefix, std::string("p"));
    QCOMPARE(params->summaryWriter.flushSecs, 5.0);
    QCOMPARE(params->summaryWriter.purgeStep.value_or(0), std::int64_t{10});
    QVERIFY(params->createDllogger && params->dllogger.verbose);
    QCOMPARE(params->dllogger.jsonFile.value_or(""), std::string("out.json"));
    QCOMPARE(params->iplEpochStopper.stopEveryNEpochs, 4);
    QVERIFY(!params->createPreemptionCallback && params->logDeltaStepTiming);
    QCOMPARE(params->filesToCopy, (std::vector<std::string>{"a.yaml", "b.txt"}));
    QCOMPARE(params->stepTiming.reduction, std::string("max"));
    QCOMPARE(params->ema.decay, 0.5);
    QCOMPARE(params->ema.everyNSteps, 2);
    QCOMPARE(params->maxTimePerRun.value_or(0), 3723.0);
    const CheckpointParams& checkpoint = params->checkpoint;
    QCOMPARE(checkpoint.dirpath.value_or(""), std::string("here"));
    QCOMPARE(checkpoint.filename.value_or(""), std::string("{epoch}"));
    QCOMPARE(checkpoint.mode, std::string("max"));
    QCOMPARE(checkpoint.saveTopK, -1);
    QVERIFY(checkpoint.saveWeightsOnly && !checkpoint.saveLast && checkpoint.saveOnTrainEpochEnd);
    QCOMPARE(checkpoint.saveLastNOptimStates, 2);
    QCOMPARE(checkpoint.postfix, std::string(".arch"));
    QCOMPARE(params->warnings.size(), std::size_t{1});
    QVERIFY(params->warnings[0].find("save_last_n_optim_states") != std::string::npos);
}

void TestExpManagerParams::read_nullBools_countAsFalse() {
    const auto params = readSection("{log_step_timing: null, checkpoint_callback_params: {save_last: null}, "
                                    "early_stopping_callback_params: {check_on_train_epoch_end: null}}");
    QVERIFY2(params, params ? "" : params.error().message().c_str());
    QVERIFY(!params->logStepTiming && !params->checkpoint.saveLast);
    QVERIFY(!params->earlyStopping.checkOnTrainEpochEnd); // null is a value of its own there
}

void TestExpManagerParams::read_filepath_isSplit() {
    const auto both = readSection("checkpoint_callback_params: {filepath: a/b/c, filename: own}");
    QVERIFY2(both, both ? "" : both.error().message().c_str());
    QCOMPARE(both->checkpoint.dirpath.value_or(""), std::string("a/b"));
    QCOMPARE(both->checkpoint.filename.value_or(""), std::string("own"));
    QCOMPARE(both->warnings.size(), std::size_t{1});
    QVERIFY(both->warnings[0].find("filepath is deprecated") != std::string::npos);
    QCOMPARE(readCheckpoint("filepath: c")->dirpath.value_or(""), std::string("."));
}

void TestExpManagerParams::read_checkpointTriggers() {
    const auto steps = readCheckpoint("every_n_epochs: null, every_n_train_steps: 100");
    QVERIFY2(steps, steps ? "" : steps.error().message().c_str());
    QCOMPARE(steps->everyNEpochs, 0);
    QCOMPARE(steps->everyNTrainSteps, std::int64_t{100});
    const auto time =
        readCheckpoint("every_n_epochs: 0, train_time_interval: {_target_: datetime.timedelta, minutes: 2}");
    QVERIFY2(time, time ? "" : time.error().message().c_str());
    QCOMPARE(time->trainTimeInterval.value_or(0), 120.0);
    // Lightning: with all three null it is every epoch, and all three may be switched off.
    QCOMPARE(readCheckpoint("every_n_epochs: null")->everyNEpochs, 1);
    QCOMPARE(readCheckpoint("every_n_epochs: 0")->everyNEpochs, 0);
}

void TestExpManagerParams::read_refused_data() {
    QTest::addColumn<QString>("section");
    QTest::addColumn<QString>("className");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("word"); // in the message
    const auto row = [](const char* section, const char* className, const char* key, const char* word) {
        QTest::newRow(section) << section << className << key << word;
    };
    row("foo: 1", "ConfigKeyError", "foo", "Key 'foo' not in");
    row("expdir: x", "ConfigKeyError", "expdir", "exp_dir");
    row("create_tensorboard_logger: maybe", "ValidationError", "create_tensorboard_logger",
        "'maybe' is not a valid bool (type str)");
    row("checkpoint_callback_params: {every_n_train_steps: 5}", "MisconfigurationException",
        "checkpoint_callback_params.every_n_train_steps",
        "every_n_train_steps=5, every_n_epochs=1 and train_time_interval=None should be mutually exclusive");
    row("checkpoint_callback_params: {train_time_interval: {minutes: 1}}", "MisconfigurationException",
        "checkpoint_callback_params.train_time_interval", "mutually exclusive");
    row("checkpoint_callback_params: {train_time_interval: soon}", "MisconfigurationException",
        "checkpoint_callback_params.train_time_interval", "minutes: 10");
    row("checkpoint_callback_params: {every_n_epochs: -1}", "MisconfigurationException",
        "checkpoint_callback_params.every_n_epochs", "Must be >= 0");
    row("checkpoint_callback_params: {every_n_epochs: often}", "ValidationError",
        "checkpoint_callback_params.every_n_epochs", "'often'");
    row("checkpoint_callback_params: {save_top_k: -2}", "ValidationError",
        "checkpoint_callback_params.save_top_k", "-2");
    row("checkpoint_callback_params: {monitor: null}", "ValidationError",
        "checkpoint_callback_params.monitor", "not Optional");
    row("checkpoint_callback_params: {mode: mim}", "ValidationError", "checkpoint_callback_params.mode",
        "min");
    row("{ema: {enable: true}, checkpoint_callback_params: {async_save: true}}", "ValueError",
        "checkpoint_callback_params.async_save", "async_save with EMA not supported");
    row("ema: {enable: true, decay: 1.5}", "ValidationError", "ema.decay", "between 0");
    row("max_time_per_run: 5 minutes", "MisconfigurationException", "max_time_per_run", "00:03:30:00");
    row("summary_writer_kwargs: {log_dir: x}", "ValueError", "summary_writer_kwargs.log_dir",
        "You cannot pass `log_dir` as part of `summary_writer_kwargs`");
    row("summary_writer_kwargs: {flush_sec: 1}", "ConfigKeyError", "summary_writer_kwargs.flush_sec",
        "flush_secs");
    row("step_timing_kwargs: {reduction: none, buffer_size: 2}", "ValueError", "step_timing_kwargs.reduction",
        "buffer_size=1");
    row("step_timing_kwargs: {reduction: median}", "ValidationError", "step_timing_kwargs.reduction", "mean");
    row("create_wandb_logger: true", "ValueError", "create_wandb_logger",
        "name and project are required for wandb_logger");
    row("ipl_epoch_stopper_callback_params: {stop_every_n_epochs: 0}", "ValidationError",
        "ipl_epoch_stopper_callback_params.stop_every_n_epochs", "at least 1");
}

void TestExpManagerParams::read_refused() {
    QFETCH(QString, section);
    QFETCH(QString, className);
    QFETCH(QString, key);
    QFETCH(QString, word);
    const auto params = readSection(section.toStdString());
    QVERIFY(!params);
    QCOMPARE(params.error().kind, ErrorKind::Usage);
    QCOMPARE(params.error().line, 2);
    QCOMPARE(QString::fromStdString(params.error().className), className);
    QCOMPARE(QString::fromStdString(params.error().key), QStringLiteral("exp_manager.") + key);
    QVERIFY2(params.error().message().find(word.toStdString()) != std::string::npos,
             params.error().message().c_str());
    QVERIFY(!params.error().remedy.empty());
}

void TestExpManagerParams::read_whatHasNoEffect_isAWarning() {
    const auto params = readSection(
        "{create_wandb_logger: true, wandb_logger_kwargs: {name: x}, create_mlflow_logger: false, "
        "checkpoint_callback_params: {model_parallel_size: 2}}");
    QVERIFY2(params, params ? "" : params.error().message().c_str());
    QCOMPARE(params->warnings.size(), std::size_t{2});
    QVERIFY2(params->warnings[0].find("create_wandb_logger") != std::string::npos &&
                 params->warnings[0].find("network") != std::string::npos,
             params->warnings[0].c_str());
    QVERIFY(params->warnings[1].find("model_parallel_size") != std::string::npos);
}

void TestExpManagerParams::read_trainerThatDoesItToo_isRefused() {
    // The golden probes "trainer.logger=True + …" and "trainer.enable_checkpointing=True + …".
    const auto classOf = [](const char* text) {
        const auto params = readExpManagerParams(*configOf(text));
        return params ? std::string() : params.error().className + ' ' + params.error().key;
    };
    QCOMPARE(classOf("trainer: {logger: true}\n"), std::string("LoggerMisconfigurationError trainer.logger"));
    QCOMPARE(classOf("trainer: {enable_checkpointing: true}\n"),
             std::string("CheckpointMisconfigurationError trainer.enable_checkpointing"));
    QCOMPARE(
        classOf(
            "trainer: {logger: true, enable_checkpointing: true}\nexp_manager: {create_tensorboard_logger: "
            "false, create_checkpoint_callback: false}\n"),
        std::string());
    QCOMPARE(classOf("trainer: {logger: false, enable_checkpointing: null}\n"), std::string());
}

void TestExpManagerParams::monitorWarning_validationMayNotRun() {
    const auto params = readSection("name: x");
    QVERIFY(monitorWarning(*params, {.maxEpochs = 5}).empty());
    const std::string few = monitorWarning(*params, {.maxEpochs = 5, .validationEpochInterval = 10});
    QVERIFY2(few.find("trainer.max_epochs(5) was less than trainer.check_val_every_n_epoch(10)") !=
                 std::string::npos,
             few.c_str());
    QVERIFY(monitorWarning(*params, {.maxSteps = 7}).find("max_steps was set to 7") != std::string::npos);
    const auto other = readSection("checkpoint_callback_params: {monitor: train_loss}");
    QVERIFY(monitorWarning(*other, {.maxSteps = 7}).empty());
}

QTEST_GUILESS_MAIN(TestExpManagerParams)
#include "tst_exp_manager_params.moc"
