// SPDX-License-Identifier: GPL-3.0-or-later
// The trainer section: what is accepted, what is refused, and with which words.
#include "tests/engine/train/train_testing.h"

#include "engine/train/trainer_params.h"

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
    void readTrainerParams_precisions();
    void parseDuration_forms();
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
    QTest::newRow("precision") << "precision: transformer-engine"
                               << "bf16-mixed";
    QTest::newRow("deterministic") << "deterministic: maybe"
                                   << "warn";
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
    QTest::newRow("overfit") << "overfit_batches: 2.5"
                             << "[0.0, 1.0]";
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

void TestTrainerParams::readTrainerParams_precisions() {
    using train::PrecisionMode;
    const std::pair<const char*, PrecisionMode> forms[] = {
        {"16", PrecisionMode::Float16Mixed},    {"'16'", PrecisionMode::Float16Mixed},
        {"bf16", PrecisionMode::BFloat16Mixed}, {"64", PrecisionMode::Float64},
        {"32-true", PrecisionMode::Float32},    {"null", PrecisionMode::Float32},
        {"bf16-true", PrecisionMode::BFloat16}, {"16-true", PrecisionMode::Float16}};
    for (const auto& [text, mode] : forms) {
        const auto params = readTrainerParams(*configOf(std::string("trainer: {precision: ") + text + "}\n"));
        QVERIFY2(params && params->precision == mode, text);
    }
}

void TestTrainerParams::parseDuration_forms() {
    QCOMPARE(parseDuration(Value("01:02:03:04")).value_or(0), 93784.0);
    QCOMPARE(parseDuration(Value(Value::Map{{"minutes", 1.5}, {"seconds", 1}})).value_or(0), 91.0);
    QVERIFY(!parseDuration(Value("01:02:03")));
    QVERIFY(!parseDuration(Value("00:00:00:05 ")));
    QVERIFY(!parseDuration(Value(5)));
    QVERIFY(!parseDuration(Value(Value::Map{{"fortnights", 1}})));
}

QTEST_GUILESS_MAIN(TestTrainerParams)
#include "tst_trainer_params.moc"
