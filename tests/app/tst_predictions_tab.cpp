// SPDX-License-Identifier: GPL-3.0-or-later
// What runs predicted, side by side, with the recordings: on the Compare page.
#include "app/pages/compare/compare_page.h"
#include "app/pages/compare/comparison_tab.h"
#include "app/pages/compare/difference_pane.h"
#include "app/pages/compare/pinned_table.h"
#include "app/pages/compare/predictions_tab.h"
#include "app/samples/clip_pane.h"
#include "engine/store/recorder.h"
#include "tests/app/page_fixture.h"
#include "tests/app/wave_fixture.h"
#include "widgets/sound_player.h"

#include <QDir>
#include <QSignalSpy>
#include <QSortFilterProxyModel>
#include <QTabWidget>
#include <QTableView>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;

namespace {

/// The page with the first two runs of the store.
std::unique_ptr<QWidget> shown(ComparePage& page) {
    std::unique_ptr<QWidget> widget(page.widget());
    widget->resize(1200, 800);
    widget->show();
    page.setRuns({1, 2});
    return widget;
}

} // namespace

class TestPredictionsTab : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// Both were started outside the workspace, each in a folder with a manifest and a clip of the same name.
    void runsOfOtherFolders_areReadFromThere() {
        PageFixture fixture;
        QTemporaryDir elsewhere;
        auto recorder = *store::Recorder::open(fixture.folder.path().toStdString());
        for (const char* name : {"1", "2"}) {
            const QString folder = elsewhere.filePath(QLatin1String(name));
            QVERIFY(QDir().mkpath(folder));
            QVERIFY(writeFile(folder + QStringLiteral("/a.wav"), waveOfTone(name[0] - '0')));
            QVERIFY(writeFile(folder + QStringLiteral("/train.json"),
                              QByteArray(R"({"audio_filepath": "a.wav", "duration": )") + name + '}'));
            auto writer =
                *recorder->createRun({.name = "net",
                                      .leaves = {{"model.train_ds.manifest_filepath", "train.json"}},
                                      .environment = {{"process.directory", folder.toStdString()}}});
            const store::Sample sample{.step = 1, .source = "a.wav", .reference = "a", .prediction = name};
            writer->samples({&sample, 1});
        }
        QVERIFY(recorder->flush());
        ComparePage page(fixture.context);
        const std::unique_ptr<QWidget> widget = shown(page);
        page.setBaseline(2);
        auto* predictions = widget->findChild<PredictionsTab*>();
        QTRY_COMPARE(predictions->model().rowCount(), 1);
        widget->findChild<QTabWidget*>()->setCurrentWidget(predictions);
        predictions->table().setCurrentIndex(predictions->sorted().index(0, 0));
        QTRY_COMPARE(predictions->sound().seconds(), 2.0); // the baseline's
        auto* config = widget->findChildren<ComparisonTab*>().last();
        config->setOnlyDifferences(false);
        const int row = config->model().rowOf(QStringLiteral("model.train_ds.manifest_filepath"));
        config->table().setCurrentIndex(config->model().index(row, 2));
        QTRY_VERIFY(config->pane().toPlainText().contains(QStringLiteral("changed 1")));
    }

    /// Where there is no sound device playing fails, but later: nothing is waited for here.
    void space_plays_andAnotherRowStops() {
        PageFixture fixture;
        auto recorder = *store::Recorder::open(fixture.folder.path().toStdString());
        std::vector<store::Sample> samples;
        for (const char* name : {"a.wav", "b.wav"}) {
            QVERIFY(writeFile(fixture.folder.filePath(QLatin1String(name)), waveOfTone(2)));
            samples.push_back({.step = 1, .index = static_cast<int>(samples.size()), .source = name});
        }
        for (int run = 0; run < 2; ++run)
            (*recorder->createRun({.name = "net"}))->samples(samples);
        QVERIFY(recorder->flush());
        ComparePage page(fixture.context);
        const std::unique_ptr<QWidget> widget = shown(page);
        auto* predictions = widget->findChild<PredictionsTab*>();
        QTRY_COMPARE(predictions->model().rowCount(), 2);
        widget->findChild<QTabWidget*>()->setCurrentWidget(predictions);
        PinnedTable& table = predictions->table();
        const widgets::SoundPlayer& player = predictions->sound().player();
        table.setCurrentIndex(predictions->sorted().index(0, 0));
        QTRY_VERIFY(player.hasSound());
        QTest::keyClick(table.pinnedView(), Qt::Key_Space);
        QVERIFY(player.isPlaying());
        QTest::keyClick(table.pinnedView(), Qt::Key_Down);
        QVERIFY(!player.isPlaying());
        QTRY_VERIFY(!predictions->sound().isLoading());
        QVERIFY(!player.isPlaying());
        QTest::keyClick(table.scrolledView(), Qt::Key_Space);
        QVERIFY(player.isPlaying());
        QTest::keyClick(table.scrolledView(), Qt::Key_Space);
        QVERIFY(!player.isPlaying());
    }
};

QTEST_MAIN(TestPredictionsTab)
#include "tst_predictions_tab.moc"
