// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/smoothing.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace fathom::widgets;

namespace {

using Floats = std::vector<double>;

constexpr SmoothingMethod kMethods[] = {SmoothingMethod::None,          SmoothingMethod::Ema,
                                        SmoothingMethod::MovingAverage, SmoothingMethod::Median,
                                        SmoothingMethod::Gaussian,      SmoothingMethod::SavitzkyGolay};

Floats noisy(std::size_t size, unsigned seed, bool holes) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    std::uniform_int_distribution<int> dice(0, 99);
    Floats values(size);
    for (std::size_t i = 0; i < size; ++i) {
        values[i] = 5 * std::exp(-static_cast<double>(i) / 50) + normal(random);
        if (dice(random) == 0) values[i] *= 1e6; // a spike
        if (holes && dice(random) < 3) values[i] = std::numeric_limits<double>::quiet_NaN();
        if (holes && dice(random) == 0) values[i] = std::numeric_limits<double>::infinity();
    }
    return values;
}

double fromJson(const QJsonValue& value) {
    if (value.isDouble()) return value.toDouble();
    if (value.toString() == QLatin1String("NaN")) return std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    return value.toString().startsWith(QLatin1Char('-')) ? -infinity : infinity;
}

Floats fromJson(const QJsonArray& array) {
    Floats values;
    for (const QJsonValue& value : array)
        values.push_back(fromJson(value));
    return values;
}

bool same(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

/// The formula of TensorBoard's data_transformer.ts, written out.
Floats literalEma(const Floats& values, double weight) {
    if (std::all_of(values.begin(), values.end(), [&](double y) { return y == values.front(); }))
        return values;
    Floats result;
    double last = 0;
    int numAccum = 0;
    for (const double next : values) {
        if (!std::isfinite(next)) {
            result.push_back(next);
            continue;
        }
        last = last * weight + (1 - weight) * next;
        ++numAccum;
        const double debiasWeight = weight == 1 ? 1 : 1 - std::pow(weight, numAccum);
        result.push_back(last / debiasWeight);
    }
    return result;
}

/// The finite values of the window around i, as each method sees them.
Floats windowAround(const Floats& values, std::size_t i, std::size_t half) {
    Floats window;
    for (std::size_t k = i < half ? 0 : i - half; k <= std::min(i + half, values.size() - 1); ++k)
        if (std::isfinite(values[k])) window.push_back(values[k]);
    return window;
}

} // namespace

