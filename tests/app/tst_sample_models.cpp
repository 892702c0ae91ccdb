// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/sample_model.h"
#include "tests/app/sample_fixture.h"

#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSignalSpy>
#include <QtTest>

#include <cmath>
#include <limits>
#include <random>

using namespace fathom;
using namespace fathom::app;

namespace {

QJsonObject goldenFigures() {
    QFile file(QStringLiteral(FATHOM_TEST_DATA "/samples/figures.json"));
    if (!file.open(QIODevice::ReadOnly)) return {};
    return QJsonDocument::fromJson(file.readAll()).object();
}

QStringList column(const SampleModel& model, int column) {
    QStringList all;
    for (int row = 0; row < model.rowCount(); ++row)
        all.append(model.index(row, column).data().toString());
    return all;
}

} // namespace

class TestSampleModels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void alignmentIsAShortestEdit_data() {
        QTest::addColumn<QString>("reference");
        QTest::addColumn<QString>("prediction");
        QTest::addColumn<QString>("marks"); // = same, ~ substituted, - deleted, + inserted
        QTest::newRow("same") << "turn it on"
                              << "turn it on"
                              << "===";
        QTest::newRow("substituted") << "turn it on"
                                     << "turn it off"
                                     << "==~";
        QTest::newRow("deleted") << "turn it on"
                                 << "turn on"
                                 << "=-=";
        QTest::newRow("inserted") << "turn on"
                                  << "turn it on"
                                  << "=+=";
        QTest::newRow("both") << "please turn it on"
                              << "turn it all off"
                              << "-==+~";
        QTest::newRow("nothing predicted") << "turn on"
                                           << ""
                                           << "--";
        QTest::newRow("nothing said") << ""
                                      << "uh"
                                      << "+";
        QTest::newRow("both empty") << ""
                                    << ""
                                    << "";
        QTest::newRow("runs of spaces") << "  turn\ton "
                                        << "turn  on"
                                        << "==";
    }

    void alignmentIsAShortestEdit() {
        QFETCH(QString, reference);
        QFETCH(QString, prediction);
        QFETCH(QString, marks);
        QString found;
        for (const AlignedWord& word : alignWords(reference, prediction))
            found += QStringLiteral("=~-+").at(static_cast<int>(word.match));
        QCOMPARE(found, marks);
    }

    void veryLongTexts_areAligned() {
        const QString same = QStringLiteral("a b c d e f g h i j ").repeated(2000);
        const auto long1 = alignWords(same + QStringLiteral("x") + same, same + QStringLiteral("y") + same);
        QCOMPARE(long1.size(), std::size_t{40'000});
        QCOMPARE(long1[20'000].match, WordMatch::Substituted);
        const auto long2 = alignWords(QStringLiteral("p q ") + same, same + QStringLiteral("r"));
        QVERIFY(long2.size() >= 20'000); // too many cells for the shortest, but something is shown
    }

    void figures_areThoseOfThePythonTools() {
        const QJsonObject golden = goldenFigures();
        const QJsonArray pairs = golden[QLatin1String("pairs")].toArray();
        QVERIFY(pairs.size() >= 60);
        TextPairs texts;
        for (const auto& pair : pairs)
            texts.emplace_back(pair[QLatin1String("reference")].toString().toStdString(),
                               pair[QLatin1String("prediction")].toString().toStdString());
        auto samples = makeSamples(texts, 1, "bleu");
        for (auto& sample : samples)
            sample.score = std::numeric_limits<double>::quiet_NaN(); // not computed by the model
        const auto set = makeSampleSet(store::RunId{1}, 1, samples);
        const SampleAnalysisPtr analysis = analyse(*set);
        std::int64_t edits = 0;
        for (qsizetype i = 0; i < pairs.size(); ++i) {
            const auto at = static_cast<std::size_t>(i);
            const SampleErrors& errors = analysis->errors[at];
            QCOMPARE(errors.words, pairs[i][QLatin1String("words")].toInt());
            QCOMPARE(errors.wordEdits(), pairs[i][QLatin1String("word_edits")].toInt());
            QCOMPARE(errors.characters, pairs[i][QLatin1String("characters")].toInt());
            QCOMPARE(errors.characterEdits, pairs[i][QLatin1String("character_edits")].toInt());
            QVERIFY2(std::abs(analysis->bleu[at] - pairs[i][QLatin1String("bleu")].toDouble()) < 1e-6,
                     texts[at].first.c_str());
            QStringList tokens;
            for (const std::string& token : text::bleuTokens(texts[at].first))
                tokens.append(QString::fromStdString(token));
            QCOMPARE(tokens, pairs[i][QLatin1String("tokens")].toVariant().toStringList());
            edits += errors.wordEdits();
        }
        QCOMPARE(analysis->totals.wordEdits(), edits);
        QVERIFY(std::abs(text::corpusBleu(analysis->bleuTotals) -
                         golden[QLatin1String("corpus_bleu")].toDouble()) < 1e-6);
    }

    void corpusRate_isOfAllWords_notTheMeanOfRates() {
        const auto analysis = analyse(*makeSet({{"a", "b"}, {"a b c d e f g h i", "a b c d e f g h i"}}));
        QCOMPARE(analysis->totals.wordErrorRate(), 0.1);
        QCOMPARE(analysis->totals.flawless, std::int64_t{1});
        QCOMPARE(analysis->totals.characterErrorRate(), 1.0 / 18);
        QVERIFY(std::isinf(analyse(*makeSet({{"", "uh"}}))->totals.wordErrorRate()));
        QCOMPARE(analyse(*makeSet({{"", ""}}))->totals.wordErrorRate(), 0.0);
    }

    void confusedWords_areCounted_withTheSamplesThatHaveThem() {
        const auto analysis = analyse(*makeSet({{"turn the light on", "turn a light on"},
                                                {"the end", "a end"},
                                                {"the the", "a a"},
                                                {"press one", "press one now"},
                                                {"press pound", "press"}}));
        const WordConfusion& first = analysis->confusions.front();
        QCOMPARE(first.reference, std::string("the"));
        QCOMPARE(first.prediction, std::string("a"));
        QCOMPARE(first.count, std::int64_t{4});
        QCOMPARE(first.samples, (std::vector<int>{0, 1, 2}));
        QCOMPARE(analysis->confusions.size(), std::size_t{3});
        QCOMPARE(analysis->confusions[1].match, WordMatch::Deleted);
        QCOMPARE(analysis->confusions[1].reference, std::string("pound"));
        QCOMPARE(analysis->confusions[2].match, WordMatch::Inserted);
        QCOMPARE(analysis->confusions[2].prediction, std::string("now"));
    }

    void vocabulary_tellsHowOftenAWordIsRecognised() {
        const auto analysis = analyse(*makeSet({{"the cat", "the cat"}, {"the dog", "a dog"}}));
        const auto word = [&](const std::string& text) {
            return *std::find_if(analysis->vocabulary.begin(), analysis->vocabulary.end(),
                                 [&](const WordAccuracy& w) { return w.word == text; });
        };
        QCOMPARE(analysis->vocabulary.front().word, std::string("the"));
        QCOMPARE(word("the").spoken, std::int64_t{2});
        QCOMPARE(word("the").accuracy(), 0.5);
        QCOMPARE(word("a").misheard, std::int64_t{1});
        QVERIFY(std::isnan(word("a").accuracy()));
        QCOMPARE(word("the").samples, (std::vector<int>{0, 1}));
    }

    /// Numbers by sklearn.metrics.classification_report of the same ten.
    void classes_haveTheirConfusionsAndScores() {
        const auto set = makeSet({{"10", "10"},
                                  {"10", "9"},
                                  {"9", "9"},
                                  {"9", "9"},
                                  {"9", "10"},
                                  {"cat", "cat"},
                                  {"cat", "dog"},
                                  {"cat", "cat"},
                                  {"10", "10"},
                                  {"9", "9"}},
                                 100, "class");
        const SampleAnalysisPtr analysis = analyse(*set);
        const ClassFigures& figures = analysis->classes;
        QCOMPARE(figures.labels, (std::vector<std::string>{"9", "10", "cat", "dog"})); // 9 before 10
        QCOMPARE(figures.accuracy(), 0.7);
        QCOMPARE(figures.find(0, 1)->count, std::int64_t{1});
        QCOMPARE(figures.find(0, 1)->samples, std::vector<int>{4});
        QVERIFY(!figures.find(3, 0));
        const ClassScore& nine = figures.scores[0];
        QCOMPARE(nine.truePositives, std::int64_t{3});
        QCOMPARE(nine.falsePositives, std::int64_t{1});
        QCOMPARE(nine.falseNegatives, std::int64_t{1});
        QCOMPARE(nine.precision(), 0.75);
        QCOMPARE(nine.recall(), 0.75);
        QCOMPARE(nine.f1(), 0.75);
        const ClassScore& dog = figures.scores[3];
        QCOMPARE(dog.support(), std::int64_t{0});
        QCOMPARE(dog.recall(), 0.0);
        QVERIFY(std::abs(figures.macroF1() - (0.75 + 2.0 / 3 + 0.8 + 0) / 4) < 1e-12);
        QVERIFY(std::abs(figures.weightedF1() - (4 * 0.75 + 3 * 2.0 / 3 + 3 * 0.8) / 10) < 1e-12);
    }

    void aClassCalledNan_standsAmongTheWords() {
        TextPairs pairs;
        std::vector<std::string> expected;
        for (int i = 0; i < 60; ++i) {
            pairs.emplace_back(std::to_string(59 - i), i % 3 == 0 ? "nan" : "inf");
            expected.push_back(std::to_string(i));
        }
        expected.insert(expected.end(), {"inf", "nan"});
        QCOMPARE(countClasses(makeSamples(pairs)).labels, expected);
    }

    void samplesChangeInPlace_whenTheSameClipsAreValidatedAgain() {
        SampleModel model;
        QAbstractItemModelTester tester(&model);
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        const auto first = makeSet({{"turn it on", "turn on"}, {"yes", "yes"}});
        model.set(first);
        model.setAnalysis(analyse(*first));
        model.sort(SampleModel::Error, Qt::AscendingOrder);
        QCOMPARE(column(model, SampleModel::Clip),
                 (QStringList{QStringLiteral("1.flac"), QStringLiteral("0.flac")}));
        QCOMPARE(column(model, SampleModel::Error),
                 (QStringList{QStringLiteral("0"), QStringLiteral("0.333")}));
        const auto second = makeSet({{"turn it on", "turn it on"}, {"yes", "no"}}, 200);
        model.set(second, SampleModel::Order::Keep);
        model.setAnalysis(analyse(*second));
        QCOMPARE(resets.count(), 1);
        QCOMPARE(column(model, SampleModel::Clip),
                 (QStringList{QStringLiteral("1.flac"), QStringLiteral("0.flac")}));
        QCOMPARE(column(model, SampleModel::Error), (QStringList{QStringLiteral("1"), QStringLiteral("0")}));
        const auto words =
            model.index(1, SampleModel::Pair).data(SampleModel::AlignmentRole).value<WordAlignment>();
        QCOMPARE(words[1].match, WordMatch::Same);
        model.set(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }

    void rows_areFilteredByTextErrorsAndChoice() {
        SampleModel model;
        QAbstractItemModelTester tester(&model);
        model.set(makeSet(
            {{"turn it on", "turn on"}, {"yes", "yes"}, {"Über", "uber"}, {"turn it off", "turn it off"}}));
        model.setFilter({.text = QStringLiteral("TURN")});
        QCOMPARE(model.rowCount(), 2);
        model.setFilter({.text = QStringLiteral("turn"), .onlyErrors = true});
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.rowOf(0), 0);
        QCOMPARE(model.rowOf(3), -1);
        model.setFilter({.text = QStringLiteral("über")});
        QCOMPARE(model.sampleAt(0), 2);
        model.setFilter({.text = QStringLiteral("3.flac")});
        QCOMPARE(model.sampleAt(0), 3);
        model.setFilter({.among = std::make_shared<const std::vector<int>>(std::vector<int>{0, 2})});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.sampleCount(), 4);
    }

    void selectionStaysOnItsSample_whenRowsAreSorted() {
        SampleModel model;
        QAbstractItemModelTester tester(&model);
        const auto set = makeSet({{"a b", "a b"}, {"a b", "c d"}, {"a b", "a d"}});
        model.set(set);
        model.setAnalysis(analyse(*set));
        const QPersistentModelIndex chosen = model.index(1, SampleModel::Pair);
        QCOMPARE(model.headerData(SampleModel::Error, Qt::Horizontal, Qt::InitialSortOrderRole).toInt(),
                 static_cast<int>(Qt::DescendingOrder)); // a first click on it shows the worst
        model.sort(SampleModel::Error, Qt::DescendingOrder);
        QCOMPARE(chosen.row(), 0);
        model.sort(SampleModel::Error, Qt::AscendingOrder);
        QCOMPARE(chosen.row(), 2);
        model.sort(-1, Qt::AscendingOrder); // as validated
        QCOMPARE(chosen.row(), 1);
    }

    void comparison_tellsWhatBecameBetterAndWorse() {
        const auto before = makeSet({{"a b", "x y"}, {"a b", "a b"}, {"a b", "a x"}, {"new", "now"}}, 50);
        auto samples = makeSamples({{"a b", "a b"}, {"a b", "a x"}, {"a b", "y b"}, {"other", "other"}});
        std::swap(samples[0], samples[1]); // another order: what belongs together is found by its source
        const auto now = makeSampleSet(store::RunId{1}, 100, samples);
        const auto analysis = analyse(*now);
        const SampleChangesPtr changes = compareSamples(*now, *analysis, *before, *analyse(*before));
        QCOMPARE(changes->matches, (std::vector<int>{1, 0, 2, -1}));
        QCOMPARE(changes->better, std::int64_t{1});
        QCOMPARE(changes->worse, std::int64_t{1});
        QCOMPARE(changes->same, std::int64_t{1});
        QCOMPARE(changes->unmatched, std::int64_t{1});
        SampleModel model;
        QAbstractItemModelTester tester(&model);
        model.set(now);
        QVERIFY(!model.hasColumn(SampleModel::Change));
        model.setAnalysis(analysis);
        model.setBefore(before, changes);
        QVERIFY(model.hasColumn(SampleModel::Change));
        model.sort(SampleModel::Change, Qt::DescendingOrder);
        QCOMPARE(column(model, SampleModel::Change),
                 (QStringList{QStringLiteral("▲ 0.5"), QStringLiteral("="), QStringLiteral("▼ 1"),
                              QStringLiteral("–")}));
        QCOMPARE(model.index(2, SampleModel::Before).data().toString(), QStringLiteral("x y"));
    }

    void itemsWithoutSource_areMatchedByTheirNumber() {
        auto samples = makeSamples({{"yes", "no"}, {"yes", "yes"}});
        for (auto& sample : samples)
            sample.source.clear();
        const auto set = makeSampleSet(store::RunId{1}, 1, samples);
        QCOMPARE(matchSamples(*set, *set), (std::vector<int>{0, 1}));
    }

    void hundredThousandRows_areAnalysedSortedAndFilteredAtOnce() {
        std::mt19937 random(1);
        TextPairs pairs;
        for (int i = 0; i < 100'000; ++i) {
            std::string reference;
            std::string prediction;
            for (int word = 0; word < 12; ++word) {
                const std::string text = "word" + std::to_string(random() % 5000) + ' ';
                reference += text;
                if (random() % 20 != 0) prediction += random() % 10 == 0 ? "other " : text;
            }
            pairs.emplace_back(reference, prediction);
        }
        const auto set = makeSet(pairs);
        QElapsedTimer clock;
        clock.start();
        const auto analysis = analyse(*set);
        const qint64 analysed = clock.restart();
        SampleModel model;
        model.set(set);
        model.setAnalysis(analysis);
        model.sort(SampleModel::Error, Qt::DescendingOrder);
        const qint64 sorted = clock.restart();
        model.setFilter({.text = QStringLiteral("word42 "), .onlyErrors = true});
        const qint64 filtered = clock.restart();
        QVERIFY(model.rowCount() > 50);
        qInfo("analysed in %lld ms, sorted in %lld ms, filtered in %lld ms", static_cast<long long>(analysed),
              static_cast<long long>(sorted), static_cast<long long>(filtered));
        QVERIFY(analysed < 10'000); // generous: debug builds and busy machines
        QVERIFY(sorted < 2'000);
        QVERIFY(filtered < 2'000);
    }
};

QTEST_GUILESS_MAIN(TestSampleModels)
#include "tst_sample_models.moc"
