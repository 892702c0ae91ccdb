// SPDX-License-Identifier: GPL-3.0-or-later
// The views over samples, with a store, recordings on disk and the services of a page.
#include "app/samples/clip_pane.h"
#include "app/samples/confusion_view.h"
#include "app/samples/figure_table.h"
#include "app/samples/sample_table.h"
#include "app/samples/sample_view.h"
#include "engine/store/recorder.h"
#include "tests/app/page_fixture.h"
#include "tests/app/run_fixture.h"
#include "tests/app/sample_fixture.h"
#include "tests/app/wave_fixture.h"
#include "widgets/sound_player.h"

#include <QAbstractButton>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QFile>
#include <QGuiApplication>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTabBar>
#include <QTimer>
#include <QtTest>

#include <algorithm>
#include <limits>
#include <random>

using namespace fathom;
using namespace fathom::app;

namespace {

struct Fixture : PageFixture {
    std::unique_ptr<store::Recorder> recorder;
    SampleView view{context};

    Fixture() {
        auto opened = store::Recorder::open(folder.path().toStdString());
        if (opened) recorder = std::move(*opened);
        view.resize(1200, 600);
        view.show();
    }
    std::shared_ptr<store::RunWriter> run(const std::string& name = "speech") {
        auto created = recorder->createRun({.name = name, .command = "fathom-cli train", .configName = name});
        return created ? *created : nullptr;
    }
    void record(store::RunWriter& writer, const std::vector<store::Sample>& samples) {
        writer.samples(samples);
        QVERIFY(recorder->flush());
    }
    void show(qint64 run) {
        view.setRun(run);
        await();
    }
    void await() { QTRY_VERIFY_WITH_TIMEOUT(view.isSettled(), 20'000); }
    template <class T> T* named(const QString& name) {
        for (T* const child : view.findChildren<T*>())
            if (child->accessibleName() == name) return child;
        return nullptr;
    }
    QStringList column(int column) {
        QStringList all;
        for (int row = 0; row < view.model().rowCount(); ++row)
            all.append(view.model().index(row, column).data().toString());
        return all;
    }
};

qint64 idOf(const store::RunWriter& writer) {
    return static_cast<qint64>(writer.id());
}

} // namespace

class TestSampleView : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void runWithoutSamples_saysWhenTheyCome() {
        Fixture fixture;
        const auto writer = fixture.run();
        fixture.show(idOf(*writer));
        QCOMPARE(fixture.view.model().rowCount(), 0);
        QVERIFY(!fixture.view.table().isVisible());
    }

    void newestValidation_isShownAndFollowed() {
        Fixture fixture;
        const auto writer = fixture.run();
        fixture.record(*writer, makeSamples({{"turn it on", "turn on"}, {"yes", "yes"}}, 50));
        fixture.show(idOf(*writer));
        QCOMPARE(fixture.column(SampleModel::Error),
                 (QStringList{QStringLiteral("0.333"), QStringLiteral("0")}));
        QVERIFY2(fixture.view.caption().startsWith(QStringLiteral("WER 0.25: 1 error in 4 words")),
                 qPrintable(fixture.view.caption()));
        fixture.record(*writer, makeSamples({{"turn it on", "turn it on"}, {"yes", "no"}}, 100));
        Q_EMIT fixture.engine.runListChanged(
            listNews({makeRow(idOf(*writer), store::RunState::Running)}, false));
        QVERIFY(!fixture.view.isSettled());
        fixture.await();
        QCOMPARE(fixture.column(SampleModel::Error), (QStringList{QStringLiteral("0"), QStringLiteral("1")}));
        QCOMPARE(fixture.named<QComboBox>(QStringLiteral("Validation"))->currentText(),
                 QStringLiteral("Newest (step 100)"));
    }

