// SPDX-License-Identifier: GPL-3.0-or-later
// Imports into a workspace: whole, repeated, grown, rewritten, followed, merged.
#include "engine/exchange/importer.h"
#include "engine/exchange/text_values.h"
#include "engine/store/edit.h"
#include "engine/store/event_encoding.h"
#include "engine/store/reader.h"
#include "engine/store/recorder.h"
#include "tests/engine/exchange/exchange_testing.h"

#include <QElapsedTimer>
#include <QScopeGuard>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <thread>

namespace fs = std::filesystem;
using namespace fathom;
using namespace fathom::exchange;
using namespace fathom::testing;
using Outcome = ImportedRun::Outcome;

namespace {

const fs::path kData = fs::path(FATHOM_TEST_DATA) / "exchange";

void append(const fs::path& file, const std::string& bytes) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary | std::ios::app) << bytes;
}

std::string scalar(std::int64_t step, double value) {
    return store::framed(store::scalarEvent({1.7e9 + static_cast<double>(step), step}, "loss", value));
}

std::string head() {
    return store::framed(store::versionEvent({1.7e9, 0}));
}

using Points = std::map<std::string, std::vector<CollectingSink::Point>>;

Points pointsOf(store::Reader& reader, store::RunId run) {
    Points points;
    const auto all = reader.series(run);
    for (const store::Series& series : *all) {
        const auto stored = reader.points(series.id);
        for (const store::StoredPoint& point : *stored)
            points[series.name].push_back({point.step, point.wallTime, point.value});
    }
    return points;
}

class TestImporter : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_root = m_folder->path().toStdString();
        m_workspace = m_root / "workspace";
    }

    void storesWhatTensorBoardReads();
    void storesEveryFormat_andNothingTwice();
    void addsWhatIsNew_whenTheSourceHasGrown();
    void writesAnew_whatTellsAnotherPast();
    void keepsNoteAndTags_thatAUserChanged();
    void tells_whichRunWasNotReadToItsEnd();
    void stops_andGoesOn();
    void keepsMedia_asFilesOfTheRun();
    void follows_eventsThatAnotherThreadWrites();
    void follow_beginsAnew_whenPointsArePurged();
    void follows_lightningLogs_alsoWhenTheHeaderChanges();
    void merge_bringsEverything_andNothingTwice();
    void merge_doesNotBringBack_whatCameFromHere();

private:
    Result<ImportReport> import(const fs::path& path, ImportOptions options = {}) {
        return importRuns(m_workspace, path, options);
    }
    [[nodiscard]] store::Reader reader() const { return std::move(store::Reader::open(m_workspace).value()); }
    [[nodiscard]] Points storedPoints(store::RunId run) const {
        store::Reader read = reader();
        return pointsOf(read, run);
    }
    void recordRun(const fs::path& workspace);

    std::unique_ptr<QTemporaryDir> m_folder{};
    fs::path m_root{};
    fs::path m_workspace{};
};

void TestImporter::storesWhatTensorBoardReads() {
    const auto report = import(kData / "tensorboard");
    QVERIFY2(report, report ? "" : report.error().message().c_str());
    const Value golden = goldenOf("tensorboard.json");
    QCOMPARE(report->runs.size(), golden.asMap().size());
    store::Reader read = reader();
    for (const ImportedRun& run : report->runs) {
        QCOMPARE(run.outcome, Outcome::New);
        const Value& expected = *golden.asMap().find(run.name);
        const Points points = pointsOf(read, run.id);
        const std::string wrong = difference(points, expected.at("series")->asMap());
        QVERIFY2(wrong.empty(), wrong.c_str());
        const auto stored = read.run(run.id);
        QVERIFY(stored && *stored);
        QCOMPARE((*stored)->state, store::RunState::Completed);
        QCOMPARE((*stored)->error, std::string());
        QCOMPARE(read.configLeaves(run.id)->size(), expected.at("config")->asMap().size());
    }
}

