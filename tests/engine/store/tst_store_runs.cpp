// SPDX-License-Identifier: GPL-3.0-or-later
// What the store keeps about runs beside their points: columns, summaries, pyramids, edits, migration.
#include "engine/base/file.h"
#include "engine/store/bulk_writer.h"
#include "engine/store/database.h"
#include "engine/store/edit.h"
#include "engine/store/reader.h"
#include "engine/store/recorder.h"
#include "engine/store/schema.h"
#include "engine/store/series_state.h"

#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

namespace fs = std::filesystem;
using namespace fathom;
using namespace fathom::store;

namespace {

ForeignRun finished(const std::string& name) {
    ForeignRun run;
    run.run.name = name;
    return run;
}

template <class T> T orFail(Result<T> result) {
    if (!result) qFatal("%s", result.error().message().c_str());
    return std::move(*result);
}

} // namespace

class StoreRunsTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_folder;

    fs::path workspace() const { return m_folder->path().toStdString(); }
    Reader reader() { return std::move(*Reader::open(workspace())); }
    BulkWriter writer() { return std::move(*BulkWriter::open(workspace())); }

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void configs_becomeRowsWithTheirLayers_andColumns() {
        BulkWriter writes = writer();
        ForeignRun a = finished("a");
        a.run.leaves = {{"model.optim.lr", 0.01, "yaml", "x.yaml:3"},
                        {"model.optim.betas", Value::List{0.9, 0.98}, "dataclass", "OptimConfig"},
                        {"trainer.max_steps", 100, "command line", "override 1"},
                        {"trainer.fast", true, "", ""},
                        {"trainer.none", nullptr, "", ""},
                        {"name", "ä", "yaml", "x.yaml:1"}};
        a.run.layers = {{"yaml", "x.yaml", "name: ä\n"}, {"command line", "trainer.max_steps=100", ""}};
        a.run.environment = {{"git.commit", "abc"}, {"host.cpu", "fast"}};
        ForeignRun b = a;
        b.run.leaves[0].value = "auto"; // the same key with another type
        const RunId first = orFail(writes.addRun(a));
        const RunId second = orFail(writes.addRun(b));
        ForeignRun c = finished("c");
        c.run.configJson = R"({"model": {"layers": [{"n": 1}, {"n": 2}], "optim": {"lr": 2}}, "empty": {}})";
        const RunId third = orFail(writes.addRun(c));

        Reader reads = reader();
        const auto leaves = orFail(reads.configLeaves(first));
        QCOMPARE(leaves.size(), a.run.leaves.size());
        for (std::size_t i = 0; i < leaves.size(); ++i) {
            QCOMPARE(leaves[i].key, a.run.leaves[i].key);
            QVERIFY(leaves[i].value == a.run.leaves[i].value);
            QCOMPARE(leaves[i].layer, a.run.leaves[i].layer);
            QCOMPARE(leaves[i].origin, a.run.leaves[i].origin);
        }
        const auto column = orFail(reads.configColumn("model.optim.lr"));
        QCOMPARE(column.size(), std::size_t{3});
        QCOMPARE(column[0].run, first);
        QVERIFY(column[0].value == Value(0.01));
        QCOMPARE(column[0].layer, std::string("yaml"));
        QCOMPARE(column[1].run, second);
        QVERIFY(column[1].value == Value("auto"));
        QVERIFY(column[2].value == Value(2));
        QVERIFY(orFail(reads.configColumn("no.such.key")).empty());
        const auto nested = orFail(reads.configLeaves(third));
        QCOMPARE(nested.size(), std::size_t{4});
        QCOMPARE(nested[1].key, std::string("model.layers.1.n"));
        QCOMPARE(nested[3].key, std::string("empty"));
        QVERIFY(nested[3].value.isMap());
        const auto layers = orFail(reads.layers(second));
        QCOMPARE(layers.size(), std::size_t{2});
        QCOMPARE(layers[0].text, std::string("name: ä\n"));
        QCOMPARE(orFail(reads.environment(first)), a.run.environment);
        QCOMPARE(orFail(reads.environmentColumn("git.commit")).size(), std::size_t{2});
        QCOMPARE(orFail(reads.configKeys()).size(), std::size_t{9});
    }

    void summaries_knowTheExtremes_alsoWithNan() {
        BulkWriter writes = writer();
        const RunId run = orFail(writes.addRun(finished("a")));
        const SeriesId loss = writes.series(run, "loss");
        const SeriesId bad = writes.series(run, "bad");
        (void)writes.series(run, "empty");
        const double values[] = {NAN, 3, 1, INFINITY, 1, 7};
        for (std::int64_t step = 0; step < 6; ++step)
            writes.put({loss, step, 10.0 + static_cast<double>(step), values[step]});
        writes.put({bad, 0, 0, NAN});
        QVERIFY(writes.commit().has_value());
        writes.put({loss, 6, 16, 0.5}); // in another transaction
        QVERIFY(writes.commit().has_value());
        Reader reads = reader();
        const auto summaries = orFail(reads.summaries(run));
        QCOMPARE(summaries.size(), std::size_t{2}); // a series without a point has none
        const SeriesSummary& s = summaries[0];
        QCOMPARE(s.name, std::string("loss"));
        QCOMPARE(s.points, 7);
        QCOMPARE(s.notFinite, 2);
        QCOMPARE(s.last.step, 6);
        QCOMPARE(s.least.value, 0.5);
        QCOMPARE(s.least.step, 6);
        QCOMPARE(s.greatest.value, 7.0);
        QCOMPARE(s.greatest.wallTime, 15.0);
        QVERIFY(std::isnan(summaries[1].least.value));
        QCOMPARE(orFail(reads.metricColumn("loss")).size(), std::size_t{1});
        QCOMPARE(orFail(reads.metricNames()).size(), std::size_t{3});
    }

    /// Written in pieces by several writers, an envelope holds every point once and every extreme.
    void envelope_isExact_howeverItWasWritten() {
        QRandomGenerator random(7);
        const RunId run = [&] {
            BulkWriter writes = writer();
            return orFail(writes.addRun(finished("a")));
        }();
        std::vector<double> values;
        while (values.size() < 300'000) {
            BulkWriter writes = writer(); // a new one finds the series as the last left it
            for (int commits = 0; commits < 3; ++commits) {
                const SeriesId id = writes.series(run, "x");
                const int count = random.bounded(1, 40'000);
                for (int i = 0; i < count; ++i) {
                    values.push_back(random.bounded(100'000) == 0 ? NAN : random.generateDouble());
                    const auto step = static_cast<std::int64_t>(values.size()) - 1;
                    writes.put({id, step, static_cast<double>(step), values.back()});
                }
                QVERIFY(writes.commit().has_value());
            }
        }
        Reader reads = reader();
        const SeriesId id = orFail(reads.series(run)).front().id;
        QCOMPARE(orFail(reads.points(id)).size(), values.size());
        for (const std::size_t atLeast : {1u, 10u, 300u, 2000u, 5000u, 100'000u, 10'000'000u}) {
            const auto buckets = orFail(reads.envelope(id, atLeast));
            QVERIFY(buckets.size() >= std::min(atLeast, values.size()));
            if (atLeast <= 2000)
                QVERIFY2(buckets.size() < 40 * atLeast + 3000, std::to_string(buckets.size()).c_str());
            std::size_t next = 0;
            for (const Bucket& bucket : buckets) {
                QCOMPARE(bucket.firstStep, static_cast<std::int64_t>(next));
                double least = INFINITY;
                double greatest = -INFINITY;
                std::int64_t nan = 0;
                for (std::int64_t i = 0; i < bucket.points; ++i, ++next) {
                    const double value = values[next];
                    if (std::isnan(value))
                        ++nan;
                    else
                        least = std::min(least, value), greatest = std::max(greatest, value);
                }
                QCOMPARE(bucket.lastWall, static_cast<double>(next - 1));
                QCOMPARE(bucket.minimum, least);
                QCOMPARE(bucket.maximum, greatest);
                QCOMPARE(bucket.nan, nan);
            }
            QCOMPARE(next, values.size());
        }
    }

    void edits_areSeenByReaders() {
        BulkWriter writes = writer();
        const RunId ids[] = {orFail(writes.addRun(finished("a"))), orFail(writes.addRun(finished("b")))};
        Reader reads = reader();
        const double before = wallTime();
        QVERIFY(setNote(workspace(), ids[0], "good\none").has_value());
        QVERIFY(setStarred(workspace(), ids, true).has_value());
        QVERIFY(addTag(workspace(), ids, "paper").has_value());
        QVERIFY(addTag(workspace(), std::span(ids, 1), "best").has_value());
        QVERIFY(addTag(workspace(), ids, "paper").has_value());
        QVERIFY(!addTag(workspace(), ids, "").has_value());
        QCOMPARE(orFail(reads.runsUpdatedAfter(before)).size(), std::size_t{2});
        auto runs = orFail(reads.runs());
        QCOMPARE(runs[1].note, std::string("good\none"));
        QVERIFY(runs[0].starred);
        QCOMPARE(runs[1].tags, (std::vector<std::string>{"best", "paper"}));
        QCOMPARE(runs[0].tags, (std::vector<std::string>{"paper"}));
        QVERIFY(removeTag(workspace(), ids, "paper").has_value());
        QVERIFY(setArchived(workspace(), std::span(ids, 1), true).has_value());
        runs = orFail(reads.runs());
        QVERIFY(runs[0].tags.empty());
        QVERIFY(runs[1].archived);
        QCOMPARE(orFail(reads.run(ids[0]))->tags.size(), std::size_t{1});
    }

    void trash_canBeUndone_andPurgedWithItsFiles() {
        BulkWriter writes = writer();
        ForeignRun request = finished("a");
        request.run.directory = (workspace() / "runs" / "a").string();
        fs::create_directories(request.run.directory);
        QVERIFY(writeFileAtomically(fs::path(request.run.directory) / "x.ckpt", std::string(5000, 'x'))
                    .has_value());
        const RunId run = orFail(writes.addRun(request));
        const RunId other = orFail(writes.addRun(finished("b")));
        const SeriesId series = writes.series(run, "x");
        for (int i = 0; i < 5000; ++i)
            writes.put({series, i, 0, 1});
        QVERIFY(writes.commit().has_value());
        Reader reads = reader();
        const std::span one(&run, 1);
        QVERIFY(trash(workspace(), one).has_value());
        QCOMPARE(orFail(reads.runs()).size(), std::size_t{1});
        QCOMPARE(orFail(reads.trashedRuns()).size(), std::size_t{1});
        QVERIFY(restore(workspace(), one).has_value());
        QCOMPARE(orFail(reads.runs()).size(), std::size_t{2});
        const PurgeSize size = orFail(purgeSize(workspace(), one));
        QCOMPARE(size.fileBytes, 5000);
        QVERIFY(size.databaseBytes > 100'000);
        const PurgeSize freed = orFail(purge(workspace(), one, true));
        QCOMPARE(freed.fileBytes, 5000);
        QVERIFY(!fs::exists(request.run.directory));
        QCOMPARE(orFail(reads.runCount()), 1);
        Database database(workspace() / "runs.sqlite", Database::Mode::ReadOnly, 1000);
        for (const char* table : {"points", "series", "summaries", "pyramids"})
            QCOMPARE(database.integer(("SELECT count(*) FROM " + std::string(table)).c_str()),
                     std::int64_t{0});

        ForeignRun holder = finished("c");
        holder.run.directory = workspace().string();
        const RunId dangerous = orFail(writes.addRun(holder));
        const RunId both[] = {other, dangerous};
        QCOMPARE(purge(workspace(), both, true).error().exitCode(), 2);
        QCOMPARE(orFail(reads.runCount()), 2); // neither
    }

    void folderOfAResumedRun_staysUntilBothAreDeleted() {
        BulkWriter writes = writer();
        ForeignRun stopped = finished("a");
        stopped.run.directory = (workspace() / "runs" / "a").string();
        const fs::path checkpoint = fs::path(stopped.run.directory) / "last.ckpt";
        fs::create_directories(stopped.run.directory);
        QVERIFY(writeFileAtomically(checkpoint, std::string(5000, 'x')).has_value());
        ForeignRun resumed = finished("b");
        resumed.run.directory = stopped.run.directory + "/";
        const RunId first = orFail(writes.addRun(stopped)), second = orFail(writes.addRun(resumed));
        QVERIFY(writes.commit().has_value());
        const RunId both[] = {first, second};
        QCOMPARE(orFail(purgeSize(workspace(), std::span(&first, 1))).fileBytes, 0);
        QCOMPARE(orFail(purgeSize(workspace(), both)).fileBytes, 5000); // once
        QCOMPARE(orFail(purge(workspace(), std::span(&first, 1), true)).fileBytes, 0);
        QVERIFY(fs::exists(checkpoint));
        QCOMPARE(orFail(purge(workspace(), std::span(&second, 1), true)).fileBytes, 5000);
        QVERIFY(!fs::exists(checkpoint));
    }

    void whatARunWasImportedFrom_isNotDeleted() {
        BulkWriter writes = writer();
        ForeignRun imported = finished("a");
        imported.source = "tensorboard:/logs/a";
        imported.run.directory = (workspace() / "logs" / "a").string();
        fs::create_directories(imported.run.directory);
        const RunId run = orFail(writes.addRun(imported));
        QVERIFY(writes.commit().has_value());
        QVERIFY(purge(workspace(), std::span(&run, 1), true).has_value());
        QVERIFY(fs::exists(imported.run.directory));
    }

    void aLiveRun_isNotTrashed() {
        auto recorder = *Recorder::open(workspace());
        const auto live = *recorder->createRun({.name = "live"});
        live->state(RunState::Running);
        QVERIFY(recorder->flush());
        const RunId id = live->id();
        QCOMPARE(trash(workspace(), std::span(&id, 1)).error().exitCode(), 2);
        live->state(RunState::Completed);
        QVERIFY(recorder->flush());
        QVERIFY(trash(workspace(), std::span(&id, 1)).has_value());
    }

    void imports_areFoundAgain_andKeepTheirTimes() {
        BulkWriter writes = writer();
        ForeignRun request = finished("a");
        request.source = "tb:logs/a";
        request.state = RunState::Failed;
        request.error = "out of memory";
        request.createdAt = 100;
        request.startedAt = 110;
        request.endedAt = 120;
        request.progress.step = 7;
        request.tags = {"old"};
        QVERIFY(!orFail(writes.find("tb:logs/a")));
        const RunId id = orFail(writes.addRun(request));
        QVERIFY(orFail(writes.find("tb:logs/a")) == id);
        writes.event(id, {.wallTime = 115, .level = LogLevel::Warning, .text = "hot"});
        writes.sample(id, {.step = 5, .reference = "cat", .prediction = "dog", .score = 1, .kind = "class"});
        writes.sample(id, {.step = 9, .reference = "cat", .prediction = "cat", .kind = "class"});
        QVERIFY(writes.commit().has_value());
        Reader reads = reader();
        const Run run = *orFail(reads.run(id));
        QCOMPARE(run.state, RunState::Failed);
        QCOMPARE(run.error, request.error);
        QCOMPARE(run.startedAt, 110.0);
        QCOMPARE(run.endedAt, 120.0);
        QCOMPARE(run.progress.step, 7);
        QCOMPARE(run.tags, request.tags);
        QCOMPARE(orFail(reads.events(id)).front().wallTime, 115.0);
        QCOMPARE(orFail(reads.sampleSteps(id)), (std::vector<std::int64_t>{5, 9}));
        QCOMPARE(orFail(reads.samples(id, 5)).front().kind, std::string("class"));
    }

    void samples_ofAnOlderValidation_areThinned() {
        auto recorder = *Recorder::open(workspace());
        const auto run = *recorder->createRun({.name = "a"});
        for (const std::int64_t step : {10, 20, 30}) {
            std::vector<Sample> samples;
            for (int i = 0; i < 300; ++i)
                samples.push_back(
                    {.step = step, .index = i, .reference = "a", .prediction = "b", .score = 1});
            run->samples(samples);
            QVERIFY(recorder->flush());
        }
        Reader reads = reader();
        QCOMPARE(orFail(reads.samples(run->id(), 10)).size(), std::size_t{kOldSamples});
        QCOMPARE(orFail(reads.samples(run->id(), 20)).size(), std::size_t{kOldSamples});
        QCOMPARE(orFail(reads.lastSamples(run->id())).size(), std::size_t{300});
    }

    void resumedRun_namesTheOneItWentOnFrom_andPausesAreTold() {
        auto recorder = *Recorder::open(workspace());
        const auto first = *recorder->createRun({.name = "a"});
        first->artifact({"ckpt", "/x/a-last.ckpt", "", 1});
        first->state(RunState::Stopped);
        QVERIFY(recorder->flush());
        const auto second = *recorder->createRun({.name = "a"});
        second->resumedFrom("/x/a-last.ckpt", 40);
        second->environment("device", "cpu");
        second->mark("command", 50, "step 50: paused");
        second->mark("command", 50, "step 50: resumed");
        second->mark("command", 60, "step 60: paused");
        second->state(RunState::Completed);
        QVERIFY(recorder->flush());
        Reader reads = reader();
        const Run run = *orFail(reads.run(second->id()));
        QVERIFY(run.resumedFrom == first->id());
        QCOMPARE(run.resumedStep, 40);
        QCOMPARE(orFail(reads.environment(run.id)).at("device"), std::string("cpu"));
        const auto pauses = orFail(reads.pauses(run.id));
        QCOMPARE(pauses.size(), std::size_t{2});
        QVERIFY(pauses[0].from <= pauses[0].to);
        QCOMPARE(pauses[1].to, run.endedAt);
        const RunId parent = first->id();
        QVERIFY(purge(workspace(), std::span(&parent, 1), false).has_value());
        QVERIFY(!orFail(reads.run(second->id()))->resumedFrom);
    }

    void resumedRun_namesTheOneWhoseFolderHoldsTheCheckpoint_whereThatOneWasKilled() {
        auto recorder = *Recorder::open(workspace());
        const auto create = [&](const char* folder) {
            const auto run = *recorder->createRun({.name = "a"});
            run->directory(folder);
            run->state(RunState::Running);
            return run->id();
        };
        create("/x/a");
        const RunId killed = create("/x/a/2026-11-28");
        create("/x/a/2026-11-2");
        QVERIFY(recorder->flush());
        const auto second = *recorder->createRun({.name = "a"});
        second->directory("/x/a/2026-11-28"); // as resume_if_exists does
        second->resumedFrom("/x/a/2026-11-28/checkpoints/a-last.ckpt", 40);
        const auto third = *recorder->createRun({.name = "a"});
        third->resumedFrom("/elsewhere/a-last.ckpt", 40);
        QVERIFY(recorder->flush());
        Reader reads = reader();
        QVERIFY(orFail(reads.run(second->id()))->resumedFrom == killed);
        QVERIFY(!orFail(reads.run(third->id()))->resumedFrom);
    }

    void version3_isLeftAlone_whileItsProgramWrites() {
        const fs::path file = workspace() / "runs.sqlite";
        fs::copy_file(fs::path(FATHOM_TEST_DATA) / "store" / "v3.sqlite", file);
        fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
        QProcess other;
        other.start(QStringLiteral("sleep"), {QStringLiteral("60")});
        QVERIFY(other.waitForStarted());
        const std::string stat =
            readFile("/proc/" + std::to_string(other.processId()) + "/stat").value_or(std::string());
        const QString start =
            QString::fromStdString(stat.substr(stat.rfind(')') + 2)).section(QLatin1Char(' '), 19, 19);
        {
            const ProcessIdentity here = thisProcess();
            Database old(file, Database::Mode::ReadWrite, 1000);
            Statement(old,
                      "UPDATE runs SET state = 'running', pid = ?, process_start = ?, boot_id = ?, host = ?")
                .bind(std::int64_t{other.processId()}, std::int64_t{start.toLongLong()}, here.bootId,
                      here.host)
                .run();
        }
        const auto refused = Reader::open(workspace());
        QVERIFY(!refused);
        QVERIFY2(refused.error().why.find("an older Fathom") != std::string::npos,
                 refused.error().why.c_str());
        QVERIFY(!Recorder::open(workspace()));
        other.kill();
        QVERIFY(other.waitForFinished());
        QVERIFY(Reader::open(workspace()).has_value());
    }

    /// A store that version 3 wrote in a real training.
    void version3_isMigratedWithABackup() {
        const fs::path file = workspace() / "runs.sqlite";
        fs::copy_file(fs::path(FATHOM_TEST_DATA) / "store" / "v3.sqlite", file);
        fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
        Reader reads = reader();
        const fs::path backup = workspace() / "runs-v3-backup.sqlite";
        QVERIFY(fs::exists(backup));
        Database old(backup, Database::Mode::ReadOnly, 1000);
        QCOMPARE(old.integer("PRAGMA user_version"), std::int64_t{3});
        const auto runs = orFail(reads.runs());
        QCOMPARE(runs.size(), std::size_t{1});
        std::size_t points = 0;
        Statement each(old, "SELECT step, wall_time, value FROM metrics WHERE series = ? ORDER BY id");
        for (const Series& series : orFail(reads.series(runs[0].id))) {
            const auto migrated = orFail(reads.points(series.id));
            each.bind(static_cast<std::int64_t>(series.id));
            for (const StoredPoint& point : migrated) {
                QVERIFY(each.step());
                QCOMPARE(point.step, each.integer(0));
                QCOMPARE(point.wallTime, each.real(1));
                QCOMPARE(point.value, each.real(2));
            }
            QVERIFY(!each.step());
            points += migrated.size();
        }
        QCOMPARE(static_cast<std::int64_t>(points), old.integer("SELECT count(*) FROM metrics"));
        QCOMPARE(static_cast<std::int64_t>(orFail(reads.lastSamples(runs[0].id)).size()),
                 old.integer("SELECT count(*) FROM samples WHERE step = (SELECT max(step) FROM samples)"));
        const auto rate = orFail(reads.configColumn("model.optim.lr"));
        QCOMPARE(rate.size(), std::size_t{1});
        QVERIFY(rate[0].value.isNumber());
        QVERIFY(rate[0].layer.empty());
        QCOMPARE(orFail(reads.metricColumn("train_loss")).size(), std::size_t{1});
        auto recorder = Recorder::open(workspace()); // and it is written to as any other
        QVERIFY(recorder.has_value());
        QCOMPARE((*(*recorder)->createRun({.name = runs[0].name}))->run().number, 2);
        Database now(file, Database::Mode::ReadOnly, 1000);
        Statement check(now, "PRAGMA integrity_check");
        QVERIFY(check.step());
        QCOMPARE(check.text(0), std::string("ok"));
    }
};

QTEST_GUILESS_MAIN(StoreRunsTest)
#include "tst_store_runs.moc"