class TestSmoothing : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void emaGivesTensorBoardsNumbers() {
        QFile file(QStringLiteral(FATHOM_TEST_DATA "/smoothing/tensorboard_ema.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonObject golden = QJsonDocument::fromJson(file.readAll()).object();
        const Floats values = fromJson(golden.value(QStringLiteral("values")).toArray());
        const QJsonArray cases = golden.value(QStringLiteral("cases")).toArray();
        QCOMPARE(cases.size(), 5);
        for (const QJsonValue& each : cases) {
            const double weight = each[QStringLiteral("weight")].toDouble();
            const Floats expected = fromJson(each[QStringLiteral("smoothed")].toArray());
            const Floats result = smooth(values, {.method = SmoothingMethod::Ema, .weight = weight});
            QCOMPARE(result.size(), expected.size());
            for (std::size_t i = 0; i < result.size(); ++i) // pow may differ in its last digit
                QVERIFY2(same(result[i], expected[i]) ||
                             std::abs(result[i] - expected[i]) <= 1e-13 * std::abs(expected[i]),
                         qPrintable(QStringLiteral("weight %1, point %2").arg(weight).arg(i)));
        }
    }

    void emaIsTheLiteralFormulaBitForBit() {
        for (const double weight : {0.0, 0.1, 0.6, 0.99, 0.9999, 1.0})
            for (unsigned seed = 0; seed < 20; ++seed) {
                const Floats values = noisy(2000, seed, seed % 2 == 1);
                const Floats result = smooth(values, {.method = SmoothingMethod::Ema, .weight = weight});
                const Floats expected = literalEma(values, weight);
                QVERIFY(std::equal(result.begin(), result.end(), expected.begin(), expected.end(), same));
            }
    }

    void emaOfAnOddWeightIsThatOfTheNearestLegalOne() {
        const Floats values = noisy(100, 1, false);
        const auto ema = [&](double weight) {
            return smooth(values, {.method = SmoothingMethod::Ema, .weight = weight});
        };
        QCOMPARE(ema(-1), ema(0));
        QCOMPARE(ema(7), ema(1));
        QCOMPARE(ema(std::numeric_limits<double>::quiet_NaN()), ema(0));
        QCOMPARE(ema(0), values);
    }

    void resultStaysWithinTheData_whereThatIsPromised() {
        for (const SmoothingMethod method : kMethods) {
            if (method == SmoothingMethod::SavitzkyGolay) continue;
            for (unsigned seed = 0; seed < 60; ++seed) {
                const Floats values = noisy(1 + seed * 17, seed, seed % 2 == 1);
                const Floats finite = windowAround(values, 0, values.size());
                if (finite.empty()) continue;
                const auto [low, high] = std::minmax_element(finite.begin(), finite.end());
                const double slack =
                    method == SmoothingMethod::Ema ? 1e-12 * std::max(std::abs(*low), std::abs(*high)) : 0;
                const Floats result =
                    smooth(values, {.method = method, .weight = 0.9, .window = 1 + static_cast<int>(seed)});
                QCOMPARE(result.size(), values.size());
                for (std::size_t i = 0; i < result.size(); ++i) {
                    if (!std::isfinite(values[i]))
                        QVERIFY(same(result[i], values[i]));
                    else
                        QVERIFY(result[i] >= *low - slack && result[i] <= *high + slack);
                }
            }
        }
    }

    void constantStaysConstant() {
        for (const SmoothingMethod method : kMethods)
            for (const double value : {0.0, 0.1, -3e300, 1e-310})
                for (const std::size_t size : {1, 2, 7, 1000})
                    for (const int window : {1, 3, 51}) {
                        const Floats values(size, value);
                        const Floats result = smooth(values, {.method = method, .window = window});
                        for (const double each : result)
                            QVERIFY2(each == value, qPrintable(QStringLiteral("method %1: %2 of %3")
                                                                   .arg(static_cast<int>(method))
                                                                   .arg(each)
                                                                   .arg(value)));
                    }
    }

    void windowedMethodsAreWhatTheirNamesSay() {
        for (unsigned seed = 0; seed < 12; ++seed)
            for (const int window : {3, 7, 20, 301}) {
                const Floats values = noisy(400, seed, seed % 2 == 1);
                const auto half = static_cast<std::size_t>(window / 2);
                const Floats mean =
                    smooth(values, {.method = SmoothingMethod::MovingAverage, .window = window});
                const Floats middle = smooth(values, {.method = SmoothingMethod::Median, .window = window});
                for (std::size_t i = 0; i < values.size(); ++i) {
                    if (!std::isfinite(values[i])) continue;
                    Floats around = windowAround(values, i, half);
                    double sum = 0;
                    double largest = 0;
                    for (const double each : around) {
                        sum += each;
                        largest = std::max(largest, std::abs(each));
                    }
                    QVERIFY(std::abs(mean[i] - sum / static_cast<double>(around.size())) <= 1e-12 * largest);
                    std::sort(around.begin(), around.end());
                    const std::size_t n = around.size();
                    QCOMPARE(middle[i], std::midpoint(around[(n - 1) / 2], around[n / 2]));
                }
            }
    }

    void anOutlierLeavesNothingBehind() {
        Floats values = noisy(3000, 3, false);
        for (double& value : values)
            value = std::fmod(value, 1);
        Floats spiked = values;
        spiked[100] = 1e15;
        for (const SmoothingMethod method :
             {SmoothingMethod::MovingAverage, SmoothingMethod::Median, SmoothingMethod::Gaussian}) {
            const Floats clean = smooth(values, {.method = method, .window = 41});
            const Floats result = smooth(spiked, {.method = method, .window = 41});
            for (std::size_t i = 500; i < values.size(); ++i)
                QVERIFY(std::abs(result[i] - clean[i]) < 1e-12);
        }
    }

    void gaussianIsNearTheKernelItStandsFor() {
        for (const int window : {8, 16, 40, 200}) { // the last two by boxes
            Floats values(2001, 0.0);
            values[1000] = 1;
            const Floats result = smooth(values, {.method = SmoothingMethod::Gaussian, .window = window});
            const double sigma = window / 4.0;
            const double peak = 1 / (sigma * std::sqrt(2 * M_PI));
            double sum = 0;
            for (std::size_t i = 0; i < values.size(); ++i) {
                const double distance = (static_cast<double>(i) - 1000) / sigma;
                QVERIFY(std::abs(result[i] - peak * std::exp(-distance * distance / 2)) < 0.05 * peak);
                sum += result[i];
            }
            QVERIFY(std::abs(sum - 1) < 1e-9);
        }
    }

    void savitzkyGolayKeepsPolynomialsOfItsOrder_toTheEnds() {
        Floats values(200);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double x = static_cast<double>(i) / 50;
            values[i] = 1 - 2 * x + 0.5 * x * x;
        }
        const Floats whole = values;
        values[77] = std::numeric_limits<double>::quiet_NaN();
        const Floats result = smooth(values, {.method = SmoothingMethod::SavitzkyGolay, .window = 25});
        for (std::size_t i = 0; i < values.size(); ++i)
            QVERIFY(i == 77 ? std::isnan(result[i]) : std::abs(result[i] - whole[i]) < 1e-11);
        // The five-point quadratic of Savitzky and Golay's table: (−3, 12, 17, 12, −3) / 35.
        const Floats impulse = {0, 0, 0, 0, 35, 0, 0, 0, 0};
        const Floats table = smooth(impulse, {.method = SmoothingMethod::SavitzkyGolay, .window = 5});
        const Floats expected = {-3, 12, 17, 12, -3};
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY(std::abs(table[i + 2] - expected[i]) < 1e-11);
    }

