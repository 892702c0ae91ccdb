// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/correlation.h"
#include "engine/analysis/forest.h"
#include "tests/engine/analysis/planted_study.h"

#include <QElapsedTimer>
#include <QTest>

#include <algorithm>

using namespace fathom;
using namespace fathom::analysis;

namespace {

bool isNear(double a, double b, double tolerance = 1e-9) {
    return std::fabs(a - b) <= tolerance;
}

std::vector<ForestColumn> twoColumns(std::size_t rows, std::vector<double>& y) {
    Random random(5);
    std::vector<ForestColumn> columns(2);
    for (ForestColumn& column : columns)
        column.levelCount = 8;
    for (std::size_t row = 0; row < rows; ++row) {
        for (ForestColumn& column : columns)
            column.levels.push_back(static_cast<std::uint8_t>(random.below(8)));
        y.push_back(columns[0].levels.back() < 4 ? 0.0 : 1.0);
    }
    return columns;
}

} // namespace

class ImportanceTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void pearson_isWhatTheFormulaSays() {
        // By hand: covariance 6, sums of squares 10 and 6.
        const std::vector<double> x{1, 2, 3, 4, 5};
        const std::vector<double> y{2, 4, 5, 4, 5};
        const Estimate estimate = pearson(x, y);
        QVERIFY(isNear(estimate.value, 6 / std::sqrt(10.0 * 6.0)));
        QVERIFY(isNear(estimate.low, std::tanh(std::atanh(estimate.value) - 1.959963984540054 / std::sqrt(2)),
                       1e-12));
        QVERIFY(isNear(estimate.high, 0.98423, 1e-5));
        QCOMPARE(pearson(x, std::vector<double>{5, 4, 3, 2, 1}).value, -1.0);
        QVERIFY(std::isnan(pearson(x, std::vector<double>{7, 7, 7, 7, 7}).value));
        QVERIFY(std::isnan(pearson(std::vector<double>{1, 2}, std::vector<double>{1, 2}).value));
    }

    void spearman_givesTiesTheirMeanRank() {
        QCOMPARE(ranks(std::vector<double>{10, 30, 20, 20}), (std::vector<double>{1, 4, 2.5, 2.5}));
        // 1 - 6 Σd² / (n (n² - 1)) where there are no ties.
        const std::vector<double> x{1, 2, 3, 4, 5, 6};
        const std::vector<double> y{1, 8, 27, 16, 125, 216};
        QVERIFY(isNear(spearman(x, y).value, 1 - 6.0 * 2 / (6 * 35)));
        QCOMPARE(spearman(x, std::vector<double>{1, 10, 100, 1e4, 1e5, 1e9}).value, 1.0);
    }

    void pearsonInterval_coversTheTruthAsOftenAsItSays() {
        Random random(11);
        int covered = 0;
        constexpr int kStudies = 1000;
        for (int study = 0; study < kStudies; ++study) {
            std::vector<double> x;
            std::vector<double> y;
            for (int i = 0; i < 40; ++i) {
                const double a = noise(random);
                x.push_back(a);
                y.push_back(0.6 * a + 0.8 * noise(random));
            }
            const Estimate estimate = pearson(x, y);
            covered += estimate.low <= 0.6 && 0.6 <= estimate.high ? 1 : 0;
        }
        QVERIFY2(covered > 920 && covered < 980, qPrintable(QString::number(covered)));
    }

    void correlationRatio_isZeroForNoiseAndOneForCategoriesThatSayAll() {
        std::vector<std::size_t> categories;
        std::vector<double> own;
        std::vector<double> random;
        Random source(3);
        for (std::size_t i = 0; i < 60; ++i) {
            categories.push_back(i % 3);
            own.push_back(static_cast<double>(i % 3 == 1));
            random.push_back(noise(source));
        }
        QCOMPARE(correlationRatio(categories, own, 1).value, 1.0);
        QVERIFY(correlationRatio(categories, random, 1).value < 0.3);
        // Two groups of 2: within 1, total 9; 1 - 1/9 · 3/2.
        const std::vector<double> y{0, 1, 3, 4};
        const double ratio = correlationRatio(std::vector<std::size_t>{0, 0, 1, 1}, y, 1).value;
        QVERIFY(isNear(ratio, std::sqrt(1 - 1.0 / 10 * 3 / 2)));
    }

    void forest_givesAllToTheColumnThatSaysAll() {
        std::vector<double> y;
        const std::vector<ForestColumn> columns = twoColumns(200, y);
        const ForestResult result = growForest(columns, y);
        QVERIFY2(result.explained > 0.95, qPrintable(QString::number(result.explained)));
        // Shuffling a fair coin against itself: E(y - y')² = 2 Var(y).
        QVERIFY2(isNear(result.importance[0].value, 2, 0.25),
                 qPrintable(QString::number(result.importance[0].value)));
        QVERIFY(isNear(result.importance[1].value, 0, 0.02));
        QVERIFY(result.importance[0].low > 1.5 && result.importance[0].high < 2.5);
    }

    void forest_isTheSameForAnyNumberOfThreads() {
        const PlantedStudy study = plantStudy(4, 80, 12, Plant::Linear);
        const Importance one = importanceOf(study.columns, study.metric, {.threads = 1});
        const Importance three = importanceOf(study.columns, study.metric, {.threads = 3});
        const Importance other = importanceOf(study.columns, study.metric, {.seed = 2});
        QCOMPARE(one.explained, three.explained);
        for (std::size_t i = 0; i < one.keys.size(); ++i) {
            QCOMPARE(one.keys[i].key, three.keys[i].key);
            QCOMPARE(one.keys[i].forest.value, three.keys[i].forest.value);
            QCOMPARE(one.keys[i].forest.low, three.keys[i].forest.low);
        }
        QVERIFY(one.explained != other.explained);
    }

    void plantedCause_isFoundInNearlyEveryStudy_data() {
        QTest::addColumn<int>("plant");
        QTest::newRow("linear in the logarithm") << static_cast<int>(Plant::Linear);
        QTest::newRow("best in the middle") << static_cast<int>(Plant::Valley);
        QTest::newRow("a category") << static_cast<int>(Plant::Category);
    }
    void plantedCause_isFoundInNearlyEveryStudy() {
        QFETCH(int, plant);
        int found = 0;
        int clear = 0;
        for (std::uint64_t seed = 0; seed < 100; ++seed) {
            const PlantedStudy study = plantStudy(seed, 60, 21, static_cast<Plant>(plant));
            const Importance result = importanceOf(study.columns, study.metric, {.trees = 100});
            found += result.keys.front().key == study.planted ? 1 : 0;
            clear += result.keys.front().key == study.planted &&
                             result.keys.front().forest.low > result.keys[1].forest.value
                         ? 1
                         : 0;
        }
        qInfo("found in %d of 100, in %d with an interval above all others", found, clear);
        QVERIFY2(found >= 95, qPrintable(QString::number(found)));
    }

    void nothingIsImportant_whereNothingIsPlanted() {
        int claims = 0;
        double explained = 0;
        for (std::uint64_t seed = 0; seed < 50; ++seed) {
            PlantedStudy study = plantStudy(seed, 60, 21, Plant::Linear);
            Random random(seed + 1000);
            for (double& value : study.metric)
                value = noise(random);
            const Importance result = importanceOf(study.columns, study.metric, {.trees = 100});
            explained += result.explained / 50;
            for (const KeyImportance& key : result.keys)
                claims += key.forest.low > 0.1 ? 1 : 0;
        }
        QVERIFY2(claims <= 10, qPrintable(QString::number(claims))); // of 50 × 21
        QVERIFY2(explained < 0.05, qPrintable(QString::number(explained)));
    }

    void keysThatPartTheRunsAlike_areOneRow() {
        std::vector<StudyColumn> columns{{"lr", {}}, {"seed", {}}, {"name", {}}, {"same", {}}, {"path", {}}};
        std::vector<double> metric;
        for (int run = 0; run < 20; ++run) {
            columns[0].values.emplace_back(0.1 * (run % 4));
            columns[1].values.emplace_back(run % 4 + 1);
            columns[2].values.emplace_back("net" + std::to_string(run % 2));
            columns[3].values.emplace_back(3);
            columns[4].values.emplace_back("run_" + std::to_string(run));
            metric.push_back(run % 4);
        }
        metric[3] = std::numeric_limits<double>::quiet_NaN();
        const Importance result = importanceOf(columns, metric);
        QCOMPARE(result.runs, std::size_t{19});
        QCOMPARE(result.keys.size(), std::size_t{2});
        QCOMPARE(result.keys.front().key, std::string("lr"));
        QCOMPARE(result.keys.front().together, std::vector<std::string>{"seed"});
        QVERIFY(isNear(result.keys.front().pearson.value, 1));
        QVERIFY(result.keys.back().isCategorical);
        QCOMPARE(result.unusable, std::vector<std::string>{"path"});
    }

    void fewRuns_giveCorrelationsWithoutForest() {
        std::vector<StudyColumn> columns{{"lr", {1, 2, 4, nullptr}}};
        const Importance result = importanceOf(columns, std::vector<double>{1, 2, 4, 9});
        QVERIFY(std::isnan(result.explained));
        QVERIFY(isNear(result.keys.front().pearson.value, 1));
        QVERIFY(std::isnan(result.keys.front().forest.value));
        QVERIFY(importanceOf({}, {}).keys.empty());
        QVERIFY(importanceOf(columns, std::vector<double>{1, 1, 1, 1}).keys.size() == 1);
    }

    void aThousandRuns_takeAboutASecondAtMost() {
        const PlantedStudy study = plantStudy(1, 1000, 60, Plant::Valley);
        qint64 best = std::numeric_limits<qint64>::max();
        for (int round = 0; round < 3; ++round) {
            QElapsedTimer timer;
            timer.start();
            const Importance result = importanceOf(study.columns, study.metric);
            best = std::min(best, timer.elapsed());
            QCOMPARE(result.keys.front().key, study.planted);
            QVERIFY2(result.keys.front().forest.low > result.keys[1].forest.high, "unclear");
        }
        qInfo("importance of 60 keys over 1,000 runs: %lld ms (best of 3)", static_cast<long long>(best));
        QVERIFY2(best < 4000, qPrintable(QString::number(best))); // the goal is 1 s, on cores that are free
    }

    void aStoppedStudy_isEmpty() {
        std::stop_source source;
        source.request_stop();
        const PlantedStudy study = plantStudy(1, 100, 9, Plant::Linear);
        QVERIFY(importanceOf(study.columns, study.metric, {.stop = source.get_token()}).keys.empty());
    }
};

QTEST_GUILESS_MAIN(ImportanceTest)
#include "tst_importance.moc"
