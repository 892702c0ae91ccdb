// SPDX-License-Identifier: GPL-3.0-or-later
// Live control on the Train page, of a run that the window's own engine does not know: as of another process.
#include "app/bridge/engine_bridge.h"
#include "app/pages/train/control_dialog.h"
#include "app/pages/train/run_header.h"
#include "app/pages/train/run_view.h"
#include "app/pages/train/train_page.h"
#include "tests/app/page_fixture.h"
#include "tests/app/run_fixture.h"
#include "widgets/line_plot.h"

#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QtTest>

#include <mutex>

using namespace fathom;
using namespace fathom::app;
using store::RunState;

namespace {

/// A run in a store, a page that shows it, and the commands that reach the run.
struct Bench {
    PageFixture fixture;
    std::unique_ptr<store::Recorder> recorder;
    std::shared_ptr<store::RunWriter> run;
    TrainPage page{fixture.context};
    std::unique_ptr<QWidget> widget{page.widget()};
    QSignalSpy messages{&fixture.context, &AppContext::statusMessage};
    std::mutex mutex{};
    QStringList commands{};

    Bench() {
        recorder = std::move(*store::Recorder::open(fixture.folder.path().toStdString()));
        recorder->onCommand([this](const store::CommandRow& row) {
            const std::lock_guard lock(mutex);
            commands.append(QStringLiteral("%1 %2").arg(QString::fromStdString(row.kind)).arg(row.value));
        });
        run = recordRun(*recorder);
        (void)recorder->flush();
        tell("training");
    }
    ~Bench() { recorder.reset(); } // calls into members

    [[nodiscard]] QStringList received() {
        const std::lock_guard lock(mutex);
        return commands;
    }
    [[nodiscard]] QAction& action(const char* id) const {
        return *fixture.actions.find(QStringLiteral("train.") + QLatin1String(id));
    }
    [[nodiscard]] RunHeader& header() const { return widget->findChild<RunView*>()->header(); }

    void tell(const std::string& phase, RunState state = RunState::Running,
              const std::vector<store::Event>& events = {}) {
        RunRow row = makeRow(static_cast<qint64>(run->id()), state);
        row.run.progress.phase = phase;
        Q_EMIT fixture.engine.runListChanged(listNews({row}, true));
        auto news = std::make_shared<RunNews>();
        news->run = row.run.id;
        news->info = row.run;
        news->learningRate = 0.02;
        news->events = events;
        Q_EMIT fixture.engine.runChanged(news);
    }
    /// The dialog that an action opened.
    [[nodiscard]] ControlDialog* open(const char* id) const {
        action(id).trigger();
        return widget->findChild<ControlDialog*>();
    }
};

} // namespace