    void fewPointsAndNoneAreSmoothedToo() {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        for (const SmoothingMethod method : kMethods) {
            QVERIFY(smooth({}, {.method = method}).empty());
            for (const Floats& values : {Floats{3}, Floats{3, 4}, Floats{nan}, Floats{nan, 2, nan}}) {
                const Floats result = smooth(values, {.method = method, .window = 51, .order = 5});
                QCOMPARE(result.size(), values.size());
                for (std::size_t i = 0; i < values.size(); ++i)
                    QCOMPARE(std::isfinite(result[i]), std::isfinite(values[i]));
            }
        }
    }

    /// The value of a point depends on its neighbours, not on how much of the series is looked at.
    void farPointsDoNotMatter() {
        const Floats values = noisy(5000, 9, true);
        for (const SmoothingMethod method : {SmoothingMethod::MovingAverage, SmoothingMethod::Median,
                                             SmoothingMethod::Gaussian, SmoothingMethod::SavitzkyGolay}) {
            const Smoothing how{.method = method, .window = 31};
            const Floats whole = smooth(values, how);
            const Floats part = smooth(std::span(values).subspan(1000, 2000), how);
            for (std::size_t i = 200; i < 1800; ++i)
                QVERIFY(same(part[i], whole[1000 + i]) ||
                        std::abs(part[i] - whole[1000 + i]) <= 1e-9 * (1 + std::abs(whole[1000 + i])));
        }
    }
};

QTEST_APPLESS_MAIN(TestSmoothing)
#include "tst_smoothing.moc"