void TestImporter::storesEveryFormat_andNothingTwice() {
    fs::copy_file(kData / "mlflow/mlflow.db", m_root / "mlflow.db");
    append(m_root / "a.csv", "step,loss\n1,2\n2,nan\n");
    const fs::path sources[] = {kData / "tensorboard", kData / "lightning", kData / "mlflow",
                                m_root / "mlflow.db",  kData / "wandb",     m_root / "a.csv"};
    for (const fs::path& source : sources) {
        const auto first = import(source);
        QVERIFY2(first, first ? "" : first.error().message().c_str());
        QVERIFY(!first->runs.empty());
        const auto points = storedPoints(first->runs[0].id);
        const auto events = reader().events(first->runs[0].id)->size();
        for (int i = 0; i < 2; ++i) {
            const auto again = import(source);
            QVERIFY(again);
            QCOMPARE(again->runs.size(), first->runs.size());
            for (const ImportedRun& run : again->runs) {
                QVERIFY(!run.error);
                QCOMPARE(run.outcome, Outcome::Unchanged);
            }
            store::Reader read = reader();
            const Points after = pointsOf(read, first->runs[0].id);
            QCOMPARE(after.size(), points.size());
            for (const auto& [name, list] : points)
                QCOMPARE(after.at(name).size(), list.size());
            QCOMPARE(read.events(first->runs[0].id)->size(), events);
        }
    }
}

void TestImporter::addsWhatIsNew_whenTheSourceHasGrown() {
    const fs::path file = m_root / "logs/events.out.tfevents.1.host.1.0";
    append(file, head() + scalar(0, 1) + scalar(1, 2) + scalar(2, 3).substr(0, 9));
    QCOMPARE(import(m_root / "logs")->runs[0].newPoints, 2U);
    append(file, scalar(2, 3).substr(9) + scalar(3, 4));
    const auto report = import(m_root / "logs");
    QVERIFY(report);
    QCOMPARE(report->runs[0].outcome, Outcome::Updated);
    QCOMPARE(report->runs[0].newPoints, 2U);
    store::Reader read = reader();
    const Points points = pointsOf(read, report->runs[0].id);
    QCOMPARE(points.at("loss").size(), 4U);
    QCOMPARE(points.at("loss").back().value, 4.0);
    QCOMPARE(read.run(report->runs[0].id).value()->progress.step, 3);
    QCOMPARE(read.runs()->size(), 1U);
}

void TestImporter::writesAnew_whatTellsAnotherPast() {
    append(m_root / "a.csv", "step,loss,acc\n1,2,3\n2,4,5\n");
    const auto first = import(m_root / "a.csv");
    QVERIFY(first);
    for (const char* text : {"step,loss,acc\n1,2,3\n2,4,5.5\n3,6,7\n", "step,loss\n1,2\n", "step,loss\n"}) {
        fs::remove(m_root / "a.csv");
        append(m_root / "a.csv", text);
        const auto again = import(m_root / "a.csv");
        QVERIFY2(again, again ? "" : again.error().message().c_str());
        QCOMPARE(again->runs[0].outcome, Outcome::Rewritten);
        QCOMPARE(again->runs[0].id, first->runs[0].id);
        store::Reader read = reader();
        const Points points = pointsOf(read, again->runs[0].id);
        CollectingSink expected;
        QVERIFY(openSource(m_root / "a.csv", {})->runs[0].read(expected, {}));
        QCOMPARE(points.size(), expected.points.size());
        for (const auto& [name, list] : expected.points) {
            QCOMPARE(points.at(name).size(), list.size());
            QCOMPARE(points.at(name).back().value, list.back().value);
            QCOMPARE(read.metricColumn(name)->front().points, static_cast<std::int64_t>(list.size()));
        }
    }
}

void TestImporter::keepsNoteAndTags_thatAUserChanged() {
    const auto first = import(kData / "mlflow");
    QVERIFY(first);
    const store::RunId id = first->runs[0].id;
    QCOMPARE(reader().run(id).value()->note, std::string("first try\nsecond line"));
    QCOMPARE(reader().run(id).value()->tags, std::vector<std::string>{"team=asr"});
    QVERIFY(store::setNote(m_workspace, id, "mine"));
    const store::RunId ids[] = {id};
    QVERIFY(store::addTag(m_workspace, ids, "good"));
    QVERIFY(import(kData / "mlflow"));
    QCOMPARE(reader().run(id).value()->note, std::string("mine"));
    QCOMPARE(reader().run(id).value()->tags.size(), 2U);
}

