// SPDX-License-Identifier: GPL-3.0-or-later
// What a frame of the plot costs, in software at 1920 × 600 under the offscreen platform: pans and zooms over
// 1, 10 and 100 noisy runs of a million points each and one of ten million, on linear, log and symlog values;
// and the memory that they take beside their raw size. Prints `name value unit` lines.
//   QT_QPA_PLATFORM=offscreen build/release/bench/bench_plot [frames [runs]]
#include "widgets/line_plot.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QFile>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <random>
#include <string>

using namespace fathom::widgets;

namespace {

double quantile(std::vector<double> values, double q) {
    const auto index = static_cast<std::size_t>(q * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(index), values.end());
    return values[index];
}

/// Of this thread: on a busy machine the clock on the wall also counts what others do.
double processorMs() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double residentMegabytes() {
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly)) return 0;
    return file.readAll().split(' ').at(1).toDouble() * 4096 / 1e6;
}

/// A loss as float32 training logs it: each step a value around a falling curve.
void fill(LinePlot& plot, int curve, int points, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> noise;
    const float rate = 2.0F + static_cast<float>(seed % 9);
    std::vector<QPointF> part;
    for (int i = 0; i < points; ++i) {
        const float t = static_cast<float>(i) / static_cast<float>(points);
        const float value = (0.3F + 0.02F * static_cast<float>(seed % 13) + 4 * std::exp(-rate * t)) *
                            std::exp(0.08F * noise(random));
        part.emplace_back(i, value);
        if (part.size() == 65536 || i + 1 == points) {
            plot.append(curve, part);
            part.clear();
        }
    }
}

/// Zooms in and out around a moving place, as wheel and drag do, and times each frame.
void frames(LinePlot& plot, const std::string& name, int points, int count) {
    std::vector<double> ms;
    std::vector<double> processor;
    std::mt19937 random(5);
    std::uniform_real_distribution<double> unit;
    double place = 0.5;
    for (int i = 0; i < count; ++i) {
        const double width = points * std::pow(10.0, -3 * (0.5 - 0.5 * std::cos(i * 0.13)));
        place = std::clamp(place + (unit(random) - 0.5) * 0.2, 0.0, 1.0);
        const double from = place * (points - width);
        plot.setXRange(from, from + width);
        const double before = processorMs();
        QElapsedTimer clock;
        clock.start();
        plot.redraw();
        ms.push_back(static_cast<double>(clock.nsecsElapsed()) / 1e6);
        processor.push_back(processorMs() - before);
    }
    std::printf("%s_p50 %.1f ms\n", name.c_str(), quantile(ms, 0.5));
    std::printf("%s_p95 %.1f ms\n", name.c_str(), quantile(ms, 0.95));
    std::printf("%s_processor_p50 %.1f ms\n", name.c_str(), quantile(processor, 0.5));
    std::printf("%s_processor_p95 %.1f ms\n", name.c_str(), quantile(processor, 0.95));
    std::fflush(stdout);
}

void measure(const char* name, int runs, int points, int count) {
    const double before = residentMegabytes();
    LinePlot plot;
    std::size_t bytes = 0;
    for (int run = 0; run < runs; ++run) {
        const int curve = plot.addCurve({.name = QString::number(run), .group = run});
        fill(plot, curve, points, static_cast<unsigned>(run + 1));
        bytes += plot.points(curve).bytes();
    }
    const double raw = 4.0 * runs * points;
    plot.resize(1920 + 56 + 12 + 20, 600 + 80);
    plot.show();
    plot.redraw();
    const std::string label(name);
    std::printf("%s_memory %.1f MB, %.2f of the raw floats (resident: %.2f)\n", name,
                static_cast<double>(bytes) / 1e6, static_cast<double>(bytes) / raw,
                (residentMegabytes() - before) * 1e6 / raw);
    frames(plot, label + "_linear", points, count);
    plot.setScale(PlotAxis::Y, PlotScale::Log);
    frames(plot, label + "_log", points, count);
    plot.setScale(PlotAxis::Y, PlotScale::Symlog);
    frames(plot, label + "_symlog", points, count);
    plot.setScale(PlotAxis::Y, PlotScale::Linear);
    plot.setClipOutliers(true);
    frames(plot, label + "_clipped", points, count);
    plot.setClipOutliers(false);
    plot.setHighlighted(0);
    frames(plot, label + "_highlighted", points, count);
}

} // namespace

int main(int argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    applyTheme(application, ThemeMode::Light);
    const int count = argc > 1 ? std::atoi(argv[1]) : 200;
    if (argc > 2) {
        measure("runs", std::atoi(argv[2]), 1'000'000, count);
        return 0;
    }
    measure("runs_1", 1, 1'000'000, count);
    measure("runs_10", 10, 1'000'000, count);
    measure("runs_100", 100, 1'000'000, count);
    measure("ten_million", 1, 10'000'000, count);
    return 0;
}