class TestLiveControl : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void pauseIsPending_untilTheRunHasObeyed() {
        Bench bench;
        QCOMPARE(bench.action("pause").text(), QStringLiteral("Pause"));
        bench.action("pause").trigger();
        QCOMPARE(bench.header().phaseText(), QStringLiteral("Pausing…"));
        QVERIFY(!bench.action("pause").isEnabled()); // a second press would undo the first
        QTRY_COMPARE(bench.received(), QStringList{QStringLiteral("pause 0")});
        bench.tell("training");
        QCOMPARE(bench.header().phaseText(), QStringLiteral("Pausing…"));
        bench.tell("paused", RunState::Running,
                   {{7, 1e9, LogLevel::Info, "step 840: paused", "command", 840}});
        QVERIFY(bench.header().phaseText().isEmpty()); // the chip says it
        QCOMPARE(bench.action("pause").text(), QStringLiteral("Resume"));
        QVERIFY(!bench.header().progressText().contains(QStringLiteral("ETA")));
        bench.action("pause").trigger();
        QTRY_COMPARE(bench.received().last(), QStringLiteral("resume 0"));
    }

    void everyActionReachesTheRun() {
        Bench bench;
        for (const char* id : {"checkpoint", "validate", "stop"})
            bench.action(id).trigger();
        QTRY_COMPARE(bench.received().size(), qsizetype{3});
        QStringList kinds = bench.received();
        kinds.sort(); // background threads sent them
        QCOMPARE(kinds, (QStringList{QStringLiteral("checkpoint 0"), QStringLiteral("stop 0"),
                                     QStringLiteral("validate 0")}));
    }

    void actionsAreEnabled_whereTheRunObeysThem_data() {
        QTest::addColumn<QString>("phase");
        QTest::addColumn<int>("state");
        QTest::addColumn<bool>("stops");
        QTest::addColumn<bool>("obeys");
        const auto row = [](const char* phase, RunState state, bool stops, bool obeys) {
            QTest::addRow("%s %d", phase, static_cast<int>(state))
                << QString::fromLatin1(phase) << static_cast<int>(state) << stops << obeys;
        };
        row("", RunState::Created, true, false);
        row("loading", RunState::Running, true, false);
        row("training", RunState::Running, true, true);
        row("validating", RunState::Running, true, true);
        row("paused", RunState::Running, true, true);
        row("saving", RunState::Running, true, false);
        row("testing", RunState::Running, true, false);
        row("training", RunState::Stopping, false, false);
        row("paused", RunState::Stopped, false, false);
        row("training", RunState::Interrupted, false, false);
    }

    void actionsAreEnabled_whereTheRunObeysThem() {
        QFETCH(QString, phase);
        QFETCH(int, state);
        QFETCH(bool, stops);
        QFETCH(bool, obeys);
        Bench bench;
        bench.tell(phase.toStdString(), static_cast<RunState>(state));
        QCOMPARE(bench.action("stop").isEnabled(), stops);
        for (const char* id : {"pause", "checkpoint", "validate", "rate", "epochs"})
            QCOMPARE(bench.action(id).isEnabled(), obeys);
        QCOMPARE(bench.widget->findChild<QPushButton*>(QStringLiteral("runMenu"))->isEnabled(), obeys);
    }

    void learningRateIsAskedFor_byKeyboard() {
        Bench bench;
        bench.widget->show();
        ControlDialog* dialog = bench.open("rate");
        QVERIFY(dialog != nullptr);
        auto* field = dialog->findChild<QLineEdit*>();
        QCOMPARE(field->text(), QStringLiteral("0.02")); // the present one, selected
        QTest::keyClicks(field, QStringLiteral("fast"));
        QTest::keyClick(field, Qt::Key_Return);
        QVERIFY(dialog->isVisible());
        field->clear();
        QTest::keyClicks(field, QStringLiteral("-1"));
        QTest::keyClick(field, Qt::Key_Return);
        QVERIFY(dialog->isVisible());
        field->clear();
        QTest::keyClicks(field, QStringLiteral("5e-3"));
        QTest::keyClick(field, Qt::Key_Return);
        QTRY_COMPARE(bench.received(), QStringList{QStringLiteral("lr 0.005")});
    }

    void epochsAreAskedFor_andEscapeChangesNothing() {
        Bench bench;
        bench.widget->show();
        ControlDialog* dialog = bench.open("epochs");
        QCOMPARE(dialog->findChild<QLineEdit*>()->text(), QStringLiteral("12"));
        QTest::keyClick(dialog, Qt::Key_Escape);
        QTRY_VERIFY(bench.widget->findChild<ControlDialog*>() == nullptr);
        dialog = bench.open("epochs");
        QTest::keyClicks(dialog->findChild<QLineEdit*>(), QStringLiteral("20"));
        QTest::keyClick(dialog->findChild<QLineEdit*>(), Qt::Key_Return);
        QTRY_COMPARE(bench.received(), QStringList{QStringLiteral("max_epochs 20")});
    }

    void aRunThatEndedMeanwhile_isSaid() {
        Bench bench;
        bench.run->state(RunState::Completed);
        QVERIFY(bench.recorder->flush());
        bench.action("validate").trigger();
        QTRY_VERIFY(!bench.messages.isEmpty());
        QVERIFY(bench.messages.last()[0].toString().contains(QStringLiteral("is completed")));
        QCOMPARE(bench.header().phaseText(), QStringLiteral("Training"));
    }
};

QTEST_MAIN(TestLiveControl)
#include "tst_live_control.moc"