    void validation_canBeChosen() {
        Fixture fixture;
        fixture.view.addActions(QStringLiteral("train"));
        const auto writer = fixture.run();
        for (const int step : {50, 100, 150})
            fixture.record(*writer, makeSamples({{"said", "at " + std::to_string(step)}}, step));
        fixture.show(idOf(*writer));
        auto* const box = fixture.named<QComboBox>(QStringLiteral("Validation"));
        QCOMPARE(box->count(), 4);
        fixture.actions.find(QStringLiteral("train.samples.older"))->trigger();
        fixture.await();
        QCOMPARE(box->currentText(), QStringLiteral("Step 100"));
        QCOMPARE(fixture.column(SampleModel::Pair), QStringList(QStringLiteral("said → at 100")));
        box->setCurrentIndex(3);
        fixture.await();
        QCOMPARE(fixture.column(SampleModel::Pair), QStringList(QStringLiteral("said → at 50")));
        fixture.record(*writer, makeSamples({{"said", "at 200"}}, 200));
        Q_EMIT fixture.engine.runListChanged(
            listNews({makeRow(idOf(*writer), store::RunState::Running)}, false));
        fixture.await();
        QCOMPARE(box->currentText(), QStringLiteral("Step 50")); // the user looks at it
        fixture.actions.find(QStringLiteral("train.samples.newer"))->trigger();
        fixture.actions.find(QStringLiteral("train.samples.newer"))->trigger();
        fixture.actions.find(QStringLiteral("train.samples.newer"))->trigger();
        fixture.await();
        QCOMPARE(box->currentText(), QStringLiteral("Newest (step 200)"));
        QCOMPARE(fixture.column(SampleModel::Pair), QStringList(QStringLiteral("said → at 200")));
    }

    void rows_areSortedAndFiltered_andTheSelectionStays() {
        Fixture fixture;
        const auto writer = fixture.run();
        fixture.record(*writer, makeSamples({{"a b", "a b"}, {"a b", "c d"}, {"a b", "a d"}, {"x", "x"}}));
        fixture.show(idOf(*writer));
        SampleTable& table = fixture.view.table();
        QCOMPARE(table.currentIndex().row(), 0); // the first, so that something is seen and heard
        table.sortByColumn(SampleModel::Error, Qt::DescendingOrder);
        QCOMPARE(fixture.view.model().sampleAt(0), 1);
        table.selectSample(2);
        fixture.named<QLineEdit>(QStringLiteral("Filter samples"))->setText(QStringLiteral("d"));
        QCOMPARE(fixture.view.model().rowCount(), 2);
        QCOMPARE(fixture.view.model().sampleAt(table.currentIndex().row()), 2);
        QVERIFY(fixture.view.caption().startsWith(QStringLiteral("2 of 4 shown")));
        fixture.named<QLineEdit>(QStringLiteral("Filter samples"))->clear();
        for (auto* const button : fixture.view.findChildren<QAbstractButton*>())
            if (button->text() == QStringLiteral("Only errors")) button->click();
        QCOMPARE(fixture.view.model().rowCount(), 2);
        QTest::keyClick(&table, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("2.flac\ta b\ta d"));
    }

    void confusedWord_opensItsSamples() {
        Fixture fixture;
        const auto writer = fixture.run();
        fixture.record(*writer, makeSamples({{"the end", "a end"}, {"yes", "yes"}, {"the", "a"}}));
        fixture.show(idOf(*writer));
        auto* const tabs = fixture.view.findChild<QTabBar*>();
        QCOMPARE(tabs->tabText(1), QStringLiteral("Confused words (1)"));
        QCOMPARE(tabs->tabText(2), QStringLiteral("Vocabulary (4)"));
        tabs->setCurrentIndex(1);
        auto* const words = fixture.named<FigureTable>(QStringLiteral("Confused words"));
        QVERIFY(words->isVisible());
        QCOMPARE(words->model()->index(0, 0).data().toString(), QStringLiteral("2"));
        QVERIFY(!fixture.view.clip().isVisible()); // all the room is for what is about all
        auto* const filter = fixture.named<QLineEdit>(QStringLiteral("Filter samples"));
        filter->setText(QStringLiteral("nothing like it"));
        QCOMPARE(words->model()->rowCount(), 0);
        filter->clear();
        words->setCurrentIndex(words->model()->index(0, 0));
        QTest::keyClick(words, Qt::Key_Return);
        QCOMPARE(tabs->currentIndex(), 0);
        QCOMPARE(fixture.view.model().rowCount(), 2);
        QCOMPARE(fixture.view.model().sampleAt(1), 2);
        for (auto* const button : fixture.view.findChildren<QAbstractButton*>())
            if (button->text() == QStringLiteral("“the” → “a”")) button->click();
        QCOMPARE(fixture.view.model().rowCount(), 3);
    }

