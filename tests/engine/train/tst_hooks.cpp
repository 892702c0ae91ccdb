// SPDX-License-Identifier: GPL-3.0-or-later
// The order of hooks, and the counters at each, beside a trace of Lightning's (tests/oracle/hook_trace.py).
#include "tests/engine/train/train_testing.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace fathom;
using namespace fathom::testing;

namespace {

struct Seen {
    std::string name;
    std::int64_t step = 0;
    int epoch = 0;
};

/// Remembers each hook and where the loop was.
class Recorder : public Callback {
public:
    Recorder(std::vector<Seen>& events, std::int64_t stopAfter) : m_events(events), m_stopAfter(stopAfter) {}

    Status setup(Trainer& trainer, train::Stage) override { return note("setup", trainer.state()); }
    Status onFitStart(const LoopState& s) override { return note("on_fit_start", s); }
    Status onSanityCheckStart(const LoopState& s) override { return note("on_sanity_check_start", s); }
    Status onSanityCheckEnd(const LoopState& s) override { return note("on_sanity_check_end", s); }
    Status onTrainStart(const LoopState& s) override { return note("on_train_start", s); }
    Status onTrainEpochStart(const LoopState& s) override { return note("on_train_epoch_start", s); }
    Status onTrainBatchStart(const LoopState& s, const model::Batch&) override {
        return note("on_train_batch_start", s);
    }
    Status onBeforeZeroGrad(const LoopState& s) override { return note("on_before_zero_grad", s); }
    Status onBeforeBackward(const LoopState& s, const torch::Tensor&) override {
        return note("on_before_backward", s);
    }
    Status onAfterBackward(const LoopState& s) override { return note("on_after_backward", s); }
    Status onBeforeOptimizerStep(const LoopState& s) override { return note("on_before_optimizer_step", s); }
    Status onTrainBatchEnd(const LoopState& s, const train::StepReport&) override {
        if (s.globalStep == m_stopAfter) m_wantsToStop = true;
        return note("on_train_batch_end", s);
    }
    Status onTrainEpochEnd(const LoopState& s) override { return note("on_train_epoch_end", s); }
    Status onEvaluationStart(const LoopState& s, model::Split split) override {
        return note(of(split) + "_start", s);
    }
    Status onEvaluationEpochStart(const LoopState& s, model::Split split) override {
        return note(of(split) + "_epoch_start", s);
    }
    Status onEvaluationBatchStart(const LoopState& s, model::Split split, const model::Batch&) override {
        return note(of(split) + "_batch_start", s);
    }
    Status onEvaluationBatchEnd(const LoopState& s, model::Split split, const model::Batch&) override {
        return note(of(split) + "_batch_end", s);
    }
    Status onEvaluationEpochEnd(const LoopState& s, const train::EvaluationReport& r) override {
        return note(of(r.split) + "_epoch_end", s);
    }
    Status onEvaluationEnd(const LoopState& s, const train::EvaluationReport& r) override {
        return note(of(r.split) + "_end", s);
    }
    Status onTrainEnd(const LoopState& s, run::TrainEnd) override { return note("on_train_end", s); }
    Status onFitEnd(const LoopState& s, run::TrainEnd) override { return note("on_fit_end", s); }
    Status teardown(const LoopState& s, train::Stage) override { return note("teardown", s); }
    [[nodiscard]] bool wantsToStop() const override { return m_wantsToStop; }

private:
    static std::string of(model::Split split) {
        return split == model::Split::Test ? "on_test" : "on_validation";
    }
    Status note(std::string name, const LoopState& state) {
        m_events.push_back({std::move(name), state.globalStep, state.epoch});
        return {};
    }

    std::vector<Seen>& m_events;
    std::int64_t m_stopAfter;
    bool m_wantsToStop = false;
};

std::string text(const Seen& seen) {
    return seen.name + " at step " + std::to_string(seen.step) + ", epoch " + std::to_string(seen.epoch);
}

QJsonObject golden() {
    QFile file(QStringLiteral(FATHOM_TEST_DATA "/train/hooks.json"));
    if (!file.open(QIODevice::ReadOnly)) return {};
    return QJsonDocument::fromJson(file.readAll()).object();
}

/// Lightning's events but for the update itself, after which there is no hook.
std::vector<Seen> eventsOf(const QJsonObject& traced) {
    std::vector<Seen> events;
    for (const QJsonValueConstRef each : traced[QLatin1String("events")].toArray()) {
        const QJsonArray event = each.toArray();
        if (event[0].toString() == QLatin1String("optimizer_step")) continue;
        events.push_back({event[0].toString().toStdString(), event[1].toInt(), event[2].toInt()});
    }
    return events;
}

} // namespace

