// SPDX-License-Identifier: GPL-3.0-or-later
// The loop on a model of two numbers: lengths, order, stops, failures, what is recorded.
#include "tests/engine/train/train_testing.h"

#include <QTest>

using namespace fathom;
using namespace fathom::testing;
using namespace fathom::train;

class TestTrainer : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void fit_lengths_data();
    void fit_lengths();
    void fit_visitsEveryItemOnceAnEpoch();
    void fit_recordsMetricsAtCompletedSteps();
    void fit_recordsTheRateOfTheStep();
    void fit_reportsProgressTotals();
    void fit_keepsSamplesOfTheLastValidation();
    void fit_sameSeed_sameLosses();
    void fit_accumulating_equalsOneLargeBatch();
    void fit_stopsWithinOneStep();
    void fit_stopsWithinOneValidationBatch();
    void fit_stopBeforeTheFirstStep();
    void fit_nanLoss_namesStepAndItems();
    void fit_exceptionOfTheModel_passes();
    void fit_sanityCheck_isNotRecorded();
    void makePlan_intervalAboveTheEpoch_isAnError();
    void makePlan_shareBelowOneBatch_isAnError();
};

void TestTrainer::fit_lengths_data() {
    QTest::addColumn<QString>("overrides");
    QTest::addColumn<int>("steps");
    QTest::addColumn<int>("epochs");      // one that was cut short counts, as Lightning's current_epoch
    QTest::addColumn<int>("evaluations"); // validation batches; the set has three
    QTest::newRow("two epochs of three batches") << "" << 6 << 2 << 6;
    QTest::newRow("max_steps within an epoch") << "trainer.max_steps=4" << 4 << 2 << 3;
    QTest::newRow("max_steps beyond max_epochs") << "trainer.max_steps=100" << 6 << 2 << 6;
    QTest::newRow("max_steps alone") << "trainer.max_epochs=null trainer.max_steps=7" << 7 << 3 << 6;
    QTest::newRow("limited train batches") << "+trainer.limit_train_batches=2" << 4 << 2 << 6;
    QTest::newRow("share of train batches") << "+trainer.limit_train_batches=0.7" << 4 << 2 << 6;
    QTest::newRow("limited validation batches") << "+trainer.limit_val_batches=1" << 6 << 2 << 2;
    QTest::newRow("no validation") << "+trainer.limit_val_batches=0" << 6 << 2 << 0;
    QTest::newRow("accumulating") << "+trainer.accumulate_grad_batches=2" << 4 << 2 << 6;
    QTest::newRow("validation every batch") << "+trainer.val_check_interval=1" << 6 << 2 << 18;
    QTest::newRow("validation at a third") << "+trainer.val_check_interval=0.34" << 6 << 2 << 18;
    QTest::newRow("interval that does not divide") << "+trainer.val_check_interval=2" << 6 << 2 << 6;
    QTest::newRow("every second epoch") << "+trainer.check_val_every_n_epoch=2" << 6 << 2 << 3;
    QTest::newRow("across epochs") << "+trainer.check_val_every_n_epoch=null +trainer.val_check_interval=4"
                                   << 6 << 2 << 3;
    QTest::newRow("fast_dev_run") << "+trainer.fast_dev_run=true" << 1 << 1 << 1;
    QTest::newRow("no epochs") << "trainer.max_epochs=0" << 0 << 0 << 0;
}

void TestTrainer::fit_lengths() {
    QFETCH(QString, overrides);
    QFETCH(int, steps);
    QFETCH(int, epochs);
    QFETCH(int, evaluations);
    std::vector<std::string> list;
    for (const QString& each : overrides.split(QLatin1Char(' '), Qt::SkipEmptyParts))
        list.push_back(each.toStdString());
    Bench bench(list);
    const auto end = bench.fit();
    QVERIFY2(completed(end), end ? "" : end.error().message().c_str());
    QCOMPARE(bench.end.globalStep, steps);
    QCOMPARE(bench.end.epoch, epochs);
    QCOMPARE(bench.model.evaluations, evaluations);
}

