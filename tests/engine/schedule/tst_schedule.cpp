// SPDX-License-Identifier: GPL-3.0-or-later
// Learning-rate curves against NeMo's and PyTorch's, recorded in tests/data/optim.
#include "engine/base/file.h"
#include "engine/schedule/formulas.h"
#include "engine/schedule/max_steps.h"
#include "engine/schedule/plateau.h"
#include "engine/schedule/schedule.h"

#include <QTest>
#include <cmath>

using namespace fathom;

namespace {

Value load(const char* name) {
    const Result<std::string> text = readFile(std::string(FATHOM_TEST_DATA) + "/optim/" + name);
    Result<Value> value = text ? fromJson(*text) : fail(text.error());
    if (!value) qFatal("%s", value.error().message().c_str());
    return std::move(*value);
}

const Value& at(const Value& map, const char* key) {
    static const Value null;
    const Value* found = map.asMap().find(key);
    return found ? *found : null;
}

bool isClose(double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
    return std::fabs(a - b) <= 1e-9 * std::max(std::fabs(a), std::fabs(b)) + 1e-18;
}

std::string label(const Value& item) {
    return at(item, "scheduler").asString() + " " + toJson(at(item, "args")) + " " +
           toJson(at(item, "base_lrs"));
}

/// NeMo's messages hold object addresses; the class and what follows them is compared.
std::string comparable(const std::string& message) {
    const std::size_t received = message.find(" received ");
    return received == std::string::npos ? message : message.substr(received);
}

struct Curve {
    std::vector<double> groupLrs;
    const Value::List& expected;

    [[nodiscard]] double wanted(std::size_t step, std::size_t group) const {
        const Value& row = expected[step];
        const Value& cell = row.isList() ? row.asList()[group] : row;
        return cell.isNumber() ? cell.toDouble() : std::nan("");
    }
};

void compareCurve(const Value& item, const Curve& curve, const schedule::Schedule& schedule) {
    for (std::size_t step = 0; step < curve.expected.size(); ++step)
        for (std::size_t group = 0; group < curve.groupLrs.size(); ++group) {
            const double got = schedule.at(static_cast<std::int64_t>(step), curve.groupLrs[group]);
            const double wanted = curve.wanted(step, group);
            if (!isClose(got, wanted))
                QFAIL(
                    qPrintable(QString::fromStdString(label(item) + " step " + std::to_string(step)) +
                               QStringLiteral(": %1, not %2").arg(got, 0, 'g', 17).arg(wanted, 0, 'g', 17)));
        }
}

void comparePlateau(const Value& item, const Curve& curve) {
    Result<schedule::Plateau> plateau = schedule::Plateau::create(at(item, "args").asMap(), curve.groupLrs);
    QVERIFY2(plateau.has_value(), label(item).c_str());
    const Value::List& metrics = at(item, "metrics").asList();
    std::vector<double> rates = plateau->rates();
    for (std::size_t step = 0; step < curve.expected.size(); ++step) {
        for (std::size_t group = 0; group < rates.size(); ++group)
            QVERIFY2(isClose(rates[group], curve.wanted(step, group)), label(item).c_str());
        const Value& metric = metrics[step % metrics.size()];
        rates = plateau->step(metric.isNumber() ? metric.toDouble() : std::nan(""));
    }
}

} // namespace

class TestSchedule : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void followsNemo_data();
    void followsNemo();
    void countsMaxSteps();
    void preparesConfigsAsNemoDoes();
    void prepareSchedule_checksEveryGroup();
    void prepareSchedule_plateauOfGroups();
};

void TestSchedule::followsNemo_data() {
    QTest::addColumn<int>("index");
    const Value golden = load("schedulers.json");
    int index = 0;
    for (const Value& item : at(golden, "cases").asList())
        QTest::addRow("%d %s", index, label(item).c_str()) << index, ++index;
}