    void otherValidation_isSetBeside() {
        Fixture fixture;
        const auto writer = fixture.run();
        fixture.record(*writer, makeSamples({{"a b", "x y"}, {"a b", "a b"}, {"a b", "a x"}}, 50));
        fixture.record(*writer, makeSamples({{"a b", "a b"}, {"a b", "a x"}, {"a b", "y b"}}, 100));
        fixture.show(idOf(*writer));
        QVERIFY(fixture.view.table().isColumnHidden(SampleModel::Change));
        fixture.named<QComboBox>(QStringLiteral("Compared validation"))->setCurrentIndex(2); // step 50
        fixture.await();
        QVERIFY(!fixture.view.table().isColumnHidden(SampleModel::Change));
        QVERIFY2(fixture.view.caption().startsWith(
                     QStringLiteral("1 better, 1 worse, 1 the same   WER 0.5 → 0.333")),
                 qPrintable(fixture.view.caption()));
        fixture.view.table().sortByColumn(SampleModel::Change, Qt::DescendingOrder);
        QCOMPARE(fixture.view.model().sampleAt(0), 1);
        fixture.named<QComboBox>(QStringLiteral("Compared validation"))->setCurrentIndex(0);
        QVERIFY(fixture.view.table().isColumnHidden(SampleModel::Change));
    }

    void otherRun_isSetBeside() {
        Fixture fixture;
        const auto first = fixture.run();
        const auto second = fixture.run("other");
        fixture.record(*first, makeSamples({{"a b", "x y"}}, 10));
        fixture.record(*second, makeSamples({{"a b", "a b"}}, 70));
        fixture.show(idOf(*second));
        fixture.view.compareWithRun(idOf(*first), QStringLiteral("speech/1"));
        fixture.await();
        QCOMPARE(fixture.column(SampleModel::Change), QStringList(QStringLiteral("▼ 1")));
        fixture.show(idOf(*first));
        QVERIFY(fixture.view.table().isColumnHidden(SampleModel::Change)); // another run, another question
        fixture.view.hide();
        fixture.view.setRun(idOf(*second));
        fixture.view.compareWithRun(idOf(*first), QStringLiteral("speech/1"));
        fixture.view.show(); // only now it is read
        fixture.await();
        QCOMPARE(fixture.column(SampleModel::Change), QStringList(QStringLiteral("▼ 1")));
    }

    void selectedRow_isSeenAndHeard() {
        Fixture fixture;
        QDir(fixture.folder.path()).mkpath(QStringLiteral("clips"));
        writeFile(fixture.folder.filePath(QStringLiteral("clips/tone.wav")), waveOfTone(2));
        const auto writer = fixture.run();
        auto samples = makeSamples({{"a", "a"}, {"b", "b"}, {"c", "c"}});
        samples[0].source = "clips/tone.wav"; // relative to the workspace
        samples[1].source =
            fixture.folder.filePath(QStringLiteral("clips/tone.wav#t=0.5,1.25")).toStdString();
        samples[2].source = "/nowhere/gone.wav";
        fixture.record(*writer, samples);
        fixture.show(idOf(*writer));
        const ClipPane& clip = fixture.view.clip();
        QVERIFY(clip.player().hasSound());
        QVERIFY(clip.problem().isEmpty());
        fixture.view.table().selectSample(1);
        fixture.await();
        clip.player().seek(100);
        QCOMPARE(clip.player().position(), 0.75); // only its part
        fixture.view.table().selectSample(2);
        fixture.await();
        QVERIFY(!clip.player().hasSound());
        QVERIFY2(clip.problem().contains(QStringLiteral("/nowhere/gone.wav")), qPrintable(clip.problem()));
    }

