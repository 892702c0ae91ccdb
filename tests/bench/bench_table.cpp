// SPDX-License-Identifier: GPL-3.0-or-later
// The table of runs on 20,000 runs with 500 columns: how long the page takes from nothing to its first cells,
// a filter or a sort to the screen, and a frame of scrolling. Prints `name value unit` lines: the median of
// several tries and the worst.
//   build/release/bench/bench_table [FOLDER]     (keeps the workspace in FOLDER for the next time)
#include "app/bridge/engine_bridge.h"
#include "app/bridge/job_runner.h"
#include "app/pages/runs/filter_line.h"
#include "app/pages/runs/runs_page.h"
#include "app/pages/runs/runs_view.h"
#include "app/shell/action_registry.h"
#include "app/shell/app_context.h"
#include "engine/query/load.h"
#include "engine/store/bulk_writer.h"
#include "tests/app/frames.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QScrollBar>
#include <QSettings>
#include <QTemporaryDir>
#include <QWindow>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <sqlite3.h>

using namespace fathom;
using namespace fathom::app;

namespace {

constexpr int kRuns = 20'000;
constexpr int kConfigKeys = 450;
constexpr int kMetrics = 14; // with the attributes about 500 columns
constexpr int kTries = 15;

/// Of this thread: what the work costs, however busy the machine is.
double cpuMilliseconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

struct Cost {
    double wall = 0;
    double cpu = 0;
};

double milliseconds(const QElapsedTimer& clock) {
    return static_cast<double>(clock.nsecsElapsed()) / 1e6;
}

void report(const char* name, std::vector<double> values) {
    std::sort(values.begin(), values.end());
    std::printf("%s %.1f ms median, %.1f ms worst of %zu\n", name, values[values.size() / 2], values.back(),
                values.size());
    std::fflush(stdout);
}

void report(const std::string& name, std::vector<Cost> costs) {
    std::vector<double> wall, cpu;
    for (const Cost& cost : costs) {
        wall.push_back(cost.wall);
        cpu.push_back(cost.cpu);
    }
    std::sort(wall.begin(), wall.end());
    std::sort(cpu.begin(), cpu.end());
    const std::size_t last = costs.size() - 1;
    std::printf("%s %.1f ms median, %.1f ms p95, %.1f ms best; CPU %.1f ms median\n", name.c_str(),
                wall[last / 2], wall[last * 95 / 100], wall.front(), cpu[last / 2]);
    std::fflush(stdout);
}

std::string padded(int number) {
    std::string text = std::to_string(number);
    return std::string(3 - std::min<std::size_t>(3, text.size()), '0').append(text);
}

store::ForeignRun makeRun(int number) {
    store::ForeignRun run{.run = {.name = "study" + std::to_string(number % 40),
                                  .command = "fathom-cli train --config-name study model.optim.lr=0.01",
                                  .configName = "study",
                                  .environment = {{"git.commit", "c" + std::to_string(number % 300)}}},
                          .state = number % 11 == 0 ? store::RunState::Failed : store::RunState::Completed,
                          .createdAt = 1.7e9 + number * 60.0,
                          .startedAt = 1.7e9 + number * 60.0,
                          .endedAt = 1.7e9 + number * 60.0 + 30 + number % 900,
                          .progress = {.step = 100 * (number % 50), .totalSteps = 5000}};
    if (number > 0) return run; // the others' come by column, see addConfigs()
    auto& leaves = run.run.leaves;
    leaves.push_back({"model.optim.lr", 0.01, "command line", "override 1"});
    leaves.push_back({"model.optim.name", "adamw", "yaml", "study.yaml"});
    for (int key = 2; key < kConfigKeys; ++key)
        leaves.push_back(
            {"model.block" + std::to_string(key / 30) + ".key" + padded(key), key, "yaml", "study.yaml"});
    return run;
}

/// Nine million values in the order of the table, which run by run would take minutes. Every third key is a
/// text.
bool addConfigs(const std::filesystem::path& workspace) {
    sqlite3* database = nullptr;
    const bool isOpen = sqlite3_open((workspace / "runs.sqlite").c_str(), &database) == SQLITE_OK;
    const char* const sql =
        "INSERT INTO config_values(key, run, type, value, origin, position) SELECT k.id, r.id, "
        "CASE WHEN k.name LIKE '%.lr' THEN 'float' WHEN k.id % 3 = 2 THEN 'str' ELSE 'int' END, "
        "CASE WHEN k.name LIKE '%.lr' THEN 1e-4 * (1 + r.id % 97) "
        "     WHEN k.name LIKE '%.name' THEN substr('novogradadamw   sgd     adam    ', 1 + 8 * (r.id % 4), "
        "8) "
        "     WHEN k.id % 3 = 2 THEN 'choice' || ((r.id * 31 + k.id * 17) % 7) ELSE (r.id * 31 + k.id * 17) "
        "% 211 END, "
        "1, k.id FROM config_keys k CROSS JOIN runs r ON r.id <> (SELECT min(id) FROM runs) WHERE (r.id + "
        "k.id) % 13 <> 0; "
        "UPDATE config_values SET value = rtrim(value) WHERE key = (SELECT id FROM config_keys WHERE name "
        "LIKE '%.name');"
        "PRAGMA wal_checkpoint(TRUNCATE)";
    const bool isWritten = isOpen && sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
    if (!isWritten) std::fprintf(stderr, "%s\n", sqlite3_errmsg(database));
    sqlite3_close(database);
    return isWritten;
}

bool write(const std::filesystem::path& workspace) {
    auto writer = store::BulkWriter::open(workspace);
    if (!writer) return false;
    for (int number = 0; number < kRuns; ++number) {
        const auto id = writer->addRun(makeRun(number));
        if (!id) return false;
        for (int metric = 0; metric < kMetrics; ++metric) {
            const char* const name = metric == 0   ? "val_wer"
                                     : metric == 1 ? "val_loss"
                                     : metric == 2 ? "train_loss"
                                                   : nullptr;
            const SeriesId series =
                writer->series(*id, name != nullptr ? name : "metric" + std::to_string(metric));
            for (int step = 1; step <= 3; ++step)
                writer->put(
                    {series, step * 100, 1.7e9, ((number * 37 + metric) % 1000) / 1000.0 + 0.1 * (3 - step)});
        }
        if (number % 500 == 499 && !writer->commit()) return false;
    }
    return writer->commit().has_value() && addConfigs(workspace);
}

using testing::Frames;

/// The page in a window of its own, with nothing behind the engine but the store.
struct Window {
    QTemporaryDir settingsFolder;
    QSettings settings{settingsFolder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat};
    ActionRegistry actions;
    JobRunner jobs;
    EngineBridge engine;
    AppContext context;
    RunsPage page;
    std::unique_ptr<QWidget> widget;
    std::unique_ptr<Frames> frames;