void TestSchedule::followsNemo() {
    QFETCH(int, index);
    static const Value golden = load("schedulers.json");
    const Value& item = at(golden, "cases").asList()[static_cast<std::size_t>(index)];
    std::vector<double> groupLrs;
    for (const Value& lr : at(item, "base_lrs").asList())
        groupLrs.push_back(lr.toDouble());
    Result<schedule::Schedule> made = schedule::constructSchedule(
        at(item, "scheduler").asString(), at(item, "args").asMap(), groupLrs[0], groupLrs.size());
    const Value& refused = at(item, "construct_error");
    if (refused.isMap()) {
        QVERIFY2(!made.has_value(), label(item).c_str());
        QCOMPARE(made.error().className, at(refused, "cls").asString());
        const std::string wanted = comparable(at(refused, "msg").asString());
        if (wanted.find("division") == std::string::npos && !wanted.empty())
            QCOMPARE(comparable(made.error().why), wanted);
        return;
    }
    QVERIFY2(made.has_value(), (label(item) + ": " + (made ? "" : made.error().message())).c_str());
    const Curve curve{groupLrs, at(item, "lr").asList()};
    if (at(item, "scheduler").asString() == "ReduceLROnPlateau") {
        comparePlateau(item, curve);
        return;
    }
    compareCurve(item, curve, *made);
    if (const Value& stopped = at(item, "step_error"); stopped.isMap()) {
        const Result<double> rate = made->rate(at(stopped, "at_step").asInt(), groupLrs[0]);
        QVERIFY2(!rate.has_value(), label(item).c_str());
        QCOMPARE(rate.error().className, at(stopped, "cls").asString());
    }
    if (const Value& momentum = at(item, "momentum"); momentum.isList() && groupLrs.size() == 1)
        for (std::size_t step = 0; step < momentum.asList().size(); ++step)
            QVERIFY2(isClose(made->momentumAt(static_cast<std::int64_t>(step)).value_or(-1),
                             momentum.asList()[step].toDouble()),
                     label(item).c_str());
}

void TestSchedule::countsMaxSteps() {
    const Value golden = load("max_steps.json");
    for (const Value& each : at(golden, "rows").asList()) {
        const Value::List& row = each.asList();
        schedule::MaxStepsInput input{row[0].asInt(), row[1].asInt(), 1.0, row[3].asInt(), row[4].asInt(),
                                      row[5].asInt(), row[6].asBool()};
        if (row[2].isInt())
            input.limitTrainBatches = row[2].asInt();
        else
            input.limitTrainBatches = row[2].asFloat();
        QVERIFY2(row[7].isInt(), toJson(each).c_str());
        QVERIFY2(schedule::computeMaxSteps(input) == row[7].asInt(), toJson(each).c_str());
    }
}

