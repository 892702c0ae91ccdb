// SPDX-License-Identifier: GPL-3.0-or-later
// What Lightning's loggers are told, and when: the steps of a run that Lightning itself logged
// (tests/data/lightning/lightning_run.json, tb_scalars), and the lines of DLLogger.
#include "tests/engine/train/train_testing.h"

#include "engine/base/file.h"
#include "engine/train/dllogger.h"
#include "engine/train/logger_connector.h"
#include "engine/train/tensorboard_logger.h"

#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using namespace fathom;
using namespace fathom::testing;
using namespace fathom::train;

namespace {

using Series = std::map<std::string, std::vector<std::pair<std::int64_t, double>>>;

class MemoryLogger : public ExperimentLogger {
public:
    explicit MemoryLogger(Series& series) : m_series(series) {}
    void hyperparameters(const Value&) override {}
    void metrics(std::span<const model::Metric> metrics, std::int64_t step) override {
        for (const model::Metric& metric : metrics)
            m_series[metric.name].emplace_back(step, metric.value);
    }

private:
    Series& m_series;
};

/// What a run of `epochs` epochs of two batches logs, validating every 25 epochs, as the golden run did.
Series logged(int epochs, const std::string& options, MemoryLog& log, int accumulate = 1) {
    Series series;
    ExperimentLoggers loggers;
    loggers.push_back(std::make_unique<MemoryLogger>(series));
    const TrainerParams trainer{.logEverySteps = 5, .accumulate = accumulate};
    const auto params = readExpManagerParams(*configOf("exp_manager: {" + options + "}\n"));
    LoggerConnector connector(std::move(loggers), *params, trainer, log);
    LoopState state{.plan = {.trainBatches = 2}};
    const auto validate = [&] {
        (void)connector.onEvaluationEpochStart(state, model::Split::Validation);
        (void)connector.onEvaluationBatchStart(state, model::Split::Validation, {});
        (void)connector.onEvaluationBatchEnd(state, model::Split::Validation, {});
        (void)connector.onEvaluationEnd(state, {.metrics = {{"val_loss", 1}, {"val_wer", 0.5}}});
    };
    state.sanityChecking = true;
    validate(); // says nothing
    state.sanityChecking = false;
    for (; state.epoch < epochs; ++state.epoch) {
        (void)connector.onTrainEpochStart(state);
        for (state.batch = 1; state.batch <= 2; ++state.batch) {
            (void)connector.onTrainBatchStart(state, {});
            (void)connector.onBeforeBackward(state, torch::tensor(2.0));
            (void)connector.onAfterBackward(state);
            const bool steps = state.batch % accumulate == 0 || state.batch == 2;
            if (steps) ++state.globalStep;
            (void)connector.onTrainBatchEnd(
                state, {.stepped = steps, .learningRate = 0.1, .loss = torch::tensor(2.0)});
            if ((state.batch == 2 || accumulate > 1) && state.epoch % 25 == 24) validate();
        }
    }
    (void)connector.onFitEnd(state, run::TrainEnd::Completed);
    return series;
}

Value golden() {
    std::string text = *readFile(std::string(FATHOM_TEST_DATA) + "/lightning/lightning_run.json");
    text.replace(text.find("-Infinity"), 9, "null"); // Python's word, not JSON's
    return fromJson(text).value();
}

std::string last(const std::string& text) {
    const std::size_t end = text.find_last_not_of('\n');
    return text.substr(text.rfind('\n', end) + 1, end - text.rfind('\n', end));
}

} // namespace

class TestExperimentLoggers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void steps_asLightningLogged();
    void steps_whileGradientsAccumulate();
    void timing_offAndDelta();
    void timers_reductions();
    void hyperparameters_areFlattened();
    void open_whatTheConfigAsksFor();
    void open_folderThatCannotBeWritten_isAWarning();
    void dllogger_lines();
};

void TestExperimentLoggers::steps_asLightningLogged() {
    MemoryLog log;
    const Series series = logged(100, "name: x", log);
    const Value run = golden();
    int compared = 0;
    for (const auto& [tag, points] : run.at("tb_scalars")->asMap()) {
        if (tag == "hp_metric") continue;
        QVERIFY2(series.contains(tag), tag.c_str());
        const auto& own = series.at(tag);
        QCOMPARE(own.size(), points.asList().size());
        for (std::size_t i = 0; i < own.size(); ++i) {
            QCOMPARE(own[i].first, points.asList()[i].asList()[0].asInt());
            if (tag == "epoch" || tag == "global_step")
                QCOMPARE(own[i].second, points.asList()[i].asList()[1].toDouble());
        }
        ++compared;
    }
    QCOMPARE(compared, 9);
    QVERIFY(series.at("train_step_timing in s")[3].second >=
            series.at("train_backward_timing in s")[3].second);
}

void TestExperimentLoggers::steps_whileGradientsAccumulate() {
    // One step an epoch. The first of the two validations of epoch 24 comes before the step, the other after.
    MemoryLog log;
    const Series series = logged(25, "name: x", log, 2);
    QCOMPARE(series.at("train_loss").size(), std::size_t{5});
    QCOMPARE(series.at("train_loss")[0].first, std::int64_t{4});
    QCOMPARE(series.at("val_loss").size(), std::size_t{2});
    QCOMPARE(series.at("val_loss")[0].first, std::int64_t{24});
    QCOMPARE(series.at("val_loss")[1].first, std::int64_t{24});
    QCOMPARE(series.at("global_step")[4].second, 24.0); // of the validation before the step
    QCOMPARE(series.at("global_step")[6].second, 25.0); // of the one after it
}

