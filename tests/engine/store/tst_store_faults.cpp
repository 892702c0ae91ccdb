// SPDX-License-Identifier: GPL-3.0-or-later
// Writes to the database fail: nothing that was queued may be lost or doubled, and the caller never waits.
#include "failing_vfs.h"

#include "engine/store/database.h"
#include "engine/store/reader.h"
#include "engine/store/recorder.h"

#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <sqlite3.h>

namespace fs = std::filesystem;
using namespace fathom;
using namespace fathom::store;

class StoreFaultsTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Recorder> m_recorder;
    std::shared_ptr<RunWriter> m_run;

    fs::path workspace() const { return m_folder->path().toStdString(); }

    void put(int from, int to) {
        for (int step = from; step < to; ++step)
            m_run->put({m_run->series(step % 2 != 0 ? "odd" : "even"), step, 0, static_cast<double>(step)});
    }
    /// Every step from 0 to `count` is there exactly once, and the file is whole.
    void verifyStored(int count) {
        auto reader = Reader::open(workspace());
        QVERIFY(reader.has_value());
        TailPosition position;
        auto points = reader->tail(m_run->id(), position);
        QVERIFY(points.has_value());
        QCOMPARE(points->size(), static_cast<std::size_t>(count));
        std::sort(points->begin(), points->end(),
                  [](const StoredPoint& a, const StoredPoint& b) { return a.step < b.step; });
        for (int step = 0; step < count; ++step)
            QCOMPARE((*points)[static_cast<std::size_t>(step)].step, step);
        Database database(workspace() / "runs.sqlite", Database::Mode::ReadWrite, 1000);
        Statement check(database, "PRAGMA integrity_check");
        QVERIFY(check.step());
        QCOMPARE(check.text(0), std::string("ok"));
    }