    /// Two runs that were started in other folders than the workspace, with a clip of the same name in each.
    void runOfAnotherFolder_isHeardFromThere() {
        Fixture fixture;
        QTemporaryDir elsewhere;
        std::vector<std::shared_ptr<store::RunWriter>> runs;
        for (const int seconds : {1, 2}) {
            const QString folder = elsewhere.filePath(QString::number(seconds));
            QVERIFY(QDir().mkpath(folder + QStringLiteral("/clips")));
            QVERIFY(writeFile(folder + QStringLiteral("/clips/tone.wav"), waveOfTone(seconds)));
            auto created = fixture.recorder->createRun(
                {.name = "speech", .environment = {{"process.directory", folder.toStdString()}}});
            QVERIFY(created.has_value());
            auto samples = makeSamples({{"a", "a"}});
            samples[0].source = "clips/tone.wav";
            fixture.record(**created, samples);
            runs.push_back(*created);
        }
        QVERIFY(QDir(fixture.folder.path()).mkpath(QStringLiteral("clips"))); // not this one
        QVERIFY(writeFile(fixture.folder.filePath(QStringLiteral("clips/tone.wav")), waveOfTone(3)));
        for (const std::size_t run : {0U, 1U, 0U}) {
            fixture.show(idOf(*runs[run]));
            QVERIFY2(fixture.view.clip().problem().isEmpty(), qPrintable(fixture.view.clip().problem()));
            QCOMPARE(fixture.view.clip().seconds(), run == 0 ? 1.0 : 2.0);
        }
        QVERIFY(QFile::remove(elsewhere.filePath(QStringLiteral("2/clips/tone.wav"))));
        QVERIFY(QFile::remove(fixture.folder.filePath(QStringLiteral("clips/tone.wav"))));
        fixture.show(idOf(*runs[1]));
        const QString problem = fixture.view.clip().problem();
        QVERIFY2(problem.contains(elsewhere.filePath(QStringLiteral("2"))), qPrintable(problem));
    }

    void spaceOnTheTable_plays() {
        Fixture fixture;
        writeFile(fixture.folder.filePath(QStringLiteral("tone.wav")), waveOfTone(2));
        const auto writer = fixture.run();
        auto samples = makeSamples({{"a", "a"}});
        samples[0].source = "tone.wav";
        fixture.record(*writer, samples);
        fixture.show(idOf(*writer));
        QSignalSpy playing(&fixture.view.clip().player(), &widgets::SoundPlayer::playingChanged);
        QTest::keyClick(&fixture.view.table(), Qt::Key_Space);
        QVERIFY(playing.size() >= 1);
        QVERIFY(playing.first().first().toBool()); // on a machine without a device it then fails, and says so
    }

    void narrowTable_keepsWhatIsLong() {
        Fixture fixture;
        const auto words = fixture.run();
        const auto classes = fixture.run("sentiment");
        fixture.record(*words, makeSamples({{"a", "b"}}));
        auto samples = makeSamples({{"good", "bad"}}, 10, "class");
        samples[0].source = "neither good/bad nor long";
        fixture.record(*classes, samples);
        fixture.view.resize(450, 800);
        fixture.show(idOf(*words));
        QVERIFY(fixture.view.table().isColumnHidden(SampleModel::Clip));
        fixture.show(idOf(*classes));
        QVERIFY(!fixture.view.table().isColumnHidden(SampleModel::Clip));
        QVERIFY(fixture.view.table().columnWidth(SampleModel::Clip) > 100);
        QCOMPARE(fixture.column(SampleModel::Clip), QStringList(QStringLiteral("neither good/bad nor long")));
        fixture.view.resize(1200, 800);
        fixture.show(idOf(*words));
        QVERIFY(!fixture.view.table().isColumnHidden(SampleModel::Clip));
    }

