// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/series_points.h"

#include <QtTest>

#include <cmath>

using namespace fathom::app;

namespace {

using Floats = std::vector<double>;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A series with a point each second from `wall` on.
SeriesColumns columns(const std::vector<std::int64_t>& steps, const Floats& values, double wall = 1000) {
    SeriesColumns series;
    for (std::size_t i = 0; i < steps.size(); ++i)
        series.append(steps[i], wall + static_cast<double>(i), values[i]);
    return series;
}

CurvePoints curve(XAxis axis, const SeriesColumns& series, RunClock clock = {}) {
    const Attempt attempt{.series = &series, .clock = std::move(clock)};
    return curveOf(axis, {&attempt, 1});
}

} // namespace

class TestSeriesPoints : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void namesOfAxesReadBack() {
        for (const XAxis axis :
             {XAxis::Step, XAxis::Epoch, XAxis::Wall, XAxis::Relative, XAxis::Process, XAxis::Metric})
            QCOMPARE(xAxis(name(axis)), axis);
        QCOMPARE(xAxis(QStringLiteral("of a later version")), XAxis::Step);
    }

    void wallAndRelativeTimeAreThoseOfTheRun() {
        const SeriesColumns series = columns({1, 2, 3}, {7, 8, 9});
        QCOMPARE(curve(XAxis::Wall, series).x, (Floats{1000, 1001, 1002}));
        QCOMPARE(curve(XAxis::Relative, series, {.start = 990}).x, (Floats{10, 11, 12}));
        QCOMPARE(curve(XAxis::Step, series).x, (Floats{1, 2, 3}));
        QCOMPARE(curve(XAxis::Step, series).y, (Floats{7, 8, 9}));
    }

    void processTimeHasNoPauses() {
        const SeriesColumns series = columns({1, 2, 3, 4, 5, 6}, Floats(6, 1));
        const RunClock clock{.start = 1000, .pauses = {{1001.5, 1003.5}, {1004.25, 1004.75}}};
        QCOMPARE(curve(XAxis::Process, series, clock).x, (Floats{0, 1, 1.5, 1.5, 2, 2.5}));
    }

    void epochsAreCountedInFractions() {
        const SeriesColumns epochs = columns({5, 10, 15, 20, 25, 30, 35, 40}, {0, 0, 0, 1, 1, 1, 2, 2});
        const SeriesColumns series = columns({0, 3, 15, 30, 36, 45}, Floats(6, 1));
        const CurvePoints points = curve(XAxis::Epoch, series, {.epochs = &epochs});
        const Floats expected{0, 0.2, 1, 2, 2.4, 3}; // 15 steps each; the last is taken to be as long
        QCOMPARE(points.x.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY(std::abs(points.x[i] - expected[i]) < 1e-12);
        QVERIFY(curve(XAxis::Epoch, series).x.empty()); // no such series
    }

    void oneEpochIsDrawnWhole() {
        const SeriesColumns epochs = columns({10, 20}, {3, 3});
        QCOMPARE(curve(XAxis::Epoch, columns({10, 15, 20}, Floats(3, 1)), {.epochs = &epochs}).x,
                 (Floats{3, 3.5, 4}));
    }

    void anotherMetricGivesItsLatestValue_andOrder() {
        const SeriesColumns loss = columns({0, 10, 20}, {5, 3, 4});
        const SeriesColumns wer = columns({-1, 0, 12, 20, 25}, {9, 0.9, 0.5, 0.6, 0.7});
        const CurvePoints points = curve(XAxis::Metric, wer, {.metric = &loss});
        QCOMPARE(points.x, (Floats{3, 4, 4, 5}));
        QCOMPARE(points.y, (Floats{0.5, 0.6, 0.7, 0.9}));
    }

    void aMetricThatIsNotANumberIsNoPlace() {
        const SeriesColumns loss = columns({0, 10}, {kNaN, 3});
        const CurvePoints points = curve(XAxis::Metric, columns({0, 10}, {1, kNaN}), {.metric = &loss});
        QCOMPARE(points.x, (Floats{3}));
        QVERIFY(std::isnan(points.y[0])); // but it is a value: plots mark it
    }

    void pointsThatARestartMadeVoidAreApart() {
        const std::vector<std::int64_t> steps{1, 2, 3, 4, 3, 4, 5, 2, 3};
        QCOMPARE(supersededPoints(steps),
                 (std::vector<bool>{false, true, true, true, true, true, true, false, false}));
        const CurvePoints points = curve(XAxis::Step, columns({1, 2, 3, 4, 3, 5}, {10, 20, 30, 40, 31, 51}));
        QCOMPARE(points.x, (Floats{1, 2, 3, 5}));
        QCOMPARE(points.y, (Floats{10, 20, 31, 51}));
        QCOMPARE(points.voidX, (Floats{3, 4}));
        QCOMPARE(points.voidY, (Floats{30, 40}));
    }

    void valuesOfOneStepAreNoRestart() {
        const CurvePoints points = curve(XAxis::Step, columns({4, 4, 4, 8}, {1, 2, 3, 4}));
        QCOMPARE(points.x, (Floats{4, 4, 4, 8}));
        QVERIFY(points.voidX.empty());
    }

    void resumedRunsAreOneCurve() {
        const SeriesColumns first = columns({10, 20, 30, 40}, {4, 3, 2, 1}, 1000);
        const SeriesColumns second = columns({30, 40, 50}, {2.5, 1.5, 0.5}, 5000);
        const Attempt attempts[] = {
            {.series = &first, .clock = {.start = 1000}, .lastStep = 20},
            {.series = &second, .clock = {.start = 4999}},
        };
        const CurvePoints steps = curveOf(XAxis::Step, attempts);
        QCOMPARE(steps.x, (Floats{10, 20, 30, 40, 50}));
        QCOMPARE(steps.y, (Floats{4, 3, 2.5, 1.5, 0.5}));
        QCOMPARE(steps.voidX, (Floats{30, 40}));
        QCOMPARE(curveOf(XAxis::Relative, attempts).x, (Floats{0, 1, 4000, 4001, 4002}));
        QCOMPARE(curveOf(XAxis::Process, attempts).x, (Floats{0, 1, 2, 3, 4})); // not the night between
    }

    void resumedRunGoesOnWithinItsEpoch() {
        const SeriesColumns first = columns({10, 20, 30, 40}, {4, 3, 2, 1}, 1000);
        const SeriesColumns second = columns({35, 40, 50}, {2.5, 1.5, 0.5}, 5000);
        const SeriesColumns epochs = columns({20, 30, 40}, {0, 1, 1});
        const SeriesColumns later = columns({35, 40, 50}, {1, 1, 2});
        const SeriesColumns loss = columns({20}, {5});
        const SeriesColumns laterLoss = columns({40}, {3});
        const Attempt attempts[] = {
            {.series = &first, .clock = {.epochs = &epochs, .metric = &loss}, .lastStep = 30},
            {.series = &second, .clock = {.epochs = &later, .metric = &laterLoss}},
        };
        QCOMPARE(curveOf(XAxis::Epoch, attempts).x, (Floats{0.5, 1, 1.5, 1.75, 2, 2.5}));
        const CurvePoints points = curveOf(XAxis::Metric, attempts);
        QCOMPARE(points.x, (Floats{3, 3, 5, 5, 5}));
        QCOMPARE(points.y, (Floats{1.5, 0.5, 3, 2, 2.5})); // at 35 the loss of 20 still holds
    }

    void anAttemptWithoutTheSeriesIsPassedOver() {
        const SeriesColumns second = columns({30}, {1});
        const Attempt attempts[] = {{.series = nullptr, .lastStep = 20}, {.series = &second}};
        QCOMPARE(curveOf(XAxis::Step, attempts).x, (Floats{30}));
        QVERIFY(curveOf(XAxis::Step, {}).x.empty());
    }
};

QTEST_APPLESS_MAIN(TestSeriesPoints)
#include "tst_series_points.moc"