void TestExperimentLoggers::timing_offAndDelta() {
    MemoryLog log;
    QVERIFY(!logged(10, "log_step_timing: false", log).contains("train_step_timing in s"));
    QVERIFY(log.lines.empty());
    const Series delta = logged(25, "log_delta_step_timing: true", log);
    QVERIFY(!delta.contains("train_step_timing in s") && !delta.contains("validation_step_timing in s"));
    QVERIFY(log.contains("Step 1: train_step_timing in s in s="));
    QVERIFY(!log.contains("Step 2: train_step_timing")); // counted anew in each epoch
    QVERIFY(log.contains("Step 0: validation_step_timing in s in s="));
}

void TestExperimentLoggers::timers_reductions() {
    for (const auto& [reduction, wanted] :
         {std::pair{"mean", 3.0}, std::pair{"sum", 6.0}, std::pair{"min", 2.0}, std::pair{"max", 4.0}}) {
        NamedTimers timers({.reduction = reduction, .bufferSize = 2});
        QVERIFY(!timers.value("a"));
        for (const double seconds : {100.0, 2.0, 4.0})
            timers.add("a", seconds);
        QCOMPARE(timers.value("a").value_or(0), wanted);
    }
    NamedTimers timers({.reduction = "mean", .bufferSize = 0});
    timers.stop("b"); // none is under way
    QVERIFY(!timers.value("b"));
    timers.start("b");
    timers.stop("b");
    QVERIFY(timers.value("b").value_or(-1) >= 0);
}

void TestExperimentLoggers::hyperparameters_areFlattened() {
    LineModel model;
    const auto config =
        configOf("model: {lr: 0.1, optim: {name: '${..kind}'}, kind: adam, none: null, empty: {}, "
                 "list: [1, {a: b}]}\n");
    const auto parameters = hyperparametersOf(model, *config, "model");
    QVERIFY2(parameters, parameters ? "" : parameters.error().message().c_str());
    QCOMPARE(toJson(flattened(*parameters)),
             std::string(R"({"cfg/lr": 0.1, "cfg/optim/name": "adam", "cfg/kind": "adam", "cfg/none": null, )"
                         R"("cfg/list": [1, {"a": "b"}], "cfg/target": "line"})"));
}

void TestExperimentLoggers::open_whatTheConfigAsksFor() {
    const QTemporaryDir folder;
    const std::string root = folder.path().toStdString();
    MemoryLog log;
    const auto countOf = [&](const std::string& options) {
        const auto config = configOf("exp_manager: {exp_dir: '" + root + "', name: n, " + options + "}\n");
        const auto params = readExpManagerParams(*config);
        const auto experiment = Experiment::create(*params, *config);
        return openLoggers(*params, **experiment, Value::Map{{"cfg", Value::Map{{"a", 1}}}}, log).size();
    };
    QCOMPARE(countOf("version: a"), std::size_t{1});
    QCOMPARE(countOf("version: b, create_tensorboard_logger: false"), std::size_t{0});
    QCOMPARE(countOf("version: c, create_dllogger_logger: true, dllogger_logger_kwargs: {json_file: '" +
                     root + "/deep/dll.json'}"),
             std::size_t{2});
    QVERIFY(log.lines.empty());
    const auto text = readFile(root + "/deep/dll.json");
    QVERIFY(text && text->find(R"("step": "PARAMETER", "data": {"cfg/a": 1})") != std::string::npos);
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(root + "/n/a"))
        if (entry.path().filename().string().starts_with("events.out.tfevents.")) ++files;
    QCOMPARE(files, 1);
}

void TestExperimentLoggers::open_folderThatCannotBeWritten_isAWarning() {
    MemoryLog log;
    const auto writer = TensorBoardLogger::create("/proc/self/nowhere", {}, log);
    QVERIFY(!writer && writer.error().message().find("event file") != std::string::npos);
    const auto lines = DlLogger::create("/proc/self/nowhere/x.json", log);
    QVERIFY(!lines && lines.error().message().find("json_file") != std::string::npos);
}

void TestExperimentLoggers::dllogger_lines() {
    const QTemporaryDir folder;
    const std::string path = folder.path().toStdString() + "/dll.json";
    MemoryLog log;
    const auto logger = DlLogger::create(path, log);
    QVERIFY(logger);
    const std::vector<model::Metric> metrics{{"train_loss", 1.5},
                                             {"bad", std::numeric_limits<double>::quiet_NaN()}};
    (*logger)->metrics(metrics, 4);
    (*logger)->flush();
    const std::string line = last(*readFile(path));
    QVERIFY2(line.starts_with("DLLL {"), line.c_str());
    const auto parsed = fromJson(line.substr(5));
    QVERIFY2(parsed, line.c_str());
    QCOMPARE(parsed->at("step")->asInt(), std::int64_t{4});
    QCOMPARE(parsed->at("data")->at("train_loss")->asFloat(), 1.5);
    QCOMPARE(parsed->at("data")->at("bad")->asString(), std::string("nan"));
    QCOMPARE(parsed->at("type")->asString(), std::string("LOG"));
    const QRegularExpression time(QStringLiteral("^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{6}$"));
    QVERIFY(time.match(QString::fromStdString(parsed->at("datetime")->asString())).hasMatch());
}

QTEST_GUILESS_MAIN(TestExperimentLoggers)
#include "tst_experiment_loggers.moc"