void TestTrainer::fit_visitsEveryItemOnceAnEpoch() {
    Bench bench;
    QVERIFY(completed(bench.fit()));
    QCOMPARE(bench.model.sources.size(), std::size_t{20});
    std::vector<std::string> first(bench.model.sources.begin(), bench.model.sources.begin() + 10);
    std::vector<std::string> second(bench.model.sources.begin() + 10, bench.model.sources.end());
    QVERIFY(first != second); // another order
    std::sort(first.begin(), first.end());
    std::sort(second.begin(), second.end());
    QCOMPARE(first, second);
}

void TestTrainer::fit_recordsMetricsAtCompletedSteps() {
    Bench bench({"trainer.log_every_n_steps=2"});
    QVERIFY(completed(bench.fit()));
    const std::vector<std::pair<std::int64_t, double>>& loss = bench.writer.values["train_loss"];
    QCOMPARE(loss.size(), std::size_t{3});
    QCOMPARE(loss[0].first, 2);
    QCOMPARE(loss[2].first, 6);
    for (const char* name : {"learning_rate", "global_step", "epoch", "training_batch_wer",
                             "samples_per_second", "train_step_timing in s", "data_wait in s"})
        QVERIFY2(bench.writer.values.contains(name), name);
    QCOMPARE(bench.writer.values["val_wer"].size(), std::size_t{2});
    QCOMPARE(bench.writer.values["val_wer"][0], (std::pair<std::int64_t, double>{3, 0.25}));
    QVERIFY(bench.writer.values["val_loss"][1].second < bench.writer.values["val_loss"][0].second);
}

void TestTrainer::fit_recordsTheRateOfTheStep() {
    Bench bench({"optim.sched={name: CosineAnnealing, warmup_steps: 2}", "optim.lr=0.3"});
    QVERIFY(completed(bench.fit()));
    const std::vector<double> rates = bench.writer.valuesOf("learning_rate");
    QCOMPARE(rates.size(), std::size_t{6});
    QCOMPARE(rates[0], 0.1); // NeMo's warmup: base * (step + 1) / (warmup + 1)
    QCOMPARE(rates[1], 0.2);
    QCOMPARE(rates[2], 0.3);
    QVERIFY(std::abs(rates[4] - 0.15) < 1e-12); // half way of the cosine from step 2 to 6
}

void TestTrainer::fit_reportsProgressTotals() {
    Bench bench;
    QVERIFY(completed(bench.fit()));
    const store::Progress& last = bench.writer.progresses.back();
    QCOMPARE(last.step, 6);
    QCOMPARE(last.totalSteps, 6);
    QCOMPARE(last.epoch, 2);
    QCOMPARE(last.totalEpochs, 2);
    QCOMPARE(last.phase, std::string("saving"));
    bool validated = false;
    for (const store::Progress& progress : bench.writer.progresses)
        validated = validated || progress.phase == "validating";
    QVERIFY(validated);
}

void TestTrainer::fit_keepsSamplesOfTheLastValidation() {
    Bench bench;
    QVERIFY(completed(bench.fit()));
    QCOMPARE(bench.writer.lastSamples.size(), std::size_t{5});
    QCOMPARE(bench.writer.lastSamples[4].index, 4);
    QCOMPARE(bench.writer.lastSamples[4].step, 6);
    QCOMPARE(bench.writer.lastSamples[4].source, std::string("item-4"));
}

void TestTrainer::fit_sameSeed_sameLosses() {
    Bench first;
    Bench second;
    Bench other;
    other.seed = 2;
    QVERIFY(completed(first.fit()) && completed(second.fit()) && completed(other.fit()));
    QCOMPARE(first.writer.valuesOf("train_loss"), second.writer.valuesOf("train_loss"));
    QVERIFY(first.writer.valuesOf("train_loss") != other.writer.valuesOf("train_loss"));
    QCOMPARE(first.model.sources, second.model.sources);
}

