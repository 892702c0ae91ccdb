// SPDX-License-Identifier: GPL-3.0-or-later
// The trainer and exp_manager sections: what is accepted, what is refused, and with which words.
#include "tests/engine/train/train_testing.h"

#include "engine/train/experiment.h"
#include "engine/train/trainer_params.h"

#include <QTemporaryDir>
#include <QTest>

using namespace fathom;
using namespace fathom::testing;
using namespace fathom::train;

class TestTrainerParams : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readTrainerParams_defaults();
    void readTrainerParams_refused_data();
    void readTrainerParams_refused();
    void readTrainerParams_harmlessFlags();
    void parseDuration_forms();
    void readExpManagerParams_refusesWhatWouldChangeTheTraining();
    void readExpManagerParams_warnsOfWhatDoesNot();
    void checkWritable_noPermission();
    void create_foldersDiffer();
    void create_explicitLogDir();
};

void TestTrainerParams::readTrainerParams_defaults() {
    const auto params = readTrainerParams(*configOf("trainer: {}\n"));
    QVERIFY2(params, params ? "" : params.error().message().c_str());
    QCOMPARE(params->maxEpochs, 1000); // Lightning's, when nothing else limits the run
    QCOMPARE(params->sanitySteps, 2);
    QCOMPARE(params->logEverySteps, 50);
    QCOMPARE(readTrainerParams(*configOf("trainer: {max_steps: 5}\n"))->maxEpochs, -1);
}

void TestTrainerParams::readTrainerParams_refused_data() {
    QTest::addColumn<QString>("flag");
    QTest::addColumn<QString>("word"); // in the message
    QTest::newRow("unknown") << "max_epoch: 3"
                             << "max_epochs";
    QTest::newRow("type") << "max_epochs: many"
                          << "many";
    QTest::newRow("mixed precision") << "precision: bf16-mixed"
                                     << "precision=32-true";
    QTest::newRow("two devices") << "devices: 2"
                                 << "devices=1";
    QTest::newRow("nodes") << "num_nodes: 4"
                           << "num_nodes=1";
    QTest::newRow("strategy") << "strategy: fsdp"
                              << "strategy=auto";
    QTest::newRow("accelerator") << "accelerator: tpu"
                                 << "auto, cpu or gpu";
    QTest::newRow("share above one") << "limit_train_batches: 1.5"
                                     << "[0.0, 1.0]";
    QTest::newRow("overfit") << "overfit_batches: 2"
                             << "limit_train_batches";
    QTest::newRow("time") << "max_time: 5 minutes"
                          << "00:00:05:00";
    QTest::newRow("profiler") << "profiler: simple"
                              << "profiler=null";
    QTest::newRow("accumulate") << "accumulate_grad_batches: 0"
                                << "accumulate_grad_batches";
    QTest::newRow("clip") << "gradient_clip_algorithm: nrom"
                          << "[norm, value]";
}

void TestTrainerParams::readTrainerParams_refused() {
    QFETCH(QString, flag);
    QFETCH(QString, word);
    const auto params = readTrainerParams(*configOf("trainer:\n  " + flag.toStdString() + "\n"));
    QVERIFY(!params);
    QCOMPARE(params.error().kind, ErrorKind::Usage);
    QCOMPARE(params.error().line, 2);
    QVERIFY2(params.error().message().find(word.toStdString()) != std::string::npos,
             params.error().message().c_str());
}

void TestTrainerParams::readTrainerParams_harmlessFlags() {
    const auto params = readTrainerParams(*configOf(
        "trainer: {devices: -1, strategy: ddp, precision: 32, logger: false, enable_checkpointing: false, "
        "benchmark: false, sync_batchnorm: true, accelerator: cpu, gradient_clip_val: 0.0, overfit_batches: "
        "0.0}\n"));
    QVERIFY2(params, params ? "" : params.error().message().c_str());
    QCOMPARE(params->clipValue, 0.0);
}

void TestTrainerParams::parseDuration_forms() {
    QCOMPARE(parseDuration(Value("01:02:03:04")).value_or(0), 93784.0);
    QCOMPARE(parseDuration(Value(Value::Map{{"minutes", 1.5}, {"seconds", 1}})).value_or(0), 91.0);
    QVERIFY(!parseDuration(Value("01:02:03")));
    QVERIFY(!parseDuration(Value("00:00:00:05 ")));
    QVERIFY(!parseDuration(Value(5)));
    QVERIFY(!parseDuration(Value(Value::Map{{"fortnights", 1}})));
}

void TestTrainerParams::readExpManagerParams_refusesWhatWouldChangeTheTraining() {
    for (const char* option :
         {"resume_if_exists: true", "ema: {enable: true}", "create_ipl_epoch_stopper_callback: true",
          "max_time_per_run: '00:01:00:00'", "expdir: x"}) {
        const auto params = readExpManagerParams(*configOf(std::string("exp_manager:\n  ") + option + "\n"));
        QVERIFY2(!params, option);
        QCOMPARE(params.error().kind, ErrorKind::Usage);
    }
}

void TestTrainerParams::readExpManagerParams_warnsOfWhatDoesNot() {
    const auto params = readExpManagerParams(*configOf(
        "exp_manager: {create_tensorboard_logger: true, create_wandb_logger: true, ema: {enable: false},\n"
        "  checkpoint_callback_params: {monitor: val_wer, save_top_k: 3}}\n"));
    QVERIFY2(params, params ? "" : params.error().message().c_str());
    QCOMPARE(params->checkpoint.monitor, std::string("val_wer"));
    QCOMPARE(params->warnings.size(), std::size_t{2});
    QVERIFY(readExpManagerParams(*configOf("exp_manager: null\n")));
    QVERIFY(readExpManagerParams(*configOf("name: x\n")));
}

void TestTrainerParams::checkWritable_noPermission() {
    const auto config = configOf("exp_manager: {exp_dir: /proc/self/nowhere, name: x}\n");
    const auto params = readExpManagerParams(*config);
    QVERIFY(params);
    const Status fine = checkWritable(*params, *config);
    QVERIFY(!fine);
    QCOMPARE(fine.error().key, std::string("exp_manager.exp_dir"));
    QCOMPARE(fine.error().exitCode(), 2);
}

void TestTrainerParams::create_foldersDiffer() {
    const QTemporaryDir folder;
    const auto config = configOf("exp_manager: {exp_dir: " + folder.path().toStdString() + ", name: net}\n");
    const auto params = readExpManagerParams(*config);
    const auto first = Experiment::create(*params, *config);
    const auto second = Experiment::create(*params, *config);
    QVERIFY(first && second);
    QVERIFY((*first)->folder() != (*second)->folder());
    QCOMPARE((*first)->folder().parent_path(), std::filesystem::path(folder.path().toStdString()) / "net");
    QVERIFY(std::filesystem::is_directory((*first)->checkpoints()));
    MemoryLog next;
    (*first)->logTo(next).info("hello");
    QCOMPARE(next.lines.size(), std::size_t{1});
    QVERIFY(std::filesystem::file_size((*first)->folder() / "log.txt") > 5);
}

void TestTrainerParams::create_explicitLogDir() {
    const QTemporaryDir folder;
    const std::string path = folder.path().toStdString() + "/here";
    const auto config = configOf("exp_manager: {explicit_log_dir: " + path + "}\n");
    const auto experiment = Experiment::create(*readExpManagerParams(*config), *config);
    QVERIFY(experiment);
    QCOMPARE((*experiment)->folder(), std::filesystem::path(path));
}

QTEST_GUILESS_MAIN(TestTrainerParams)
#include "tst_trainer_params.moc"
