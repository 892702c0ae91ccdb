// SPDX-License-Identifier: GPL-3.0-or-later
// How long a board of plots takes: 100 runs until everything in sight is drawn, smoothed, averaged and
// zoomed, and a run with 1,000 metrics. Medians of several rounds.
//   build/release/bench/bench_board [points a series] [folder for pictures]
#include "app/bridge/engine_bridge.h"
#include "app/bridge/job_runner.h"
#include "app/plots/plot_board.h"
#include "app/plots/plot_grid.h"
#include "app/plots/plot_tile.h"
#include "app/shell/action_registry.h"
#include "app/shell/app_context.h"
#include "engine/store/bulk_writer.h"
#include "widgets/line_plot.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QSettings>
#include <QTemporaryDir>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>

using namespace fathom;
using namespace fathom::app;

namespace {

constexpr int kRuns = 100;
constexpr int kManyMetrics = 1'000;

struct Study {
    std::vector<store::RunId> runs;
    store::RunId wide{};
};

/// Runs of four learning rates and three models, whose losses fall as both have it.
Study write(const std::filesystem::path& workspace, int points) {
    auto writer = std::move(*store::BulkWriter::open(workspace));
    std::mt19937 random(7);
    std::normal_distribution<double> noise;
    Study study;
    const double rates[] = {0.3, 0.1, 0.03, 0.01};
    const char* models[] = {"quartznet", "citrinet", "conformer"};
    for (int i = 0; i < kRuns; ++i) {
        const double rate = rates[i % 4];
        const int model = i / 4 % 3;
        const std::vector<store::ConfigLeaf> leaves{{.key = "model.optim.lr", .value = rate},
                                                    {.key = "model.name", .value = models[model]},
                                                    {.key = "trainer.seed", .value = i / 12}};
        const double start = 1.764e9 + 3600.0 * i;
        study.runs.push_back(*writer.addRun({.run = {.name = models[model], .leaves = leaves},
                                             .createdAt = start,
                                             .startedAt = start,
                                             .endedAt = start + 3000}));
        const auto add = [&](const char* name, int count, auto value) {
            const SeriesId series = writer.series(study.runs.back(), name);
            for (int k = 0; k < count; ++k) {
                const double share = static_cast<double>(k) / count;
                writer.put({series, std::int64_t{k} * (points / count), start + 3000 * share, value(share)});
            }
        };
        const double floor = 0.2 + 0.1 * model + 0.5 * std::abs(std::log10(rate) + 1.2);
        add("train_loss", points,
            [&](double x) { return floor + 3 * std::exp(-9 * x) + 0.1 * noise(random); });
        add("val_loss", 30,
            [&](double x) { return floor + 0.1 + 3 * std::exp(-7 * x) + 0.02 * noise(random); });
        add("val_wer", 30, [&](double x) { return 0.3 * floor + std::exp(-5 * x) + 0.02 * noise(random); });
        add("learning_rate", points, [&](double x) { return rate * std::min(10 * x, 1.0) * (1 - x); });
        add("grad_norm", points,
            [&](double x) { return (random() % 5000 == 0 ? 100 : 1) * std::exp(0.3 * noise(random) - x); });
        add("samples_per_second", points, [&](double) { return 190 + 10 * noise(random); });
        if (!writer.commit()) std::abort();
    }
    study.wide = *writer.addRun({.run = {.name = "wide"}});
    for (int metric = 0; metric < kManyMetrics; ++metric) {
        const SeriesId series = writer.series(study.wide, "layer." + std::to_string(metric) + ".grad_norm");
        for (int k = 0; k < 500; ++k)
            writer.put({series, k, 1.764e9 + k, noise(random)});
    }
    if (!writer.commit()) std::abort();
    return study;
}

/// Milliseconds until everything in sight is drawn.
double settle(PlotBoard& board) {
    QElapsedTimer timer;
    timer.start();
    do {
        QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
    } while (!board.isSettled());
    for (PlotTile* tile : board.grid().tiles())
        tile->plot().redraw();
    return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

class Pictures {
public:
    explicit Pictures(QString folder) : m_folder(std::move(folder)) {}
    void take(QWidget& widget, const char* name) const {
        if (m_folder.isEmpty()) return;
        QCoreApplication::processEvents();
        widget.grab().save(m_folder + QLatin1Char('/') + QLatin1String(name) + QStringLiteral(".png"));
    }

private:
    QString m_folder;
};

void measure(PlotBoard& board, const Study& study, const Pictures& pictures) {
    const auto report = [](const char* what, double ms) { std::printf("%-58s %8.1f ms\n", what, ms); };
    const auto change = [&](const char* what, const char* picture,
                            const std::function<void(BoardSpec&)>& edit) {
        board.document().edit({}, edit);
        QCoreApplication::processEvents();
        report(what, settle(board));
        pictures.take(board, picture);
    };
    board.setRuns(study.runs);
    report("100 runs, plots in sight complete", settle(board));
    pictures.take(board, "runs");
    change("the same, smoothed", "smoothed", [](BoardSpec& spec) {
        spec.view.smoothing = {.method = widgets::SmoothingMethod::Ema, .weight = 0.99};
    });
    change("the same over relative time", "relative",
           [](BoardSpec& spec) { spec.view.axis = XAxis::Relative; });
    change("averaged by learning rate, dash by model", "grouped", [](BoardSpec& spec) {
        spec.view.axis = XAxis::Step;
        spec.view.smoothing = {};
        spec.grouping = {.colorKey = QStringLiteral("model.optim.lr"),
                         .average = true,
                         .spread = widgets::Spread::Confidence};
    });
    change("a plot for each model", "facets", [](BoardSpec& spec) {
        spec.grouping = {.colorKey = QStringLiteral("model.optim.lr"),
                         .facetKey = QStringLiteral("model.name")};
    });
    board.document().edit({}, [](BoardSpec& spec) { spec.grouping = {}; });
    board.setRuns({study.wide});
    report("one run with 1,000 metrics", settle(board));
    pictures.take(board, "wide");
    std::vector<double> times;
    for (std::size_t panel = 30; panel < 1000; panel += 30) {
        board.grid().showPanel(panel);
        times.push_back(settle(board));
    }
    std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                     times.end());
    report("a page further down, median", times[times.size() / 2]);
}

} // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    widgets::applyTheme(application, widgets::ThemeMode::Dark);
    const int points = argc > 1 ? std::atoi(argv[1]) : 10'000;
    const QTemporaryDir folder;
    const Study study = write(folder.path().toStdString(), points);
    std::printf("%d runs of 4 series with %d points\n", kRuns, points);
    QSettings settings(folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat);
    ActionRegistry actions;
    JobRunner jobs;
    EngineBridge engine(folder.path().toStdString());
    AppContext context({.actions = actions, .jobs = jobs, .engine = engine, .settings = settings},
                       folder.path().toStdString());
    PlotBoard board(context);
    board.resize(1400, 860);
    board.show();
    measure(board, study, Pictures(argc > 2 ? QString::fromLocal8Bit(argv[2]) : QString()));
    return 0;
}