void TestTrainer::fit_accumulating_equalsOneLargeBatch() {
    // Eight items: two batches of four accumulated are one of eight.
    Bench accumulated({"+trainer.accumulate_grad_batches=2", "trainer.max_epochs=1"}, 8, 0);
    Bench large({"trainer.max_epochs=1"}, 8, 0);
    large.train = std::make_shared<LineDataset>(8, model::LoaderOptions{.batchSize = 8, .shuffle = true});
    accumulated.model.onStep = large.model.onStep = [](int, torch::Tensor loss) { return loss; };
    QVERIFY(completed(accumulated.fit()) && completed(large.fit()));
    const auto a = accumulated.model.module().parameters();
    const auto b = large.model.module().parameters();
    for (std::size_t i = 0; i < a.size(); ++i)
        QVERIFY(torch::allclose(a[i], b[i], 1e-2, 1e-3)); // the noise differs
    QCOMPARE(accumulated.end.globalStep, 1);
}

void TestTrainer::fit_stopsWithinOneStep() {
    Bench bench;
    bench.model.onStep = [&bench](int step, torch::Tensor loss) {
        if (step == 2) bench.stop.request_stop();
        return loss;
    };
    QVERIFY(stopped(bench.fit()));
    QCOMPARE(bench.model.steps, 2);
    QCOMPARE(bench.end.globalStep, 2);
}

void TestTrainer::fit_stopsWithinOneValidationBatch() {
    Bench bench;
    bench.model.onEvaluation = [&bench](int batch) {
        if (batch == 2) bench.stop.request_stop();
    };
    QVERIFY(stopped(bench.fit()));
    QCOMPARE(bench.model.evaluations, 2);
    QVERIFY(!bench.writer.values.contains("val_loss")); // half a validation is none
}

void TestTrainer::fit_stopBeforeTheFirstStep() {
    Bench bench;
    bench.stop.request_stop();
    QVERIFY(stopped(bench.fit()));
    QCOMPARE(bench.model.steps, 0);
}

void TestTrainer::fit_nanLoss_namesStepAndItems() {
    Bench bench;
    bench.model.onStep = [](int step, torch::Tensor loss) { return step == 3 ? loss * std::nan("") : loss; };
    const auto end = bench.fit();
    QVERIFY(!end);
    QVERIFY2(end.error().message().find("NaN at step 3") != std::string::npos, end.error().message().c_str());
    QVERIFY(end.error().message().find(bench.model.sources.back()) != std::string::npos);
    for (const torch::Tensor& parameter : bench.model.module().parameters())
        QVERIFY(parameter.isfinite().all().item<bool>());
}

void TestTrainer::fit_exceptionOfTheModel_passes() {
    Bench bench;
    bench.model.onStep = [](int, torch::Tensor loss) -> torch::Tensor {
        return torch::mm(loss.unsqueeze(0), loss.unsqueeze(0)); // not matrices
    };
    QVERIFY_EXCEPTION_THROWN((void)bench.fit(), c10::Error);
}

void TestTrainer::fit_sanityCheck_isNotRecorded() {
    Bench bench({"trainer.num_sanity_val_steps=2", "trainer.max_epochs=1"});
    QVERIFY(completed(bench.fit()));
    QCOMPARE(bench.model.evaluations, 5);
    QCOMPARE(bench.writer.values["val_loss"].size(), std::size_t{1});
}

void TestTrainer::makePlan_intervalAboveTheEpoch_isAnError() {
    const Bench bench({"+trainer.val_check_interval=9"});
    const auto plan = makePlan(bench.params, bench.config, 3, 2);
    QVERIFY(!plan);
    QCOMPARE(plan.error().key, std::string("trainer.val_check_interval"));
}

void TestTrainer::makePlan_shareBelowOneBatch_isAnError() {
    const Bench bench({"+trainer.limit_train_batches=0.1"});
    QVERIFY(!makePlan(bench.params, bench.config, 3, 2));
}

QTEST_GUILESS_MAIN(TestTrainer)
#include "tst_trainer.moc"