    void classes_haveAMatrixThatOpensItsSamples() {
        Fixture fixture;
        const auto writer = fixture.run();
        fixture.record(*writer, makeSamples({{"cat", "cat"}, {"cat", "dog"}, {"dog", "dog"}, {"cat", "dog"}},
                                            10, "class"));
        fixture.show(idOf(*writer));
        QVERIFY2(fixture.view.caption().startsWith(QStringLiteral("Accuracy 0.5: 2 of 4 right")),
                 qPrintable(fixture.view.caption()));
        QVERIFY(fixture.view.table().isColumnHidden(SampleModel::CharacterError));
        auto* const tabs = fixture.view.findChild<QTabBar*>();
        QCOMPARE(tabs->count(), 3);
        tabs->setCurrentIndex(1);
        QTableView& matrix = fixture.view.findChild<ConfusionView*>()->table();
        QVERIFY(matrix.isVisible());
        matrix.setCurrentIndex(matrix.model()->index(0, 1));
        QCOMPARE(matrix.currentIndex().data(Qt::ToolTipRole).toString(),
                 QStringLiteral("cat taken for dog: 2 of 3 (66.7 %)"));
        QTest::keyClick(&matrix, Qt::Key_Return);
        QCOMPARE(fixture.view.model().rowCount(), 2);
        tabs->setCurrentIndex(2);
        auto* const classes = fixture.named<FigureTable>(QStringLiteral("Scores of the classes"));
        QStringList row;
        for (int column = 0; column < classes->model()->columnCount(); ++column)
            row.append(classes->model()->index(0, column).data().toString());
        QCOMPARE(row.join(QLatin1Char(' ')), QStringLiteral("cat 3 1 0 2 1 0.333 0.5"));
    }

    void translations_haveBleu() {
        Fixture fixture;
        const auto writer = fixture.run();
        auto samples =
            makeSamples({{"the cat sat on the mat", "the cat sat on the mat"}, {"yes", "no"}}, 10, "bleu");
        samples[0].score = 100;
        samples[1].score = 0;
        fixture.record(*writer, samples);
        fixture.show(idOf(*writer));
        QCOMPARE(fixture.column(SampleModel::Error),
                 (QStringList{QStringLiteral("100.0"), QStringLiteral("0.0")}));
        QVERIFY(fixture.view.caption().startsWith(QStringLiteral("BLEU ")));
        QVERIFY(!fixture.view.findChild<QTabBar*>()->isVisible());
    }

    void narrowView_putsOneAboveTheOther() {
        Fixture fixture;
        const auto writer = fixture.run();
        auto samples = makeSamples({{"a", "b"}});
        fixture.record(*writer, samples);
        fixture.show(idOf(*writer));
        auto* const filter = fixture.named<QLineEdit>(QStringLiteral("Filter samples"));
        auto* const steps = fixture.named<QComboBox>(QStringLiteral("Validation"));
        const auto top = [&](const QWidget* widget) { return widget->mapTo(&fixture.view, QPoint()).y(); };
        QVERIFY(std::abs(top(filter) - top(steps)) < 4); // they differ in height
        fixture.view.resize(400, 600);                   // a side panel
        QTRY_VERIFY(top(steps) > top(filter));
        QCOMPARE(fixture.view.width(), 400);
        QVERIFY(steps->mapTo(&fixture.view, QPoint(steps->width(), 0)).x() <= 400);
    }

    void hiddenView_readsNothingUntilItIsShown() {
        Fixture fixture;
        const auto writer = fixture.run();
        fixture.record(*writer, makeSamples({{"a", "b"}}));
        fixture.view.hide();
        fixture.view.setRun(idOf(*writer));
        QCOMPARE(fixture.jobs.pending(), 0);
        fixture.view.show();
        fixture.await();
        QCOMPARE(fixture.view.model().rowCount(), 1);
    }

    void everyControlHasAName() {
        Fixture fixture;
        const auto writer = fixture.run();
        fixture.record(*writer, makeSamples({{"a", "b"}}));
        fixture.show(idOf(*writer));
        for (auto* const widget : fixture.view.findChildren<QWidget*>()) {
            if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible()) continue;
            if (widget->inherits("QLabel") || widget->objectName().startsWith(QStringLiteral("qt_")))
                continue;
            const auto* const button = qobject_cast<QAbstractButton*>(widget);
            QVERIFY2(!widget->accessibleName().isEmpty() || (button && !button->text().isEmpty()),
                     widget->metaObject()->className());
        }
    }

