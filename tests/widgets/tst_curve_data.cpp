// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/curve_data.h"

#include <QtTest>

#include <cmath>
#include <random>

using namespace fathom::widgets;

namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<QPointF> wave(int count) {
    std::vector<QPointF> points;
    for (int i = 0; i < count; ++i)
        points.emplace_back(i, std::sin(i * 0.01));
    return points;
}

} // namespace

class TestCurveData : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void pyramidAgreesWithALinearScan_forRandomRanges() {
        std::mt19937 random(7);
        std::normal_distribution<double> normal;
        MinMaxPyramid pyramid;
        std::vector<double> values;
        for (int i = 0; i < 5000; ++i) {
            values.push_back(i % 97 == 0 ? kNaN : normal(random));
            pyramid.append(values.back());
        }
        std::uniform_int_distribution<std::size_t> index(0, values.size());
        for (int trial = 0; trial < 2000; ++trial) {
            auto [first, last] = std::minmax({index(random), index(random)});
            MinMax expected;
            for (std::size_t i = first; i < last; ++i)
                if (std::isfinite(values[i])) expected.include(values[i]);
            const MinMax found = pyramid.range(first, last);
            QCOMPARE(found.valid(), expected.valid());
            QCOMPARE(found.minimum, expected.minimum);
            QCOMPARE(found.maximum, expected.maximum);
        }
    }

    void polylineKeepsASpike_whenAMillionPointsShareAThousandColumns() {
        auto points = wave(1'000'000);
        points[654'321].setY(50);
        points[123'456].setY(-50);
        CurveData curve;
        curve.append(points);
        const auto line = curve.polyline(0, 999'999, 1000);
        QVERIFY(line.size() <= 4100);
        const auto [low, high] = std::minmax_element(
            line.begin(), line.end(), [](const QPointF& a, const QPointF& b) { return a.y() < b.y(); });
        QCOMPARE(low->y(), -50.0);
        QCOMPARE(high->y(), 50.0);
    }

    void polylineIsEveryPoint_whenTheyAreFew() {
        CurveData curve;
        curve.append(wave(100));
        QCOMPARE(curve.polyline(0, 99, 500).size(), std::size_t{100});
    }

    void polylineReachesBeyondTheView_soThatItsEndsAreJoined() {
        CurveData curve;
        curve.append(wave(100));
        const auto line = curve.polyline(10.5, 20.5, 500);
        QCOMPARE(line.front().x(), 10.0);
        QCOMPARE(line.back().x(), 21.0);
    }

    void gapsStayGaps_whenAColumnHoldsOnlyNaN() {
        std::vector<QPointF> points;
        for (int i = 0; i < 100'000; ++i)
            points.emplace_back(i, i >= 40'000 && i < 60'000 ? kNaN : 1.0);
        CurveData curve;
        curve.append(points);
        const auto line = curve.polyline(0, 99'999, 100);
        QVERIFY(std::any_of(line.begin(), line.end(), [](const QPointF& p) { return std::isnan(p.y()); }));
        QVERIFY(!curve.yRange(45'000, 55'000).valid());
        QVERIFY(curve.yRange(0, 99'999).valid());
    }

    void pointsAreSorted_whenAResumedRunStepsBack() {
        CurveData curve;
        curve.append(std::vector<QPointF>{{1, 10}, {2, 20}, {5, 50}});
        curve.append(std::vector<QPointF>{{3, 30}, {4, 40}});
        QCOMPARE(curve.size(), std::size_t{5});
        for (std::size_t i = 0; i < curve.size(); ++i)
            QCOMPARE(curve.y(i), curve.x(i) * 10);
    }

    void nearestFindsTheCloserNeighbour() {
        CurveData curve;
        QCOMPARE(curve.nearest(3), std::size_t{0});
        curve.append(std::vector<QPointF>{{0, 0}, {10, 1}, {20, 2}});
        QCOMPARE(curve.nearest(-5), std::size_t{0});
        QCOMPARE(curve.nearest(6), std::size_t{1});
        QCOMPARE(curve.nearest(99), std::size_t{2});
    }

    void smallestPositiveSkipsZeroAndNegatives() {
        CurveData curve;
        curve.append(std::vector<QPointF>{{0, -1}, {1, 0}, {2, 0.25}, {3, 4}});
        QCOMPARE(curve.smallestPositive(0, 3), 0.25);
        QVERIFY(std::isinf(curve.smallestPositive(0, 1)));
    }
};

QTEST_GUILESS_MAIN(TestCurveData)
#include "tst_curve_data.moc"