private Q_SLOTS:
    void initTestCase() { failing_vfs::install(); }
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_recorder = std::move(*Recorder::open(workspace()));
        m_run = *m_recorder->createRun({.name = "a"});
        m_run->state(RunState::Running);
        QVERIFY(m_recorder->flush());
    }
    void cleanup() {
        failing_vfs::allow();
        m_recorder.reset();
    }

    void fullDisk_degradesAndRecovers() {
        put(0, 1000);
        QVERIFY(m_recorder->flush());
        failing_vfs::failAfter(0, SQLITE_FULL);
        put(1000, 3000);
        m_run->event(LogLevel::Info, "still here");
        m_run->progress({.step = 3000});
        QTRY_VERIFY(m_recorder->health().degraded);
        QCOMPARE(m_recorder->health().queuedPoints, std::size_t{2000});
        QVERIFY(m_recorder->health().error->remedy.find("Free some space") != std::string::npos);
        QVERIFY(!m_recorder->flush(20));
        put(3000, 4000);
        QTRY_COMPARE(m_recorder->health().queuedPoints, std::size_t{3000});
        failing_vfs::allow();
        QVERIFY(m_recorder->flush());
        QVERIFY(!m_recorder->health().degraded);
        QVERIFY(!m_recorder->health().error.has_value());
        verifyStored(4000);
        auto reader = Reader::open(workspace());
        QCOMPARE(reader->events(m_run->id())->size(), std::size_t{1});
        QCOMPARE((*reader->run(m_run->id()))->progress.step, 3000);
    }

    void fullDisk_recoversByItself() {
        failing_vfs::failAfter(0, SQLITE_FULL);
        put(0, 100);
        QTRY_VERIFY(m_recorder->health().degraded);
        failing_vfs::allow();
        QTRY_VERIFY(!m_recorder->health().degraded);
        verifyStored(100);
    }

    void aDiskThatStaysFull_isToldOnce_asIsItsEnd() {
        std::atomic<int> bad = 0;
        std::atomic<int> good = 0;
        m_recorder->onHealth([&](const RecorderHealth& health) { ++(health.degraded ? bad : good); });
        failing_vfs::failAfter(0, SQLITE_FULL);
        put(0, 100);
        QTRY_COMPARE(bad.load(), 1);
        QVERIFY(!m_recorder->flush(20)); // tries again
        QVERIFY(!m_recorder->flush(20));
        QCOMPARE(bad.load(), 1);
        QCOMPARE(good.load(), 0);
        failing_vfs::allow();
        QTRY_COMPARE(good.load(), 1);
        QVERIFY(m_recorder->flush());
        QCOMPARE(bad.load(), 1);
        verifyStored(100);
        m_recorder->onHealth({}); // its thread may not call into what is gone
    }

    void everySingleFailingWrite_losesAndDoublesNothing_data() {
        QTest::addColumn<int>("code");
        QTest::newRow("full") << SQLITE_FULL;
        QTest::newRow("write error") << SQLITE_IOERR_WRITE;
        QTest::newRow("fsync error") << SQLITE_IOERR_FSYNC;
    }
    void everySingleFailingWrite_losesAndDoublesNothing() {
        QFETCH(int, code);
        int count = 0;
        int failed = 0;
        const int positions[] = {0, 1, 2, 3, 4, 5, 6, 7, 9, 12, 20, 40};
        for (const int after : positions) {
            failing_vfs::failAfter(after, code, 1);
            // Enough for several transactions' worth of pages, new series included.
            put(count, count + 400);
            m_run->put({m_run->series("own" + std::to_string(after)), after, 0, 0});
            count += 400;
            QTRY_VERIFY(m_recorder->flush(1000));
            failed += failing_vfs::failures() > 0 ? 1 : 0;
        }
        failing_vfs::allow();
        QVERIFY(failed > 5);
        auto reader = Reader::open(workspace());
        const auto series = *reader->series(m_run->id());
        QCOMPARE(series.size(), std::size(positions) + 2);
        std::size_t total = 0;
        for (const Series& one : series) {
            const auto points = *reader->points(one.id);
            total += points.size();
            if (one.name.starts_with("own")) QCOMPARE(points.size(), std::size_t{1});
            for (std::size_t i = 1; i < points.size(); ++i)
                QCOMPARE(points[i].step, points[i - 1].step + 2);
        }
        QCOMPARE(total, static_cast<std::size_t>(count) + std::size(positions));
    }

    void aLockedDatabase_isWaitedFor() {
        Database other(workspace() / "runs.sqlite", Database::Mode::ReadWrite, 1000);
        {
            Transaction lock(other);
            put(0, 100);
            QTRY_VERIFY(m_recorder->health().degraded);
            QVERIFY(m_recorder->health().error->remedy.find("Another program") != std::string::npos);
        }
        QTRY_VERIFY(!m_recorder->health().degraded);
        verifyStored(100);
    }

    void aRemovedFile_isNoticed_andWrittenToOnceItIsBack() {
        const fs::path away = workspace() / "away";
        fs::create_directories(away);
        for (const char* file : {"runs.sqlite", "runs.sqlite-wal", "runs.sqlite-shm"})
            fs::rename(workspace() / file, away / file);
        put(0, 100);
        QTRY_VERIFY(m_recorder->health().degraded);
        QVERIFY(!fs::exists(workspace() / "runs.sqlite"));
        for (const char* file : {"runs.sqlite", "runs.sqlite-wal", "runs.sqlite-shm"})
            if (fs::exists(away / file)) fs::rename(away / file, workspace() / file);
        QTRY_VERIFY(!m_recorder->health().degraded);
        verifyStored(100);
    }

    void destructor_givesUpInTheEnd() {
        failing_vfs::failAfter(0, SQLITE_FULL);
        put(0, 100);
        m_recorder.reset(); // returns
        failing_vfs::allow();
        verifyStored(0);
    }
};

QTEST_GUILESS_MAIN(StoreFaultsTest)
#include "tst_store_faults.moc"