class TestHooks : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void order_isLightnings_data();
    void order_isLightnings();
    void exception_isTold();
};

void TestHooks::order_isLightnings_data() {
    QTest::addColumn<QString>("name");
    const QJsonObject cases = golden()[QLatin1String("cases")].toObject();
    QVERIFY(cases.size() >= 17);
    for (const QString& name : cases.keys())
        QTest::newRow(qPrintable(name)) << name;
}

void TestHooks::order_isLightnings() {
    QFETCH(QString, name);
    const QJsonObject traced = golden()[QLatin1String("cases")].toObject()[name].toObject();
    const QJsonObject flags = traced[QLatin1String("flags")].toObject();
    std::vector<std::string> overrides{"trainer.max_epochs=null", "trainer.num_sanity_val_steps=2"};
    for (const QString& flag : flags.keys()) {
        if (flag == QLatin1String("fn") || flag == QLatin1String("stop_after")) continue;
        const QJsonValue value = flags[flag];
        const QString written = value.isBool()
                                    ? (value.toBool() ? QStringLiteral("true") : QStringLiteral("false"))
                                : value.isNull() ? QStringLiteral("null")
                                                 : QString::number(value.toDouble());
        overrides.push_back(QStringLiteral("++trainer.%1=%2").arg(flag, written).toStdString());
    }
    Bench bench(overrides, 5, 3);
    bench.train = std::make_shared<LineDataset>(5, model::LoaderOptions{.batchSize = 1});
    bench.validation = std::make_shared<LineDataset>(3, model::LoaderOptions{.batchSize = 1});
    std::vector<Seen> events;
    bench.callbacks.push_back(
        std::make_unique<Recorder>(events, flags[QLatin1String("stop_after")].toInt(-1)));
    bench.model.onStep = [&](int, torch::Tensor loss) {
        events.push_back({"training_step", events.back().step, events.back().epoch});
        return loss;
    };
    const QString function = flags[QLatin1String("fn")].toString(QStringLiteral("fit"));
    bench.model.onEvaluation = [&](int) {
        const char* step = function == QLatin1String("test") ? "test_step" : "validation_step";
        events.push_back({step, events.back().step, events.back().epoch});
    };
    if (function == QLatin1String("fit")) {
        const auto end = bench.fit();
        QVERIFY2(completed(end), end ? "" : end.error().message().c_str());
    } else {
        Trainer trainer = bench.makeTrainer();
        const model::Split split =
            function == QLatin1String("test") ? model::Split::Test : model::Split::Validation;
        QVERIFY(trainer.evaluate(bench.model, split, bench.validation, -1));
    }
    const std::vector<Seen> expected = eventsOf(traced);
    for (std::size_t i = 0; i < std::min(expected.size(), events.size()); ++i)
        QVERIFY2(text(events[i]) == text(expected[i]),
                 qPrintable(QStringLiteral("event %1: %2 instead of %3")
                                .arg(i)
                                .arg(QString::fromStdString(text(events[i])),
                                     QString::fromStdString(text(expected[i])))));
    QCOMPARE(events.size(), expected.size());
}

void TestHooks::exception_isTold() {
    class Listener : public Callback {
    public:
        explicit Listener(std::string& told) : m_told(told) {}
        Status onBeforeOptimizerStep(const LoopState& state) override {
            return state.globalStep == 2 ? Status(fail({.what = "no more", .why = "test", .remedy = {}}))
                                         : Status{};
        }
        void onException(const LoopState&, const Error& error) override { m_told += error.what; }
        Status teardown(const LoopState&, train::Stage) override {
            m_told += ", torn down";
            return {};
        }
        Status onTrainEnd(const LoopState&, run::TrainEnd) override {
            m_told += "never";
            return {};
        }

    private:
        std::string& m_told;
    };
    std::string told;
    Bench bench;
    bench.callbacks.push_back(std::make_unique<Listener>(told));
    QVERIFY(!bench.fit());
    QCOMPARE(told, std::string("no more, torn down"));
}

QTEST_GUILESS_MAIN(TestHooks)
#include "tst_hooks.moc"