    explicit Window(const std::filesystem::path& workspace)
        : engine(workspace),
          context({.actions = actions, .jobs = jobs, .engine = engine, .settings = settings}, workspace),
          page(context),
          widget(page.widget()) {
        widget->resize(1920, 1000);
        widget->show();
        page.restoreState(settings);
        frames = std::make_unique<Frames>(*view().table().viewport());
        while (!widget->windowHandle()->isExposed())
            QCoreApplication::processEvents();
    }

    [[nodiscard]] RunsView& view() const { return *qobject_cast<RunsView*>(widget.get()); }

    void await(const std::function<bool()>& condition) const {
        while (!condition())
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 2);
    }
    /// From the call to the frame that shows it.
    Cost shown(const std::function<void()>& change) const {
        QElapsedTimer clock;
        clock.start();
        const double before = cpuMilliseconds();
        change();
        frames->await();
        return {milliseconds(clock), cpuMilliseconds() - before};
    }
};

double processCpuMilliseconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

/// From opening the store to the frame with the rows, and to the frame with every cell of them and of the
/// side panel. CPU: of all threads.
void measureOpen(const std::filesystem::path& workspace) {
    std::vector<Cost> rows, cells;
    for (int i = 0; i < 7; ++i) {
        Window window(workspace);
        QElapsedTimer clock;
        clock.start();
        const double before = processCpuMilliseconds();
        window.engine.open();
        window.await([&] { return window.page.model().rowCount() == kRuns; });
        window.frames->await();
        rows.push_back({milliseconds(clock), processCpuMilliseconds() - before});
        window.await([&] { return window.page.isSettled() && window.page.columns().hasSchema(); });
        window.frames->await();
        cells.push_back({milliseconds(clock), processCpuMilliseconds() - before});
    }
    report("cold_open_to_rows", rows);
    report("cold_open_to_cells", cells);
}