void TestImporter::tells_whichRunWasNotReadToItsEnd() {
    append(m_root / "mlruns/1/meta.yaml", "experiment_id: '1'\nname: e\n");
    for (const char* run : {"a", "b"})
        append(m_root / "mlruns/1" / run / "meta.yaml", std::string("run_id: ") + run + "\nstatus: 3\n");
    append(m_root / "mlruns/1/a/metrics/loss", "1000 1 1\nnonsense here\n");
    append(m_root / "mlruns/1/b/metrics/loss", "1000 1 1\n2000 2 2\n");
    const auto report = import(m_root / "mlruns");
    QVERIFY(report);
    QCOMPARE(report->runs.size(), 2U);
    QVERIFY(report->runs[0].error);
    QCOMPARE(report->runs[0].error->kind, ErrorKind::BadInput);
    QCOMPARE(report->runs[0].error->line, 2);
    QVERIFY(!report->runs[1].error);
    store::Reader read = reader();
    QCOMPARE(read.run(report->runs[0].id).value()->state, store::RunState::Interrupted);
    QVERIFY(read.run(report->runs[0].id).value()->error.find("loss:2") != std::string::npos);
    QCOMPARE(read.run(report->runs[1].id).value()->state, store::RunState::Completed);
}

void TestImporter::stops_andGoesOn() {
    std::stop_source stop;
    const auto stopped = import(kData / "tensorboard",
                                {.stop = stop.get_token(), .progress = [&](const ImportProgress& progress) {
                                     if (progress.runs == 1) stop.request_stop();
                                 }});
    QVERIFY(!stopped);
    QCOMPARE(stopped.error().kind, ErrorKind::Interrupted);
    const auto rest = import(kData / "tensorboard");
    QVERIFY(rest);
    const Value golden = goldenOf("tensorboard.json");
    store::Reader read = reader();
    QCOMPARE(read.runs()->size(), golden.asMap().size());
    for (const ImportedRun& run : rest->runs)
        QVERIFY(
            difference(pointsOf(read, run.id), golden.asMap().find(run.name)->at("series")->asMap()).empty());
}

void TestImporter::keepsMedia_asFilesOfTheRun() {
    const auto report = import(kData / "tensorboard/plain", {.source = {.keepMedia = true}});
    QVERIFY(report);
    const auto artifacts = reader().artifacts(report->runs[0].id);
    QCOMPARE(artifacts->size(), 1U);
    QCOMPARE(artifacts->front().kind, std::string("audio"));
    const auto bytes = readFile(artifacts->front().path);
    QVERIFY(bytes && bytes->starts_with("RIFF"));
    QCOMPARE(static_cast<std::int64_t>(bytes->size()), artifacts->front().bytes);
}