    /// M16: opening 100,000 rows of two models takes at most 2 s, and a click shows a clip of 15 s within
    /// 100 ms. Three and five times that here, for busy machines; what it took is printed.
    void hundredThousandRows_openAndPlayAtOnce() {
        Fixture fixture;
        QVERIFY(writeFile(fixture.folder.filePath(QStringLiteral("long.wav")), waveOfTone(15)));
        const auto worse = fixture.run("worse");
        const auto better = fixture.run("better");
        worse->samples(manySamples(10));
        better->samples(manySamples(20));
        QVERIFY(fixture.recorder->flush(120'000));
        QElapsedTimer clock;
        clock.start();
        fixture.view.setRun(idOf(*better));
        QTRY_COMPARE_WITH_TIMEOUT(fixture.view.model().rowCount(), kMany, 30'000);
        fixture.view.grab();
        const qint64 opened = clock.elapsed();
        fixture.await();
        const qint64 analysed = clock.restart();
        fixture.view.compareWithRun(idOf(*worse), QStringLiteral("worse/1"));
        fixture.await();
        const qint64 compared = clock.restart();
        fixture.view.table().sortByColumn(SampleModel::Change, Qt::DescendingOrder);
        const qint64 sorted = clock.restart();
        fixture.named<QLineEdit>(QStringLiteral("Filter samples"))->setText(QStringLiteral("word42 "));
        fixture.view.grab();
        const qint64 filtered = clock.restart();
        fixture.named<QLineEdit>(QStringLiteral("Filter samples"))->clear();
        const qint64 row = slowestRow(fixture);
        const qint64 clip = quickestClip(fixture);
        qInfo("opened in %lld ms, analysed in %lld ms, compared in %lld ms, sorted in %lld ms, filtered in "
              "%lld ms, slowest row %lld ms, clip of 15 s in %lld ms",
              static_cast<long long>(opened), static_cast<long long>(analysed),
              static_cast<long long>(compared), static_cast<long long>(sorted),
              static_cast<long long>(filtered), static_cast<long long>(row), static_cast<long long>(clip));
        QVERIFY(opened < 6'000);
        QVERIFY(clip < 500);
    }

private:
    static constexpr int kMany = 100'000;

    /// Texts of ten words with an error in each `goodWords`th; the first and the last clip can be played.
    static std::vector<store::Sample> manySamples(unsigned goodWords) {
        std::mt19937 random(1);
        TextPairs pairs;
        for (int i = 0; i < kMany; ++i) {
            std::string reference;
            std::string prediction;
            for (int word = 0; word < 10; ++word) {
                const std::string text = "word" + std::to_string(random() % 5000) + ' ';
                reference += text;
                const auto draw = static_cast<unsigned>(random());
                if (draw % goodWords != 0)
                    prediction += text;
                else if (draw % 3 != 0)
                    prediction += "other ";
            }
            pairs.emplace_back(reference, prediction);
        }
        auto samples = makeSamples(pairs);
        samples.front().source = samples.back().source = "long.wav";
        return samples;
    }

    /// Jumps about in the table.
    static qint64 slowestRow(Fixture& fixture) {
        qint64 slowest = 0;
        for (int step = 1; step <= 50; ++step) {
            QElapsedTimer clock;
            clock.start();
            fixture.view.table().selectSample(step * 1999);
            fixture.view.table().viewport()->repaint();
            slowest = std::max(slowest, clock.elapsed());
        }
        return slowest;
    }

    /// From the click until the clip is drawn and ready to be played.
    static qint64 quickestClip(Fixture& fixture) {
        qint64 quickest = std::numeric_limits<qint64>::max();
        for (int i = 0; i < 5; ++i) {
            fixture.view.table().selectSample(50);
            fixture.await();
            QEventLoop loop;
            connect(&fixture.view, &SampleView::settled, &loop, &QEventLoop::quit);
            QTimer::singleShot(10'000, &loop, &QEventLoop::quit);
            QElapsedTimer clock;
            clock.start();
            fixture.view.table().selectSample(0);
            loop.exec();
            fixture.view.clip().repaint();
            if (fixture.view.clip().player().hasSound()) quickest = std::min(quickest, clock.elapsed());
        }
        return quickest;
    }
};

QTEST_MAIN(TestSampleView)
#include "tst_sample_view.moc"