void measureFilters(Window& window) {
    for (const char* text :
         {"study7", "val_wer < 0.3", "lr >= 0.002 and lr < 0.008 and not failed",
          "optim.name = adamw or optim.name =~ ^sgd", "model.block2.key077 is missing",
          "git.commit in (c1, c2, c3) or (val_loss > 0.4 and started > 2023-11-20)",
          "min(val_wer) < 0.1 or key100 contains choice3", "command =~ \"lr=0\\.0[0-9]+$\""}) {
        FilterLine& line = window.view().filter();
        line.setText(QString::fromUtf8(text)); // reads its columns
        window.await([&] { return window.page.isSettled(); });
        std::vector<Cost> times;
        for (int i = 0; i < kTries; ++i) {
            line.setText({});
            times.push_back(window.shown([&] { line.setText(QString::fromUtf8(text)); }));
        }
        report((std::string("filter [") + text + "] " + std::to_string(window.page.model().shownCount()) +
                " runs"),
               times);
    }
    window.view().filter().setText({});
}

void measureSorts(Window& window) {
    for (const char* keys :
         {"val_wer", "-started", "run", "optim.name, -val_loss", "key003, key100, -lr", "command"}) {
        const auto parsed = query::parseSortKeys(keys, window.page.columns().schema());
        if (!parsed) continue;
        window.page.model().setSort(*parsed);
        window.await([&] { return window.page.isSettled(); });
        std::vector<Cost> times;
        for (int i = 0; i < kTries; ++i) {
            window.page.model().setSort({});
            times.push_back(window.shown([&] { window.page.model().setSort(*parsed); }));
        }
        report((std::string("sort [") + keys + "]"), times);
    }
    window.page.model().setSort({});
}

void measureScrolling(Window& window) {
    QScrollBar* const bar = window.view().table().verticalScrollBar();
    std::vector<Cost> frames;
    for (int i = 0; i < 300; ++i)
        frames.push_back(window.shown([&] { bar->setValue(i * bar->maximum() / 300); }));
    report("scroll_frame", frames);
}

/// All columns there are, read from the store one after another, as a filter over each would.
void measureColumns(const std::filesystem::path& workspace) {
    auto reader = store::Reader::open(workspace);
    const auto schema = reader ? query::readSchema(*reader) : fail(reader.error());
    if (!schema) return;
    std::vector<double> config, metric;
    for (int i = 0; i < kTries; ++i) {
        QElapsedTimer clock;
        clock.start();
        if (!query::loadColumn(*reader, {.kind = query::Field::Kind::Config,
                                         .name = schema->configKeys[static_cast<std::size_t>(i) * 20]}))
            return;
        config.push_back(milliseconds(clock));
        clock.restart();
        if (!query::loadColumn(*reader, {.kind = query::Field::Kind::Metric, .name = "val_wer"})) return;
        metric.push_back(milliseconds(clock));
    }
    report("column_of_config", config);
    report("column_of_metric", metric);
}

} // namespace

int main(int argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    widgets::applyTheme(application, widgets::ThemeMode::Light);
    const QTemporaryDir temporary;
    const std::filesystem::path workspace = argc > 1 ? argv[1] : temporary.path().toStdString();
    if (!std::filesystem::exists(workspace / "runs.sqlite")) {
        QElapsedTimer clock;
        clock.start();
        std::filesystem::create_directories(workspace);
        if (!write(workspace)) {
            std::fprintf(stderr, "cannot write the workspace\n");
            return 1;
        }
        std::printf("write_20000_runs %.1f s, %.0f MB\n", milliseconds(clock) / 1000,
                    static_cast<double>(std::filesystem::file_size(workspace / "runs.sqlite")) / 1e6);
    }
    measureColumns(workspace);
    measureOpen(workspace);
    Window window(workspace);
    window.engine.open();
    window.await([&] {
        return window.page.isSettled() && window.page.columns().hasSchema() &&
               window.page.model().rowCount() == kRuns;
    });
    measureFilters(window);
    measureSorts(window);
    measureScrolling(window);
    return 0;
}