void TestSchedule::preparesConfigsAsNemoDoes() {
    const Value golden = load("prepare_lr_scheduler.json");
    for (const Value& item : golden.asList()) {
        const std::string name = at(item, "label").asString();
        const Value& cfg = at(item, "cfg");
        schedule::ScheduleContext context;
        const auto number = [&cfg](const char* key, std::int64_t fallback) {
            return at(cfg, key).isInt() ? at(cfg, key).asInt() : fallback;
        };
        if (cfg.isMap() && at(item, "dataset").isInt() && at(cfg, "t_max_epochs").isInt())
            context.maxSteps =
                schedule::computeMaxSteps({number("t_max_epochs", 1), number("t_accumulate_grad_batches", 1),
                                           at(cfg, "t_limit_train_batches").toDouble(),
                                           number("t_num_workers", 1), at(item, "dataset").asInt(),
                                           at(item, "batch_size").asInt(), at(item, "drop_last").asBool()});
        const auto prepared = schedule::prepareSchedule(cfg, at(item, "lr").toDouble(), context);
        if (const Value& error = at(item, "error"); error.isMap()) {
            QVERIFY2(!prepared.has_value(), name.c_str());
            QCOMPARE(prepared.error().className, at(error, "cls").asString());
            continue;
        }
        QVERIFY2(prepared.has_value(), (name + (prepared ? "" : prepared.error().message())).c_str());
        QVERIFY2(prepared->schedule.has_value() == at(item, "result").isMap(), name.c_str());
        if (!prepared->schedule) {
            // Those of t_max_epochs name what the trainer knows; the others are NeMo's.
            if (!cfg.isMap() || !cfg.asMap().find("t_max_epochs"))
                QCOMPARE(prepared->reason, at(item, "log").asList()[0].asList()[1].asString());
            continue;
        }
        const Value& result = at(item, "result");
        QCOMPARE(prepared->schedule->followsMetric(), at(result, "reduce_on_plateau").asBool());
        const auto& parameters =
            dynamic_cast<const schedule::FormulaCurve&>(prepared->schedule->curve()).parameters();
        for (const auto& [key, got] : {std::pair{"max_steps", parameters.maxSteps.value_or(-1)},
                                       {"warmup_steps", parameters.warmupSteps},
                                       {"min_lr", parameters.minLr}})
            if (const Value& wanted = at(result, key); wanted.isNumber())
                QVERIFY2(isClose(got, wanted.toDouble()), (name + " " + key).c_str());
        QCOMPARE(prepared->schedule->name(), at(at(item, "result"), "scheduler").asString());
        QCOMPARE(prepared->monitor, at(at(item, "result"), "monitor").asString());
        QCOMPARE(prepared->schedule->interval() == schedule::Interval::Epoch,
                 at(at(item, "result"), "interval").asString() == "epoch");
        if (const Value& curve = at(item, "lr_first_31"); curve.isList())
            for (std::size_t step = 0; step < curve.asList().size(); ++step)
                QVERIFY2(isClose(prepared->schedule->at(static_cast<std::int64_t>(step)),
                                 curve.asList()[step].toDouble()),
                         name.c_str());
    }
}

/// NeMo's constructors take the first step of all groups: one below min_lr is refused at once.
void TestSchedule::prepareSchedule_checksEveryGroup() {
    const Value sched(
        Value::Map{{"name", "CosineAnnealing"}, {"max_steps", std::int64_t{50}}, {"min_lr", 0.01}});
    const auto fine = schedule::prepareSchedule(sched, 0.1, {.groupLrs = {0.1, 0.4}});
    QVERIFY(fine && fine->schedule);
    QVERIFY(isClose(fine->schedule->at(25, 0.4), 0.01 + 0.5 * 0.39));
    const auto refused = schedule::prepareSchedule(sched, 0.1, {.groupLrs = {0.1, 0.001}});
    QVERIFY(!refused);
    QCOMPARE(refused.error().className, std::string("ValueError"));
}

void TestSchedule::prepareSchedule_plateauOfGroups() {
    const Value sched(
        Value::Map{{"name", "ReduceLROnPlateau"},
                   {"max_steps", std::int64_t{50}},
                   {"monitor", "val_wer"},
                   {"reduce_on_plateau", true},
                   {"args", Value::Map{{"patience", std::int64_t{0}}, {"min_lr", Value::List{0.05, 0.0}}}}});
    QVERIFY(!schedule::prepareSchedule(sched, 0.1)); // two minima for one group
    const auto prepared = schedule::prepareSchedule(sched, 0.1, {.groupLrs = {0.1, 0.4}});
    QVERIFY2(prepared, prepared ? "" : prepared.error().message().c_str());
    QCOMPARE(prepared->monitor, std::string("val_wer"));
    QVERIFY(prepared->schedule->interval() == schedule::Interval::Epoch);
    auto plateau = schedule::Plateau::create(prepared->arguments, {0.1, 0.4});
    QVERIFY(plateau);
    plateau->step(1.0);
    const std::vector<double> rates = plateau->step(2.0);
    QVERIFY(isClose(rates[0], 0.05));
    QVERIFY(isClose(rates[1], 0.04));
}

QTEST_GUILESS_MAIN(TestSchedule)
#include "tst_schedule.moc"
