// SPDX-License-Identifier: GPL-3.0-or-later
// Reading and writing others' logs.
//   bench_exchange events [MILLIONS]   parses an event file of that many scalars (default 5), without a store
//   bench_exchange import [MILLIONS]   the same into a workspace (default 1)
//   bench_exchange sqlite              SQLite alone: that many rows in a bare loop, with and without a log
//   bench_exchange runs [THOUSANDS]    adds and describes runs with a config of 450 leaves (default 1)
//   bench_exchange tags                imports a log of 12,345 tags
//   bench_exchange follow              from writing an event to finding it in the store
//   bench_exchange store [MILLIONS]    20 metrics through the recorder, back out, and to event files and CSV
//
// Prints `name value unit` lines, each the least of a few; files lie in the page cache.
// tests/bench/peer_trackers.py sets these beside TensorBoard, MLflow and W&B.
#include "engine/exchange/event_run.h"
#include "engine/exchange/exporter.h"
#include "engine/exchange/importer.h"
#include "engine/store/bulk_writer.h"
#include "engine/store/database.h"
#include "engine/store/event_encoding.h"
#include "engine/store/recorder.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

namespace fs = std::filesystem;
using namespace fathom;
using namespace fathom::exchange;

namespace {

class Folder {
public:
    Folder() : m_path(fs::temp_directory_path() / ("bench_exchange." + std::to_string(thisProcess().pid))) {
        fs::create_directories(m_path);
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(m_path, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] const fs::path& path() const { return m_path; }

private:
    fs::path m_path;
};

double leastSeconds(const std::function<void()>& action, int times = 5) {
    double least = 1e9;
    for (int i = 0; i < times; ++i) {
        const auto start = std::chrono::steady_clock::now();
        action();
        least =
            std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return least;
}

/// Takes everything and keeps a sum, so that nothing is left out.
class SummingSink : public RunSink {
public:
    double sum = 0;
    std::uint64_t count = 0;

    int series(std::string_view) override { return m_series++; }
    void describe(const store::ForeignRun&) override {}
    void event(const store::Event&) override {}
    void sample(const store::Sample&) override {}
    void artifact(const store::Artifact&) override {}
    void media(std::string_view, std::string_view, std::string_view) override {}
    void restart() override {}
    bool good() const override { return true; }

protected:
    void write(std::span<const ImportedPoint> points) override {
        for (const ImportedPoint& point : points)
            sum += point.value;
        count += points.size();
    }

private:
    int m_series = 0;
};

void writeEvents(const fs::path& file, std::int64_t count) {
    std::ofstream out(file, std::ios::binary);
    out << store::framed(store::versionEvent({1.7e9, 0}));
    for (std::int64_t i = 0; i < count; ++i)
        out << store::framed(store::scalarEvent({1.7e9 + static_cast<double>(i) * 1e-3, i / 20},
                                                "metric_" + std::to_string(i % 20),
                                                static_cast<double>(i % 977)));
}

fs::path eventFile(const fs::path& folder) {
    fs::create_directories(folder);
    return folder / "events.out.tfevents.1.host.1.0";
}

[[noreturn]] void giveUp(const Error& error) {
    std::fprintf(stderr, "%s\n", error.message().c_str());
    std::exit(1);
}

void benchEvents(const fs::path& folder, double millions) {
    const auto count = static_cast<std::int64_t>(millions * 1e6);
    const fs::path file = eventFile(folder / "log");
    writeEvents(file, count);
    std::uint64_t read = 0;
    const double seconds = leastSeconds([&] {
        SummingSink sink;
        EventRun run(file.parent_path(), {});
        if (const Status done = run.readNew(sink, {}); !done) giveUp(done.error());
        read = sink.count;
    });
    if (read != static_cast<std::uint64_t>(count)) std::exit(1);
    const auto bytes = static_cast<double>(fs::file_size(file));
    std::printf("events_parse %.0f ms\nevents_rate %.2f million/s\nevents_bandwidth %.0f MB/s\n",
                seconds * 1e3, static_cast<double>(count) / seconds / 1e6, bytes / seconds / 1e6);
}

void import(const fs::path& workspace, const fs::path& path) {
    const auto report = importRuns(workspace, path, {});
    if (!report) giveUp(report.error());
}

void benchImport(const fs::path& folder, double millions) {
    const auto count = static_cast<std::int64_t>(millions * 1e6);
    writeEvents(eventFile(folder / "log"), count);
    int round = 0;
    const double seconds = leastSeconds([&] { import(folder / std::to_string(round++), folder / "log"); }, 3);
    std::printf("import %.0f ms\nimport_rate %.2f million/s\n", seconds * 1e3,
                static_cast<double>(count) / seconds / 1e6);
    const double again = leastSeconds([&] { import(folder / "0", folder / "log"); }, 3);
    std::printf("import_again %.0f ms\n", again * 1e3);
}

/// What no writer of plain rows can be faster than: 20 series of rows in ascending order, one transaction,
/// sixteen rows a statement, and nothing else.
void insertBare(const fs::path& file, std::int64_t count, const char* journal) {
    store::Database database(file, store::Database::Mode::ReadWrite, 1000);
    database.execute(("PRAGMA journal_mode = " + std::string(journal)).c_str());
    database.execute("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 8000; "
                     "PRAGMA cache_size = -32768; CREATE TABLE points(id INTEGER PRIMARY KEY, "
                     "step INTEGER NOT NULL, wall_time REAL NOT NULL, value REAL)");
    constexpr int rows = 16;
    std::string sql = "INSERT INTO points(id, step, wall_time, value) VALUES(?, ?, ?, ?)";
    for (int i = 1; i < rows; ++i)
        sql += ", (?, ?, ?, ?)";
    store::Statement insert(database, sql);
    store::Transaction transaction(database);
    for (std::int64_t series = 1; series <= 20; ++series)
        for (std::int64_t i = 0; i < count / 20; i += rows) {
            insert.reset();
            int index = 0;
            for (std::int64_t row = i; row < i + rows; ++row) {
                insert.set(++index, (series << 32) + row);
                insert.set(++index, row);
                insert.set(++index, 1.7e9 + static_cast<double>(row));
                insert.set(++index, 1.0 / static_cast<double>(row + 1));
            }
            insert.run();
        }
    transaction.commit();
}

void benchSqlite(const fs::path& folder, double millions) {
    const auto count = static_cast<std::int64_t>(millions * 1e6);
    int round = 0;
    for (const char* journal : {"WAL", "OFF"}) {
        const double seconds =
            leastSeconds([&] { insertBare(folder / std::to_string(round++), count, journal); }, 3);
        std::printf("sqlite_%s_rate %.2f million/s\n", journal, static_cast<double>(count) / seconds / 1e6);
    }
}

void benchRuns(const fs::path& folder, double thousands) {
    const auto count = static_cast<int>(thousands * 1e3);
    store::ForeignRun run;
    run.run.name = "bench";
    for (int i = 0; i < 450; ++i)
        run.run.leaves.push_back(
            {.key = "model.layer_" + std::to_string(i / 10) + ".key_" + std::to_string(i % 10),
             .value = Value(std::int64_t{i}),
             .layer = "yaml",
             .origin = "config.yaml:" + std::to_string(i + 1)});
    auto writer = store::BulkWriter::open(folder);
    if (!writer) giveUp(writer.error());
    const double seconds = leastSeconds(
        [&] {
            for (int i = 0; i < count; ++i) {
                const auto added = writer->addRun(run);
                if (!added) giveUp(added.error());
                if (const Status described = writer->describe(*added, run); !described)
                    giveUp(described.error());
            }
        },
        1);
    std::printf("run_450_leaves %.2f ms\n", seconds * 1e3 / count);
}

void benchTags(const fs::path& folder) {
    {
        std::ofstream out(eventFile(folder / "log"), std::ios::binary);
        out << store::framed(store::versionEvent({1.7e9, 0}));
        for (int step = 0; step < 10; ++step)
            for (int tag = 0; tag < 12'345; ++tag)
                out << store::framed(store::scalarEvent(
                    {1.7e9, step}, "group_" + std::to_string(tag % 100) + "/tag_" + std::to_string(tag),
                    step));
    }
    int round = 0;
    const double seconds = leastSeconds([&] { import(folder / std::to_string(round++), folder / "log"); }, 3);
    std::printf("tags_12345_import %.0f ms\n", seconds * 1e3);
    const double names = leastSeconds([&] {
        auto reader = store::Reader::open(folder / "0");
        if (!reader || reader->metricNames().value_or(std::vector<std::string>()).size() != 12'345)
            std::exit(1);
    });
    std::printf("tags_12345_list %.1f ms\n", names * 1e3);
}

/// One event at a time; a reader looks every millisecond.
void benchFollow(const fs::path& folder) {
    const fs::path file = eventFile(folder / "log");
    writeEvents(file, 1);
    std::stop_source stop;
    std::jthread follower([&] {
        const auto report =
            importRuns(folder / "workspace", folder / "log", {.follow = true, .stop = stop.get_token()});
        if (!report) giveUp(report.error());
    });
    const auto points = [&]() -> std::int64_t {
        auto reader = store::Reader::open(folder / "workspace");
        const auto column =
            reader ? reader->metricColumn("metric_0") : Result<std::vector<store::SeriesSummary>>();
        return column && !column->empty() ? column->front().points : 0;
    };
    std::vector<double> milliseconds;
    for (std::int64_t step = 1; step <= 100; ++step) {
        while (points() < step)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        std::this_thread::sleep_for(std::chrono::milliseconds(7 * (step % 11))); // at any phase of its clock
        std::ofstream(file, std::ios::binary | std::ios::app)
            << store::framed(store::scalarEvent({1.7e9, step}, "metric_0", 1));
        const auto written = std::chrono::steady_clock::now();
        while (points() < step + 1)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        milliseconds.push_back(
            1e3 * std::chrono::duration<double>(std::chrono::steady_clock::now() - written).count());
    }
    stop.request_stop();
    std::sort(milliseconds.begin(), milliseconds.end());
    std::printf("follow_p50 %.0f ms\nfollow_p95 %.0f ms\nfollow_max %.0f ms\n", milliseconds[50],
                milliseconds[95], milliseconds.back());
}

/// As a training logs: 20 metrics a step.
void record(const fs::path& workspace, std::int64_t count) {
    auto recorder = store::Recorder::open(workspace);
    if (!recorder) giveUp(recorder.error());
    const auto run = (*recorder)->createRun({.name = "bench"});
    if (!run) giveUp(run.error());
    std::vector<SeriesId> series;
    for (int i = 0; i < 20; ++i)
        series.push_back((*run)->series("metric_" + std::to_string(i)));
    for (std::int64_t i = 0; i < count; ++i)
        (*run)->put(
            {series[static_cast<std::size_t>(i % 20)], i / 20, wallTime(), 1.0 / static_cast<double>(i + 1)});
    if (!(*recorder)->flush(600'000)) std::exit(1);
}

void benchStore(const fs::path& folder, double millions) {
    const auto count = static_cast<std::int64_t>(millions * 1e6);
    const auto rate = [&](const char* name, double seconds) {
        std::printf("%s %.0f points/s\n", name, static_cast<double>(count) / seconds);
    };
    int round = 0;
    rate("store_write", leastSeconds([&] { record(folder / std::to_string(round++), count); }, 3));
    auto reader = store::Reader::open(folder / "0");
    if (!reader) giveUp(reader.error());
    const auto runs = reader->runs();
    if (!runs) giveUp(runs.error());
    const store::RunId run[] = {runs->front().id};
    rate("store_read", leastSeconds([&] {
             std::size_t read = 0;
             const auto all = reader->series(run[0]);
             for (const store::Series& series : *all)
                 read += reader->points(series.id)->size();
             if (read != static_cast<std::size_t>(count)) std::exit(1);
         }));
    rate("export_events", leastSeconds(
                              [&] {
                                  if (const auto done = exportEventFiles(*reader, run, folder / "tb", {});
                                      !done)
                                      giveUp(done.error());
                              },
                              3));
    std::size_t bytes = 0;
    const auto write = [&](std::string_view text) -> Status {
        bytes += text.size();
        return {};
    };
    rate("export_csv", leastSeconds(
                           [&] {
                               if (const auto done = exportCsv(*reader, run, write, {}); !done)
                                   giveUp(done.error());
                           },
                           3));
    rate("read_events", leastSeconds([&] {
             SummingSink sink;
             if (!EventRun(folder / "tb/bench/1", {}).readNew(sink, {}) ||
                 sink.count != static_cast<std::uint64_t>(count))
                 std::exit(1);
         }));
}

} // namespace

int main(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "events";
    const double number = argc > 2 ? std::atof(argv[2]) : what == "events" ? 5 : 1;
    const Folder folder;
    if (what == "events") benchEvents(folder.path(), number);
    if (what == "import") benchImport(folder.path(), number);
    if (what == "sqlite") benchSqlite(folder.path(), number);
    if (what == "runs") benchRuns(folder.path(), number);
    if (what == "tags") benchTags(folder.path());
    if (what == "follow") benchFollow(folder.path());
    if (what == "store") benchStore(folder.path(), number);
    return 0;
}
