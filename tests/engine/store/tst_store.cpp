// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/file.h"
#include "engine/store/commands.h"
#include "engine/store/database.h"
#include "engine/store/edit.h"
#include "engine/store/file_system.h"
#include "engine/store/reader.h"
#include "engine/store/recorder.h"
#include "engine/store/schema.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <limits>
#include <thread>

namespace fs = std::filesystem;
using namespace fathom;
using namespace fathom::store;

class StoreTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Recorder> m_recorder;

    fs::path workspace() const { return m_folder->path().toStdString(); }
    std::shared_ptr<RunWriter> newRun(const std::string& name) {
        NewRun request;
        request.name = name;
        return *m_recorder->createRun(request);
    }
    Reader reader() { return std::move(*Reader::open(workspace())); }
    std::size_t pointCount(RunId run) {
        TailPosition position;
        return reader().tail(run, position)->size();
    }
    Result<PurgeSize> remove(RunId run) { return purge(workspace(), std::span(&run, 1), false); }

private Q_SLOTS:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        auto recorder = Recorder::open(workspace());
        QVERIFY2(recorder.has_value(), recorder ? "" : recorder.error().message().c_str());
        m_recorder = std::move(*recorder);
    }
    void cleanup() { m_recorder.reset(); }

    void run_keepsEverythingItWasGiven() {
        NewRun request{.name = "quartznet",
                       .command = "fathom-cli train",
                       .configPath = "configs",
                       .configName = "q",
                       .overrides = {"a=1", "b='ä \"x\"'"},
                       .configJson = "{}",
                       .configYaml = "a: 1",
                       .directory = "/tmp/x"};
        const auto writer = *m_recorder->createRun(request);
        const auto run = *reader().run(writer->id());
        QVERIFY(run.has_value());
        QCOMPARE(run->title(), std::string("quartznet/1"));
        QCOMPARE(run->state, RunState::Created);
        QCOMPARE(run->overrides, request.overrides);
        QCOMPARE(run->configYaml, request.configYaml);
        QCOMPARE(run->configJson, request.configJson);
        QCOMPARE(run->command, request.command);
        QCOMPARE(run->directory, request.directory);
        QVERIFY(run->process.isAlive());
        QVERIFY(run->createdAt > 1e9);
        QVERIFY(reader().runs()->front().configYaml.empty());
        QVERIFY(!reader().run(RunId{99})->has_value());
    }

    void runs_areNumberedByName_andNumbersDoNotComeAgain() {
        QCOMPARE(newRun("a")->run().number, 1);
        QCOMPARE(newRun("b")->run().number, 1);
        const auto second = newRun("a");
        QCOMPARE(second->run().number, 2);
        second->state(RunState::Completed);
        QVERIFY(m_recorder->flush());
        QVERIFY(remove(second->id()).has_value());
        QCOMPARE(newRun("a")->run().number, 3);
        const auto runs = *reader().runs();
        QCOMPARE(runs.size(), std::size_t{3});
        QCOMPARE(runs.front().title(), std::string("a/3"));
    }

    void points_comeBackInOrder_withNanAndInfinity() {
        const auto run = newRun("a");
        const SeriesId loss = run->series("train_loss");
        QCOMPARE(run->series("train_loss"), loss);
        constexpr double kInf = std::numeric_limits<double>::infinity();
        const double values[] = {1.5, std::nan(""), kInf, -kInf, -0.5};
        for (std::int64_t step = 0; step < 5; ++step)
            run->put({loss, step, 100.0 + static_cast<double>(step), values[step]});
        run->put({run->series("other"), 9, 1, 2});
        QVERIFY(m_recorder->flush());

        Reader reads = reader();
        const auto series = *reads.series(run->id());
        QCOMPARE(series.size(), std::size_t{2});
        QCOMPARE(series[0].name, std::string("train_loss"));
        const auto points = *reads.points(series[0].id);
        QCOMPARE(points.size(), std::size_t{5});
        QVERIFY(std::isnan(points[1].value));
        QCOMPARE(points[2].value, kInf);
        QCOMPARE(points[3].value, -kInf);
        QCOMPARE(points[4].value, -0.5);
        QCOMPARE(points[4].step, 4);
        QCOMPARE(points[4].wallTime, 104.0);
        const auto last = *reads.lastValues(run->id());
        QCOMPARE(last.size(), std::size_t{2});
        QCOMPARE(last[1].name, std::string("other"));
        QCOMPARE(last[1].point.value, 2.0);
        QCOMPARE(reads.lastValues()->size(), std::size_t{2});
    }

    void tail_returnsEveryPointOnce_whenRunsAreMixed() {
        const auto a = newRun("a");
        const auto b = newRun("b");
        const SeriesId seriesA[] = {a->series("x"), a->series("y")};
        const SeriesId seriesB = b->series("x");
        Reader reads = reader();
        TailPosition position;
        std::vector<double> got;
        std::int64_t expected = 0;
        for (int round = 0; round < 5; ++round) {
            for (int i = 0; i < 200; ++i) {
                a->put({seriesA[i % 2], 0, 0, static_cast<double>(expected++)});
                for (int other = 0; other < 7; ++other)
                    b->put({seriesB, 0, 0, -1});
            }
            QVERIFY(m_recorder->flush());
            while (true) {
                const auto points = *reads.tail(a->id(), position, 64);
                QVERIFY(points.size() <= 64);
                for (const StoredPoint& point : points)
                    got.push_back(point.value);
                if (points.size() < 64) break;
            }
        }
        QCOMPARE(got.size(), std::size_t{1000});
        std::sort(got.begin(), got.end()); // series after series
        for (std::size_t i = 0; i < got.size(); ++i)
            QCOMPARE(got[i], static_cast<double>(i));
    }

    void tail_goesOn_afterOtherRunsWerePurged() {
        const auto live = newRun("live");
        const auto gone = newRun("gone");
        live->put({live->series("x"), 1, 0, 1});
        QVERIFY(m_recorder->flush());
        gone->put({gone->series("x"), 1, 0, 1});
        gone->state(RunState::Completed);
        QVERIFY(m_recorder->flush());
        Reader reads = reader();
        TailPosition position;
        QCOMPARE(reads.tail(live->id(), position)->size(), std::size_t{1});
        QVERIFY(remove(gone->id()).has_value());
        live->put({live->series("x"), 2, 0, 2});
        QVERIFY(m_recorder->flush());
        QCOMPARE(reads.tail(live->id(), position)->size(), std::size_t{1});
    }

    void events_samplesAndArtifacts_comeBack() {
        const auto run = newRun("a");
        run->event(LogLevel::Warning, "careful");
        run->event(LogLevel::Info, "fine");
        const Sample first[] = {{10, 0, "a.wav", "ref", "pred", 0.5}, {10, 1, "b.wav", "r", "p", 1.0}};
        const Sample second[] = {{20, 0, "a.wav", "ref", "better", 0.25}};
        run->samples(first);
        run->samples(second);
        run->artifact({"nemo", "/x.nemo", "abc", 12});
        QVERIFY(m_recorder->flush());
        Reader reads = reader();
        const auto events = *reads.events(run->id());
        QCOMPARE(events.size(), std::size_t{2});
        QCOMPARE(events[0].text, std::string("careful"));
        QCOMPARE(events[0].level, LogLevel::Warning);
        QCOMPARE(reads.events(run->id(), events[0].id)->size(), std::size_t{1});
        const auto samples = *reads.lastSamples(run->id());
        QCOMPARE(samples.size(), std::size_t{1});
        QCOMPARE(samples[0].prediction, std::string("better"));
        QCOMPARE(reads.artifacts(run->id())->front().bytes, 12);
    }

    void state_setsTimesAndProgress() {
        const auto run = newRun("a");
        run->state(RunState::Running);
        run->progress({.step = 3,
                       .totalSteps = 10,
                       .epoch = 1,
                       .totalEpochs = 2,
                       .phase = "training",
                       .stepsPerSecond = 2.5});
        run->directory("/runs/a");
        QVERIFY(m_recorder->flush());
        Reader reads = reader();
        auto stored = **reads.run(run->id());
        QCOMPARE(stored.state, RunState::Running);
        QVERIFY(stored.startedAt >= stored.createdAt);
        QCOMPARE(stored.progress.totalSteps, 10);
        QCOMPARE(stored.progress.phase, std::string("training"));
        QCOMPARE(stored.directory, std::string("/runs/a"));
        run->state(RunState::Stopping);
        run->state(RunState::Failed, "loss is NaN at step 4");
        QVERIFY(m_recorder->flush());
        const double started = stored.startedAt;
        stored = **reads.run(run->id());
        QCOMPARE(stored.state, RunState::Failed);
        QCOMPARE(stored.error, std::string("loss is NaN at step 4"));
        QCOMPARE(stored.startedAt, started);
        QVERIFY(stored.endedAt >= started);
    }

    void destructor_writesWhatIsQueued() {
        const auto run = newRun("a");
        const SeriesId series = run->series("x");
        for (int i = 0; i < 10'000; ++i)
            run->put({series, i, 0, 1});
        m_recorder.reset();
        run->put({series, 1, 0, 1}); // too late, and harmless
        QCOMPARE(pointCount(run->id()), std::size_t{10'000});
    }

    void put_fromSeveralThreads_losesNothing() {
        const auto run = newRun("a");
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&run, t] {
                const SeriesId series = run->series("s" + std::to_string(t % 2));
                for (int i = 0; i < 5'000; ++i)
                    run->put({series, i, 0, static_cast<double>(t)});
            });
        threads.clear();
        QVERIFY(m_recorder->flush());
        QCOMPARE(pointCount(run->id()), std::size_t{20'000});
        QCOMPARE(m_recorder->health().queuedPoints, std::size_t{0});
    }

    void reader_worksWhileAWriterWrites() {
        const auto run = newRun("a");
        const SeriesId series = run->series("x");
        std::jthread writer([&](const std::stop_token& stop) {
            for (std::int64_t i = 0; i < 50'000 && !stop.stop_requested(); ++i)
                run->put({series, i, 0, static_cast<double>(i)});
        });
        Reader reads = reader();
        TailPosition position;
        std::size_t count = 0;
        const auto all = [&] {
            const auto points = reads.tail(run->id(), position);
            if (!points) return false;
            count += points->size();
            return count == 50'000;
        };
        QTRY_VERIFY(all());
    }

    void dataVersion_changesWithEachCommit() {
        Reader reads = reader();
        const std::int64_t before = reads.dataVersion();
        QCOMPARE(reads.dataVersion(), before);
        newRun("a");
        QVERIFY(reads.dataVersion() != before);
    }

    void reader_opensAnEmptyFile_andSeesTheRunsThatCome() {
        const fs::path fresh = workspace() / "fresh";
        fs::create_directories(fresh);
        QVERIFY(!Reader::open(fresh).has_value());
        QCOMPARE(Reader::open(fresh).error().exitCode(), 3);
        QVERIFY(
            writeFileAtomically(fresh / "runs.sqlite", "").has_value()); // as between creation and migration
        auto reads = Reader::open(fresh);
        QVERIFY(reads.has_value());
        QVERIFY(reads->runs()->empty());
        auto recorder = Recorder::open(fresh);
        QVERIFY(recorder.has_value());
        QVERIFY(reads->runs()->empty());
        QVERIFY((*recorder)->createRun({.name = "a"}).has_value());
        QCOMPARE(reads->runs()->size(), std::size_t{1});
    }

    void reader_opens_afterTheLastWriterClosed() {
        newRun("a");
        m_recorder.reset();
        QVERIFY(!fs::exists(workspace() / "runs.sqlite-wal"));
        QCOMPARE(reader().runs()->size(), std::size_t{1});
    }

    void open_refusesWhatIsNoStore() {
        const fs::path other = workspace() / "other";
        fs::create_directories(other);
        QVERIFY(writeFileAtomically(other / "runs.sqlite", std::string(4096, 'x')).has_value());
        QCOMPARE(Reader::open(other).error().exitCode(), 3);
        QCOMPARE(Recorder::open(other).error().exitCode(), 3);
        QVERIFY(writeFileAtomically(workspace() / "plain", "file").has_value());
        const auto recorder = Recorder::open(workspace() / "plain" / "w");
        QVERIFY(!recorder.has_value());
        QVERIFY(!recorder.error().remedy.empty());
    }

    void open_refusesADatabaseOfANewerProgram() {
        m_recorder.reset();
        Database(workspace() / "runs.sqlite", Database::Mode::ReadWrite, 1000)
            .execute("PRAGMA user_version = 99");
        QVERIFY(Recorder::open(workspace()).error().message().find("newer") != std::string::npos);
        QVERIFY(Reader::open(workspace()).error().message().find("newer") != std::string::npos);
    }

    void commands_reachTheRecorderOnce_inOrder() {
        std::mutex mutex;
        std::vector<CommandRow> got;
        m_recorder->onCommand([&](const CommandRow& command) {
            const std::lock_guard lock(mutex);
            got.push_back(command);
        });
        const auto count = [&] {
            const std::lock_guard lock(mutex);
            return got.size();
        };
        const auto mine = newRun("mine");
        mine->state(RunState::Running);
        for (int i = 0; i < 20; ++i)
            QVERIFY(sendCommand(workspace(), mine->id(), "lr", i).has_value());
        QTRY_COMPARE(count(), std::size_t{20});
        for (std::size_t i = 0; i < 20; ++i)
            QCOMPARE(got[i].value, static_cast<double>(i));
        mine->answer(got[3].id, "done");
        QVERIFY(m_recorder->flush());
        QCOMPARE((*reader().command(got[3].id))->outcome, std::string("done"));
        QVERIFY((*reader().command(got[4].id))->takenAt == 0);
        mine->state(RunState::Completed);
        QVERIFY(m_recorder->flush());
        QCOMPARE((*reader().command(got[3].id))->outcome, std::string("done"));
        QCOMPARE((*reader().command(got[4].id))->outcome, std::string("not obeyed: the run ended first"));
        QCOMPARE(sendCommand(workspace(), mine->id(), "pause", 0).error().exitCode(), 2);
        QCOMPARE(count(), std::size_t{20});
        m_recorder.reset(); // calls into this function's variables
    }

    void purge_takesItsRowsOnly_andRefusesALiveRun() {
        const auto keep = newRun("keep");
        const auto gone = newRun("gone");
        for (const auto& run : {keep, gone}) {
            run->put({run->series("x"), 1, 0, 1});
            run->event(LogLevel::Info, "x");
        }
        QVERIFY(m_recorder->flush());
        QCOMPARE(remove(gone->id()).error().exitCode(), 2);
        gone->state(RunState::Stopped);
        QVERIFY(m_recorder->flush());
        QVERIFY(remove(gone->id()).has_value());
        QVERIFY(!remove(gone->id()).has_value());
        Database database(workspace() / "runs.sqlite", Database::Mode::ReadOnly, 1000);
        for (const char* table : {"runs", "series", "points", "summaries", "metrics", "events"})
            QCOMPARE(database.integer(("SELECT count(*) FROM " + std::string(table)).c_str()),
                     std::int64_t{1});
        const RunId first{1};
        QVERIFY(!purge(workspace() / "nowhere", std::span(&first, 1), false).has_value());
    }

    void aPointOfAnUnknownSeries_isPassedOver() {
        const auto run = newRun("a");
        run->put({SeriesId{12345}, 1, 0, 1});
        run->put({run->series("x"), 1, 0, 1});
        QVERIFY(m_recorder->flush());
        QVERIFY(!m_recorder->health().degraded);
        QCOMPARE(pointCount(run->id()), std::size_t{1});
    }

    void networkFileSystem_knowsTheUsualOnes() {
        QCOMPARE(networkFileSystemName(0x6969), std::string_view("NFS"));
        QCOMPARE(networkFileSystemName(static_cast<std::uint64_t>(static_cast<int>(0xFF534D42))),
                 std::string_view("SMB"));
        QVERIFY(networkFileSystemName(0xEF53).empty()); // ext4
        QVERIFY(networkFileSystem("/proc").empty());
    }

    void runState_readsWhatNameWrites() {
        for (const RunState state :
             {RunState::Created, RunState::Running, RunState::Stopping, RunState::Completed,
              RunState::Stopped, RunState::Failed, RunState::Interrupted})
            QCOMPARE(runState(name(state)), state);
        QCOMPARE(runState("of a later version"), RunState::Interrupted);
    }
};

QTEST_GUILESS_MAIN(StoreTest)
#include "tst_store.moc"
