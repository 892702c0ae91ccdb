// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/engine_bridge.h"
#include "app/bridge/job_runner.h"
#include "app/bridge/store_tail.h"
#include "tests/app/run_fixture.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include <atomic>
#include <latch>

using namespace fathom;
using namespace fathom::app;

class TestBridge : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void jobDeliversItsResultOnTheGuiThread() {
        JobRunner jobs;
        QThread* deliveredOn = nullptr;
        std::thread::id workedOn;
        int result = 0;
        jobs.run(
            QStringLiteral("a"), this,
            [&workedOn](std::stop_token) {
                workedOn = std::this_thread::get_id();
                return 42;
            },
            [&](int value) {
                result = value;
                deliveredOn = QThread::currentThread();
            });
        QTRY_COMPARE(result, 42);
        QCOMPARE(deliveredOn, thread());
        QVERIFY(workedOn != std::this_thread::get_id());
        QTRY_COMPARE(jobs.pending(), 0);
    }

    void newerJobCancelsTheOlderOfItsKey() {
        JobRunner jobs;
        std::latch started(1);
        QStringList delivered;
        jobs.run(
            QStringLiteral("compose"), this,
            [&started](std::stop_token stop) {
                started.count_down();
                while (!stop.stop_requested())
                    std::this_thread::yield();
                return QStringLiteral("old");
            },
            [&](const QString& text) { delivered.append(text); });
        started.wait();
        jobs.run(
            QStringLiteral("compose"), this, [](std::stop_token) { return QStringLiteral("new"); },
            [&](const QString& text) { delivered.append(text); });
        QTRY_COMPARE(jobs.pending(), 0);
        QCOMPARE(delivered, QStringList{QStringLiteral("new")});
    }

    void nothingIsDelivered_onceTheReceiverIsGone() {
        JobRunner jobs;
        bool delivered = false;
        std::latch go(1);
        {
            QObject receiver;
            jobs.run(
                {}, &receiver, [&go](std::stop_token) { go.wait(); }, [&] { delivered = true; });
        }
        go.count_down();
        QTRY_COMPARE(jobs.pending(), 0);
        QVERIFY(!delivered);
    }

    void destructorStopsAndJoins() {
        std::atomic<bool> ended = false;
        {
            JobRunner jobs;
            std::latch started(1);
            jobs.run(
                {}, this,
                [&](std::stop_token stop) {
                    started.count_down();
                    while (!stop.stop_requested())
                        std::this_thread::yield();
                    ended = true;
                },
                [] {});
            started.wait();
        }
        QVERIFY(ended);
    }

    void tailTellsTheWholeListOnce_thenWhatChanged() {
        QTemporaryDir folder;
        const std::filesystem::path workspace = folder.path().toStdString();
        StoreTail tail(workspace);
        QVERIFY(!tail.open());
        QVERIFY(tail.error());
        auto recorder = store::Recorder::open(workspace);
        QVERIFY(recorder);
        const auto writer = recordRun(**recorder);
        QVERIFY((*recorder)->flush());
        QVERIFY(tail.open());
        const auto all = tail.runList();
        QVERIFY(all && all->complete);
        QCOMPARE(all->rows.size(), std::size_t{1});
        QCOMPARE(all->rows[0].metrics.valWer, 0.75);
        QVERIFY(!tail.runList());
        writer->state(store::RunState::Completed);
        QVERIFY((*recorder)->flush());
        const auto changed = tail.runList();
        QVERIFY(changed && !changed->complete);
        QCOMPARE(changed->rows[0].run.state, store::RunState::Completed);
    }

    void tailFollowsTheWatchedRun() {
        QTemporaryDir folder;
        const std::filesystem::path workspace = folder.path().toStdString();
        auto recorder = store::Recorder::open(workspace);
        const auto writer = recordRun(**recorder);
        QVERIFY((*recorder)->flush());
        StoreTail tail(workspace);
        QVERIFY(tail.open());
        QVERIFY(!tail.runNews());
        tail.watch(writer->id());
        const auto first = tail.runNews();
        QVERIFY(first && first->fromStart);
        QVERIFY(first->hasPoints && !first->learningRate);
        QCOMPARE(first->events.size(), std::size_t{1});
        QVERIFY(first->info);
        writer->put({writer->series("train_loss"), 101, wallTime(), 0.5});
        QVERIFY((*recorder)->flush());
        const auto second = tail.runNews();
        QVERIFY(second && !second->fromStart);
        QVERIFY(second->hasPoints && !second->learningRate);
        QVERIFY(!tail.runNews());
        writer->put({writer->series("learning_rate"), 101, wallTime(), 0.02});
        writer->put({writer->series("learning_rate"), 102, wallTime(), 0.01});
        QVERIFY((*recorder)->flush());
        const auto third = tail.runNews();
        QVERIFY(third && third->hasPoints);
        QCOMPARE(third->learningRate, std::optional(0.01));
    }

    void bridgeShowsARunOfAnotherRecorder_live() {
        QTemporaryDir folder;
        const std::filesystem::path workspace = folder.path().toStdString();
        EngineBridge bridge(workspace);
        QSignalSpy lists(&bridge, &EngineBridge::runListChanged);
        std::vector<RunNewsPtr> news;
        connect(&bridge, &EngineBridge::runChanged, this,
                [&](const RunNewsPtr& each) { news.push_back(each); });
        bridge.open();
        QTRY_VERIFY(!lists.isEmpty()); // the service made the store; it is empty
        auto recorder = store::Recorder::open(workspace);
        const auto writer = recordRun(**recorder);
        const auto id = static_cast<qint64>(writer->id());
        QTRY_VERIFY(lists.count() >= 2);
        bridge.watch(id);
        QTRY_VERIFY(!news.empty());
        QVERIFY(news.front()->fromStart);
        const std::size_t before = news.size();
        writer->put({writer->series("train_loss"), 101, wallTime(), 0.5});
        QTRY_VERIFY(news.size() > before);
        QVERIFY(!bridge.ownsRun(id));
    }

    void bridgeSaysWhyARunDidNotStart() {
        QTemporaryDir folder;
        EngineBridge bridge(folder.path().toStdString());
        QSignalSpy failed(&bridge, &EngineBridge::startFailed);
        bridge.open();
        bridge.start({.configPath = folder.path().toStdString(),
                      .configName = "nonesuch",
                      .workspace = folder.path().toStdString()});
        QTRY_COMPARE(failed.count(), 1);
        QVERIFY(!failed[0][0].value<Error>().why.empty());
        QCOMPARE(bridge.activeRuns(), 0);
    }
};

QTEST_GUILESS_MAIN(TestBridge)
#include "tst_bridge.moc"