/// The latency is a bound for a busy machine; bench_exchange follow measures it.
void TestImporter::follows_eventsThatAnotherThreadWrites() {
    const fs::path file = m_root / "logs/a/events.out.tfevents.1.host.1.0";
    fs::create_directories(m_root / "logs"); // and nothing in it yet
    std::stop_source stop;
    Result<ImportReport> report = fail(Error{});
    {
        std::jthread follower(
            [&] { report = import(m_root / "logs", {.follow = true, .stop = stop.get_token()}); });
        const auto ending = qScopeGuard([&] { stop.request_stop(); });
        const auto awaitPoints = [&](const char* name, std::size_t count) {
            return QTest::qWaitFor(
                [&] {
                    auto read = store::Reader::open(m_workspace);
                    if (!read) return false;
                    const auto runs = read->runs();
                    if (!runs) return false;
                    for (const store::Run& run : *runs)
                        if (run.name == name) {
                            const auto points = pointsOf(*read, run.id);
                            return points.contains("loss") && points.at("loss").size() == count;
                        }
                    return false;
                },
                10'000);
        };
        QVERIFY(QTest::qWaitFor([&] { return fs::exists(m_workspace / "runs.sqlite"); }, 10'000));
        append(file, head() + scalar(0, 0));
        QVERIFY(awaitPoints("a", 1));
        QCOMPARE(reader().runs()->front().state, store::RunState::Running);
        for (int step = 1; step < 5; ++step) {
            append(file, scalar(step, step));
            QVERIFY(awaitPoints("a", static_cast<std::size_t>(step) + 1));
        }
        QVERIFY(QTest::qWaitFor([&] { return reader().runs()->front().progress.step == 4; }, 10'000));
        append(m_root / "logs/b/events.out.tfevents.1.host.1.0", head() + scalar(7, 1)); // a new run
        QVERIFY(awaitPoints("b", 1));
        stop.request_stop();
    }
    QVERIFY2(report, report ? "" : report.error().message().c_str());
    QCOMPARE(report->runs.size(), 2U);
    const auto runs = reader().runs();
    for (const store::Run& run : *runs)
        QCOMPARE(run.state, store::RunState::Completed);
}

/// As its CSVLogger writes: rows, half a row, and everything again when a column comes.
void TestImporter::follows_lightningLogs_alsoWhenTheHeaderChanges() {
    const fs::path file = m_root / "csv_logs/version_0/metrics.csv";
    append(file, "step,train_loss\n0,4.5\n1,3");
    std::stop_source stop;
    Result<ImportReport> report = fail(Error{});
    {
        std::jthread follower(
            [&] { report = import(m_root / "csv_logs", {.follow = true, .stop = stop.get_token()}); });
        const auto ending = qScopeGuard([&] { stop.request_stop(); });
        const auto awaitLast = [&](const char* series, std::size_t count, double last) {
            return QTest::qWaitFor(
                [&] {
                    auto read = store::Reader::open(m_workspace);
                    const auto runs = read ? read->runs() : fail(Error{});
                    if (!runs || runs->empty()) return false;
                    const auto points = pointsOf(*read, runs->front().id);
                    return points.contains(series) && points.at(series).size() == count &&
                           points.at(series).back().value == last;
                },
                10'000);
        };
        QVERIFY(awaitLast("train_loss", 1, 4.5)); // the second row is not whole
        append(file, ".25\n2,3\n");
        QVERIFY(awaitLast("train_loss", 3, 3));
        QVERIFY(writeFileAtomically(file, "step,train_loss,val_loss\n0,4.5,\n1,3.25,\n2,3,\n2,,2.5\n"));
        QVERIFY(awaitLast("val_loss", 1, 2.5));
        QVERIFY(awaitLast("train_loss", 3, 3));
        { // in its place
            std::ofstream out(file, std::ios::trunc);
            out << "step,train_loss,val_loss,lr\n0,4.5,,0.1\n1,3.25,,0.1\n2,3,,0.1\n2,,2.5,\n3,2.75,,0.1\n";
        }
        QVERIFY(awaitLast("train_loss", 4, 2.75));
        QVERIFY(awaitLast("lr", 4, 0.1));
        append(m_root / "csv_logs/version_1/metrics.csv", "step,train_loss\n0,1\n"); // a new run
        QVERIFY(QTest::qWaitFor([&] { return reader().runs()->size() == 2; }, 10'000));
        stop.request_stop();
    }
    QVERIFY2(report, report ? "" : report.error().message().c_str());
    QCOMPARE(report->runs.size(), 2U);
    const auto runs = reader().runs();
    for (const store::Run& run : *runs)
        QCOMPARE(run.state, store::RunState::Completed);
}

void TestImporter::follow_beginsAnew_whenPointsArePurged() {
    const fs::path folder = m_root / "logs";
    append(folder / "events.out.tfevents.1.host.1.0", head() + scalar(0, 1) + scalar(1, 1) + scalar(2, 1));
    std::stop_source stop;
    Result<ImportReport> report = fail(Error{});
    {
        std::jthread follower([&] { report = import(folder, {.follow = true, .stop = stop.get_token()}); });
        const auto awaitLast = [&](std::size_t count, double value) {
            return QTest::qWaitFor(
                [&] {
                    auto read = store::Reader::open(m_workspace);
                    if (!read || !read->runs() || read->runs()->empty()) return false;
                    const Points points = pointsOf(*read, read->runs()->front().id);
                    const auto loss = points.find("loss");
                    return loss != points.end() && loss->second.size() == count &&
                           loss->second.back().value == value;
                },
                10'000);
        };
        QVERIFY(awaitLast(3, 1));
        append(folder / "events.out.tfevents.2.host.1.0",
               head() + store::framed(store::sessionStartEvent({1.7e9, 1})) + scalar(1, 5));
        QVERIFY(awaitLast(2, 5));
        stop.request_stop();
    }
    QVERIFY(report);
    QCOMPARE(import(folder)->runs[0].outcome, Outcome::Unchanged);
}

void TestImporter::recordRun(const fs::path& workspace) {
    auto recorder = store::Recorder::open(workspace);
    QVERIFY(recorder);
    auto run = (*recorder)->createRun({.name = "quartz",
                                       .command = "train",
                                       .overrides = {"a=1"},
                                       .configJson = R"({"optim":{"lr":0.1}})",
                                       .configYaml = "optim:\n  lr: 0.1\n",
                                       .layers = {{.kind = "yaml", .name = "a.yaml", .text = "optim: {}"}},
                                       .environment = {{"git.commit", "abc"}}});
    QVERIFY(run);
    const SeriesId loss = (*run)->series("loss");
    for (int step = 0; step < 100; ++step)
        (*run)->put({loss, step, 1.7e9 + step, step == 50 ? std::nan("") : 1.0 / (step + 1)});
    const store::Sample samples[] = {
        {.step = 9, .index = 0, .source = "a.wav", .reference = "x", .prediction = "y", .score = 1}};
    (*run)->samples(samples);
    (*run)->event(LogLevel::Warning, "careful");
    (*run)->mark("checkpoint", 50, "saved");
    (*run)->artifact({.kind = "nemo", .path = "/models/a.nemo", .sha256 = "00", .bytes = 3});
    (*run)->state(store::RunState::Completed);
    QVERIFY((*recorder)->flush());
}

void TestImporter::merge_bringsEverything_andNothingTwice() {
    const fs::path other = m_root / "other";
    recordRun(other);
    recordRun(m_workspace); // of the same name
    auto from = store::Reader::open(other);
    QVERIFY(from);
    const store::RunId ours[] = {from->runs()->front().id};
    QVERIFY(store::setNote(other, ours[0], "a note"));
    QVERIFY(store::addTag(other, ours, "tag"));
    const auto merged = import(other);
    QVERIFY2(merged, merged ? "" : merged.error().message().c_str());
    QCOMPARE(merged->runs.size(), 1U);
    store::Reader read = reader();
    QCOMPARE(read.runs()->size(), 2U);
    const store::Run a = from->run(ours[0]).value().value();
    const store::Run b = read.run(merged->runs[0].id).value().value();
    QCOMPARE(b.title(), std::string("quartz/2"));
    const Points left = pointsOf(*from, a.id);
    const Points right = pointsOf(read, b.id);
    QCOMPARE(right.at("loss").size(), left.at("loss").size());
    for (std::size_t i = 0; i < 100; ++i)
        QVERIFY(same(right.at("loss")[i].value, left.at("loss")[i].value) &&
                right.at("loss")[i].wallTime == left.at("loss")[i].wallTime);
    QCOMPARE(b.state, a.state);
    QCOMPARE(b.createdAt, a.createdAt);
    QCOMPARE(b.configJson, a.configJson);
    QCOMPARE(b.configYaml, a.configYaml);
    QCOMPARE(b.overrides, a.overrides);
    QCOMPARE(b.note, std::string("a note"));
    QCOMPARE(b.tags, std::vector<std::string>{"tag"});
    QCOMPARE(read.layers(b.id)->size(), 1U);
    QCOMPARE(read.environment(b.id).value(), from->environment(a.id).value());
    QCOMPARE(read.events(b.id)->size(), from->events(a.id)->size());
    QCOMPARE(read.samples(b.id, 9)->size(), 1U);
    QCOMPARE(read.artifacts(b.id)->size(), 1U);
    fs::rename(other, m_root / "moved"); // known again wherever it lies
    QCOMPARE(import(m_root / "moved")->runs[0].outcome, Outcome::Unchanged);
    fs::copy_file(m_root / "moved/runs.sqlite", m_root / "backup.db");
    QCOMPARE(import(m_root / "backup.db")->runs[0].outcome, Outcome::Unchanged);
    QCOMPARE(reader().runs()->size(), 2U);
    QCOMPARE(reader().events(b.id)->size(), from->events(a.id)->size());
}

void TestImporter::merge_doesNotBringBack_whatCameFromHere() {
    const fs::path other = m_root / "other";
    recordRun(m_workspace);
    QVERIFY(importRuns(other, m_workspace, {}));
    const auto back = import(other);
    QVERIFY(back);
    QCOMPARE(back->runs[0].outcome, Outcome::Unchanged);
    QCOMPARE(reader().runs()->size(), 1U);
}

} // namespace

QTEST_GUILESS_MAIN(TestImporter)
#include "tst_importer.moc"
