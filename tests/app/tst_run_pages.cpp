// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/engine_bridge.h"
#include "app/pages/train/log_view.h"
#include "app/pages/train/run_header.h"
#include "app/pages/train/run_view.h"
#include "app/pages/train/train_page.h"
#include "app/plots/plot_board.h"
#include "app/plots/plot_grid.h"
#include "app/plots/plot_tile.h"
#include "tests/app/page_fixture.h"
#include "tests/app/run_fixture.h"
#include "widgets/elided_label.h"
#include "widgets/line_plot.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QLayout>
#include <QPushButton>
#include <QSignalSpy>
#include <QStackedWidget>
#include <QToolButton>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;
using store::RunState;

namespace {

RunNewsPtr newsOf(const store::Run& run, bool fromStart = true) {
    auto news = std::make_shared<RunNews>();
    news->run = run.id;
    news->fromStart = fromStart;
    news->info = run;
    return news;
}

} // namespace

class TestRunPages : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void trainPageOffersTrain_whileThereIsNoRun() {
        PageFixture fixture;
        TrainPage page(fixture.context);
        QSignalSpy requested(&fixture.context, &AppContext::trainCurrentRequested);
        auto* stack = qobject_cast<QStackedWidget*>(page.widget());
        QCOMPARE(stack->currentIndex(), 0);
        fixture.actions.find(QStringLiteral("train.start"))->trigger();
        QCOMPARE(requested.count(), 1);
        QVERIFY(!fixture.actions.find(QStringLiteral("train.stop"))->isEnabled());
        delete stack;
    }

    void trainPageShowsTheNewestRun_andItsNews() {
        PageFixture fixture;
        const auto recorder = std::move(*store::Recorder::open(fixture.folder.path().toStdString()));
        const std::shared_ptr<store::RunWriter> runs[] = {recordRun(*recorder, 40), recordRun(*recorder, 80)};
        QVERIFY(recorder->flush());
        TrainPage page(fixture.context);
        std::unique_ptr<QWidget> widget(page.widget());
        widget->resize(1200, 800);
        widget->show();
        auto* view = widget->findChild<RunView*>();
        Q_EMIT fixture.engine.runListChanged(
            listNews({makeRow(2, RunState::Running), makeRow(1, RunState::Completed)}, true));
        QCOMPARE(page.badge(), QStringLiteral("●"));
        auto news = std::make_shared<RunNews>(*newsOf(makeRow(2, RunState::Running).run));
        news->events = {{1, 1e9, LogLevel::Info, "Loading"}};
        Q_EMIT fixture.engine.runChanged(news);
        QTRY_VERIFY_WITH_TIMEOUT(page.isSettled(), 30'000); // the plots read the store
        QCOMPARE(view->plots().grid().tile(0)->plot().pointCount(0), std::size_t{80});
        QCOMPARE(view->plots().grid().tile(2)->plot().pointCount(0), std::size_t{2});
        QCOMPARE(view->plots().grid().tile(3)->plot().curveCount(), 0);
        QCOMPARE(view->log().model().rowCount(), 1);
        const QString progress = view->header().progressText();
        QVERIFY2(progress.contains(QStringLiteral("step 840 / 1,404")), qPrintable(progress));
        QVERIFY2(progress.contains(QStringLiteral("ETA 1 min 36 s")), qPrintable(progress));
    }

    void failedRunSaysWhy_andItsDetailsCanBeCopied() {
        PageFixture fixture;
        TrainPage page(fixture.context);
        std::unique_ptr<QWidget> widget(page.widget());
        RunRow row = makeRow(1, RunState::Failed);
        row.run.error = "Training failed: out of memory. Lower model.train_ds.batch_size";
        Q_EMIT fixture.engine.runListChanged(listNews({row}, true));
        Q_EMIT fixture.engine.runChanged(newsOf(row.run));
        const RunHeader& header = widget->findChild<RunView*>()->header();
        QVERIFY(header.problemText().contains(QStringLiteral("out of memory")));
        widget->findChild<RunHeader*>()->findChild<QToolButton*>()->click();
        QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("fathom-cli train")));
        Q_EMIT fixture.engine.runChanged(newsOf(makeRow(1, RunState::Completed).run, false));
        QVERIFY(header.problemText().isEmpty());
    }

    void longNameGivesWay_beforeTheButtonsWrap() {
        QAction train(QStringLiteral("Train again")), stop(QStringLiteral("Stop")),
            pause(QStringLiteral("Pause"));
        RunHeader header({.train = &train, .stop = &stop, .pause = &pause});
        store::Run run = makeRow(1, RunState::Running).run;
        run.progress.phase = "validating";
        header.show(run);
        const auto buttonRow = [&header] { return header.findChild<QPushButton*>()->parentWidget(); };
        const auto labels = header.findChildren<widgets::ElidedLabel*>();
        const int needed = header.sizeHint().width();
        header.resize(needed + 60, 200);
        header.QWidget::show();
        const int oneLine = buttonRow()->height();
        QCOMPARE(labels[0]->width(), labels[0]->sizeHint().width()); // as long as it is, and no longer

        run.name = std::string(300, 'n');
        header.show(run);
        header.layout()->activate();
        QCOMPARE(buttonRow()->height(), oneLine);
        QVERIFY(labels[0]->width() < labels[0]->sizeHint().width());
        QCOMPARE(labels[1]->text(), QStringLiteral("Validating"));
        QVERIFY(labels[1]->width() >= labels[1]->sizeHint().width());
        run.state = RunState::Completed;
        header.show(run);
        QVERIFY(labels[1]->isHidden()); // it has nothing to say, and takes no room
        QVERIFY2(header.minimumSizeHint().width() < needed / 2, "the header holds the window open");
        header.resize(needed / 2, 200);
        header.layout()->activate();
        QVERIFY(buttonRow()->height() > oneLine); // where there really is no room
    }

    void refusedConfigIsShownWithPlaceAndRemedy() {
        PageFixture fixture;
        TrainPage page(fixture.context);
        QSignalSpy pages(&fixture.context, &AppContext::pageRequested);
        std::unique_ptr<QWidget> widget(page.widget());
        Q_EMIT fixture.context.trainRefused({.what = "Cannot read the config",
                                             .why = "no such key",
                                             .remedy = "Did you mean lr?",
                                             .file = "a.yaml",
                                             .line = 3});
        const QString text = widget->findChild<RunView*>()->header().problemText();
        QVERIFY(text.contains(QStringLiteral("a.yaml:3")));
        QVERIFY(text.contains(QStringLiteral("Did you mean lr?")));
        QCOMPARE(pages.last()[0].toString(), QStringLiteral("train"));
    }

    void newerRunTakesThePage_unlessTheUserPickedOne() {
        PageFixture fixture;
        TrainPage page(fixture.context);
        std::unique_ptr<QWidget> widget(page.widget());
        auto* view = widget->findChild<RunView*>();
        Q_EMIT fixture.engine.runListChanged(listNews({makeRow(1, RunState::Completed)}, true));
        Q_EMIT fixture.engine.runChanged(newsOf(makeRow(1, RunState::Completed).run));
        Q_EMIT fixture.engine.runListChanged(listNews({makeRow(2, RunState::Running)}, false));
        Q_EMIT fixture.engine.runChanged(newsOf(makeRow(2, RunState::Running).run));
        QVERIFY(view->header().progressText().contains(QStringLiteral("ETA")));
        Q_EMIT fixture.context.showRunRequested(1);
        Q_EMIT fixture.engine.runChanged(newsOf(makeRow(1, RunState::Completed).run));
        Q_EMIT fixture.engine.runListChanged(listNews({makeRow(3, RunState::Running)}, false));
        Q_EMIT fixture.engine.runChanged(newsOf(makeRow(3, RunState::Running).run));
        QVERIFY(view->header().progressText().contains(QStringLiteral("took"))); // still run 1
    }
};

QTEST_MAIN(TestRunPages)
#include "tst_run_pages.moc"
