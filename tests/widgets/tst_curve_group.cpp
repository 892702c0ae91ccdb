// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/curve_group.h"

#include <QtTest>

#include <cmath>
#include <numeric>
#include <random>

using namespace fathom::widgets;

namespace {

using Floats = std::vector<double>;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Curve {
    Floats x;
    Floats y;
};

CurveGroup group(const std::vector<Curve>& curves, Spread spread = Spread::Range) {
    std::vector<CurveView> views;
    for (const Curve& curve : curves)
        views.push_back({curve.x, curve.y});
    return groupCurves(views, spread);
}

bool near(double a, double b, double tolerance = 1e-12) {
    return std::abs(a - b) <= tolerance * std::max({1.0, std::abs(a), std::abs(b)});
}

} // namespace

class TestCurveGroup : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void meanIsTakenOnTheUnionOfSteps() {
        const CurveGroup all = group({{{0, 2, 4}, {0, 2, 4}}, {{0, 1, 4}, {4, 4, 4}}});
        QCOMPARE(all.x, (Floats{0, 1, 2, 4}));
        QCOMPARE(all.mean, (Floats{2, 2.5, 3, 4}));
        QCOMPARE(all.low, (Floats{0, 1, 2, 4}));
        QCOMPARE(all.high, (Floats{4, 4, 4, 4}));
        QCOMPARE(all.count, (std::vector<int>{2, 2, 2, 2}));
    }

    void aCurveCountsWhereItIs_only() {
        const CurveGroup all = group({{{0, 1, 2, 3}, {1, 1, 1, 1}}, {{1, 2}, {3, 3}}});
        QCOMPARE(all.count, (std::vector<int>{1, 2, 2, 1}));
        QCOMPARE(all.mean, (Floats{1, 2, 2, 1}));
    }

    void nothingIsReadAcrossANaN() {
        const CurveGroup all = group({{{0, 1, 2, 3, 4}, {1, 1, 1, 1, 1}}, {{0, 2, 4}, {3, kNaN, 3}}});
        QCOMPARE(all.count, (std::vector<int>{2, 1, 1, 1, 2}));
    }

    void nothingIsReadAcrossAHole_butAcrossStepsThatGrow() {
        Curve holed;
        Curve whole;
        Curve growing;
        for (int i = 0; i <= 1000; ++i) {
            whole.x.push_back(i);
            if (i < 100 || i > 900) holed.x.push_back(i);
        }
        for (double x = 1; x <= 1000; x *= 3)
            growing.x.push_back(x);
        for (Curve* curve : {&holed, &whole, &growing})
            curve->y.assign(curve->x.size(), 1);
        const CurveGroup all = group({holed, whole, growing});
        QCOMPARE(all.count[50], 3);
        QCOMPARE(all.count[500], 2); // not the holed one
        QCOMPARE(all.count[0], 2);   // the growing one begins at 1
    }

    void spreadsAreThoseOfTheBooks() {
        const std::vector<Curve> curves = {{{0}, {2}}, {{0}, {4}}, {{0}, {4}}, {{0}, {6}}};
        const double deviation = std::sqrt(8.0 / 3);
        const CurveGroup std = group(curves, Spread::Deviation);
        QVERIFY(near(std.low[0], 4 - deviation) && near(std.high[0], 4 + deviation));
        const CurveGroup interval = group(curves, Spread::Confidence); // t(3) = 3.182446
        QVERIFY(near(interval.high[0], 4 + 3.18244630528371 * deviation / 2));
        QVERIFY(near(interval.low[0], 4 - 3.18244630528371 * deviation / 2));
        QVERIFY(std::isnan(group(curves, Spread::None).low[0]));
    }

    void oneCurveHasNoDeviation() {
        for (const Spread spread : {Spread::Deviation, Spread::Confidence}) {
            const CurveGroup one = group({{{0, 1}, {5, 7}}}, spread);
            QCOMPARE(one.mean, (Floats{5, 7}));
            QVERIFY(std::isnan(one.low[0]) && std::isnan(one.high[1]));
        }
    }

    void quantilesAreThoseOfTheTable() {
        const std::pair<int, double> table[] = {{1, 12.7062}, {2, 4.3027},   {4, 2.7764},  {5, 2.5706},
                                                {6, 2.4469},  {9, 2.2622},   {15, 2.1314}, {30, 2.0423},
                                                {99, 1.9842}, {1000, 1.9623}};
        for (const auto& [freedom, value] : table)
            QVERIFY2(near(studentQuantile(freedom), value, 3e-5), qPrintable(QString::number(freedom)));
        QVERIFY(std::isnan(studentQuantile(0)));
    }

    void largeOffsetsLoseNothing() {
        std::vector<Curve> curves;
        for (int i = 0; i < 10; ++i)
            curves.push_back({{0}, {1e9 + i * 0.001}});
        const CurveGroup all = group(curves, Spread::Deviation);
        QVERIFY(std::abs(all.high[0] - all.mean[0] - 0.0030277) < 1e-6);
    }

    void emptyAndMissingCurvesAreNoCurves() {
        QVERIFY(group({}).x.empty());
        const CurveGroup all = group({{{}, {}}, {{3}, {kNaN}}, {{3}, {1}}});
        QCOMPARE(all.count, (std::vector<int>{1}));
        QCOMPARE(group({{{3}, {kNaN}}}).count, (std::vector<int>{0}));
        QVERIFY(std::isnan(group({{{3}, {kNaN}}}).mean[0]));
    }

    void ofManyPointsNoneIsLostFromTheRange() {
        Curve regular;
        Curve shifted;
        constexpr std::size_t size = kMostGroupPoints; // the union is twice as long
        for (std::size_t i = 0; i < size; ++i) {
            regular.x.push_back(static_cast<double>(i));
            shifted.x.push_back(static_cast<double>(i) + 0.5);
        }
        regular.y.assign(size, 0);
        shifted.y.assign(size, 0);
        std::mt19937 random(1);
        double least = 0;
        for (int i = 0; i < 100; ++i) {
            const auto place = random() % size;
            shifted.y[place] = -1 - static_cast<double>(i);
            least = std::min(least, shifted.y[place]);
        }
        const CurveGroup all = group({regular, shifted});
        QVERIFY(all.x.size() <= kMostGroupPoints);
        QCOMPARE(all.x.front(), 0.0);
        QCOMPARE(all.x.back(), shifted.x.back());
        QCOMPARE(*std::min_element(all.low.begin(), all.low.end()), least);
        const auto negative = std::count_if(all.low.begin(), all.low.end(), [](double y) { return y <= -1; });
        QVERIFY(negative >= 90); // a few of the hundred may fall between the same two x
    }
};

QTEST_APPLESS_MAIN(TestCurveGroup)
#include "tst_curve_group.moc"
