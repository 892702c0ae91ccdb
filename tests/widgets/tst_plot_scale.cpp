// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot_readout.h"
#include "widgets/plot_scale.h"

#include <QtTest>

#include <random>
#include <set>

using namespace fathom::widgets;

class TestPlotScale : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { qputenv("TZ", "UTC"); }

    void transformsComeBack_onEveryScale() {
        for (const PlotScale scale : {PlotScale::Linear, PlotScale::Log, PlotScale::Symlog}) {
            const ScaleTransform transform{scale, 0.01};
            for (const double value : {1e-9, 0.003, 1.0, 42.0, 1e12}) {
                const double back = transform.from(transform.to(value));
                QVERIFY2(std::abs(back - value) <= std::abs(value) * 1e-9,
                         qPrintable(QString::number(value)));
                if (scale == PlotScale::Symlog) QCOMPARE(transform.to(-value), -transform.to(value));
            }
        }
        QVERIFY(std::isinf(ScaleTransform{PlotScale::Log}.to(0)));
        QCOMPARE(ScaleTransform{PlotScale::Symlog}.to(0), 0.0);
    }

    void ticksLieInTheRange_ascendAndReadDifferently() {
        std::mt19937 random(5);
        std::uniform_real_distribution<double> unit;
        for (int trial = 0; trial < 3000; ++trial) {
            const auto scale = std::array{PlotScale::Linear, PlotScale::Log,
                                          PlotScale::Symlog}[static_cast<std::size_t>(trial % 3)];
            const ScaleTransform transform{scale, std::pow(10.0, std::floor(unit(random) * 8) - 5)};
            const double size = std::pow(10.0, unit(random) * 10 - 5);
            double from = scale == PlotScale::Log ? size * unit(random) + 1e-7 : size * (unit(random) - 0.5);
            const double to = from + size * std::pow(10.0, -3 * unit(random));
            const auto ticks = plotTicks(transform, from, to, 6);
            QVERIFY2(ticks.size() <= 30, qPrintable(QString::number(ticks.size())));
            std::set<QString> labels;
            double last = -std::numeric_limits<double>::infinity();
            for (const PlotTick& tick : ticks) {
                QVERIFY(tick.value > last);
                QVERIFY(tick.value >= from - (to - from) * 1e-6 && tick.value <= to + (to - from) * 1e-6);
                labels.insert(tick.label);
                last = tick.value;
            }
            QVERIFY2(labels.size() == ticks.size(),
                     qPrintable(QStringLiteral("%1 … %2 on %3: %4")
                                    .arg(from)
                                    .arg(to)
                                    .arg(scaleName(scale),
                                         QStringList(labels.begin(), labels.end()).join(QLatin1Char('|')))));
        }
    }

    void labelsSpeakTheKindOfTheAxis() {
        const auto labels = [](AxisKind kind, double from, double to) {
            QStringList texts;
            for (const PlotTick& tick : plotTicks({}, from, to, 4, kind))
                texts.append(tick.label);
            return texts;
        };
        QCOMPARE(labels(AxisKind::Step, 0, 3), (QStringList{u"0"_qs, u"1"_qs, u"2"_qs, u"3"_qs}));
        QVERIFY(labels(AxisKind::Step, 0, 40'000).contains(u"20,000"_qs));
        QVERIFY(labels(AxisKind::Duration, 0, 3600).contains(u"30 min"_qs));
        QVERIFY(labels(AxisKind::Duration, 180, 200).contains(u"3 min 15 s"_qs));
        QVERIFY(labels(AxisKind::Epoch, 0, 2).contains(u"1.5"_qs));
        QVERIFY(labels(AxisKind::WallTime, 1'795'867'200, 1'795'867'200 + 6 * 3600).contains(u"14:00"_qs));
        QCOMPARE(placeText(1404, AxisKind::Step, 1), u"step 1,404"_qs);
        QCOMPARE(placeText(192, AxisKind::Duration, 1), u"3 min 12 s"_qs);
    }

    void symlogHasTicksBetweenItsPowers_whereThereIsRoom() {
        QStringList texts;
        for (const PlotTick& tick : plotTicks({PlotScale::Symlog, 10}, 30, 500, 14))
            texts.append(tick.label);
        QCOMPARE(texts, (QStringList{u"50"_qs, u"100"_qs, u"200"_qs, u"500"_qs}));
        QCOMPARE(plotTicks({PlotScale::Symlog, 1}, -1e4, 1e4, 5).size(), std::size_t{5});
    }

    void symlogThresholdIsBelowMostValues() {
        std::vector<double> magnitudes{0, 0, std::numeric_limits<double>::quiet_NaN()};
        for (int i = 0; i < 1000; ++i)
            magnitudes.push_back(0.02 + i);
        QCOMPARE(symlogThreshold(magnitudes), 10.0);
        QCOMPARE(symlogThreshold({}), 1.0);
    }

    void valuesThatDifferReadDifferently() {
        const auto read = [](std::vector<double> values) { return distinctNumbers(values); };
        QCOMPARE(read({5.5443, 5.5457}), (std::vector<QString>{u"5.544"_qs, u"5.546"_qs})); // never both 5.55
        QCOMPARE(read({5.5443, 5.54432}), (std::vector<QString>{u"5.5443"_qs, u"5.54432"_qs}));
        QCOMPARE(read({0.5, 0.5}), (std::vector<QString>{u"0.5"_qs, u"0.5"_qs}));
        std::mt19937 random(9);
        std::uniform_real_distribution<double> unit;
        for (int trial = 0; trial < 500; ++trial) {
            const double base = std::pow(10.0, unit(random) * 16 - 8);
            std::vector<double> values;
            for (int i = 0; i < 8; ++i)
                values.push_back(base * (1 + unit(random) * std::pow(10.0, -12 * unit(random))));
            const auto texts = read(values);
            const std::set<double> different(values.begin(), values.end());
            const std::set<QString> labels(texts.begin(), texts.end());
            QCOMPARE(labels.size(), different.size());
        }
    }
};

QTEST_GUILESS_MAIN(TestPlotScale)
#include "tst_plot_scale.moc"
