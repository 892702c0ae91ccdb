// SPDX-License-Identifier: GPL-3.0-or-later
// The run store: what put() costs the training thread, how many points a second reach the disk, and how long
// a point takes from put() to a reader. Prints `name value unit` lines. Run it on an idle machine.
#include "engine/store/reader.h"
#include "engine/store/recorder.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>
#include <unistd.h>

using namespace fathom;
using namespace fathom::store;
using Clock = std::chrono::steady_clock;

namespace {

struct Workspace {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("fathom_bench_store_" + std::to_string(getpid()));
    ~Workspace() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
};

double seconds(Clock::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

double quantile(std::vector<double>& values, double q) {
    const auto index = static_cast<std::size_t>(q * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(index), values.end());
    return values[index];
}

/// 10,000 points a second for `duration` seconds, in bursts of ten as a step logs them.
void putCost(RunWriter& run, double duration) {
    std::vector<SeriesId> series;
    for (int i = 0; i < 10; ++i)
        series.push_back(run.series("series" + std::to_string(i)));
    std::vector<double> costs;
    const auto begin = Clock::now();
    auto next = begin;
    for (std::int64_t step = 0; seconds(Clock::now() - begin) < duration; ++step) {
        const double now = wallTime();
        for (const SeriesId id : series) {
            const auto before = Clock::now();
            run.put({id, step, now, 1.0});
            costs.push_back(1e9 * seconds(Clock::now() - before));
        }
        next += std::chrono::milliseconds(1);
        std::this_thread::sleep_until(next);
    }
    double sum = 0;
    for (const double cost : costs)
        sum += cost;
    std::printf("put_mean %.0f ns\n", sum / static_cast<double>(costs.size()));
    std::printf("put_p50 %.0f ns\nput_p99 %.0f ns\nput_p999 %.0f ns\n", quantile(costs, 0.5),
                quantile(costs, 0.99), quantile(costs, 0.999));
    std::printf("put_max %.0f ns\n", *std::max_element(costs.begin(), costs.end()));
    std::vector<double> empty(costs.size());
    for (double& cost : empty) {
        const auto before = Clock::now();
        cost = 1e9 * seconds(Clock::now() - before);
    }
    std::printf("clock_p50 %.0f ns (included above)\n", quantile(empty, 0.5));
}

void rowRate(Recorder& recorder, RunWriter& run) {
    constexpr int kPoints = 2'000'000;
    SeriesId series[10];
    for (int i = 0; i < 10; ++i)
        series[i] = run.series("series" + std::to_string(i));
    recorder.flush();
    const auto begin = Clock::now();
    for (int i = 0; i < kPoints; ++i)
        run.put({series[i % 10], i / 10, 1e9, 0.5});
    const double put = seconds(Clock::now() - begin);
    if (!recorder.flush(60'000)) std::printf("flush failed\n");
    const double all = seconds(Clock::now() - begin);
    std::printf("put_burst_mean %.0f ns\n", 1e9 * put / kPoints);
    std::printf("rows_per_second %.0f rows/s\n", kPoints / all);
}

void readRate(const std::filesystem::path& workspace, RunId run) {
    auto reader = Reader::open(workspace);
    const auto begin = Clock::now();
    std::size_t count = 0;
    TailPosition position;
    while (true) {
        const auto points = *reader->tail(run, position);
        count += points.size();
        if (points.empty()) break;
    }
    std::printf("tail_rows_per_second %.0f rows/s\n",
                static_cast<double>(count) / seconds(Clock::now() - begin));
    const auto beginPoll = Clock::now();
    for (int i = 0; i < 1000; ++i)
        (void)reader->dataVersion();
    std::printf("data_version %.1f us\n", 1e3 * seconds(Clock::now() - beginPoll));
}

template <class Action> double bestMs(Action action) {
    double best = 1e9;
    for (int i = 0; i < 20; ++i) {
        const auto begin = Clock::now();
        action();
        best = std::min(best, 1e3 * seconds(Clock::now() - begin));
    }
    return best;
}

/// One curve of ten that were written mixed: its first 10,000 points, and an envelope of 2,000 buckets.
void readCurve(const std::filesystem::path& workspace, RunId run) {
    auto reader = Reader::open(workspace);
    const auto summaries = *reader->summaries(run);
    const SeriesSummary& curve = summaries.front();
    const std::int64_t from = curve.points - 10'000;
    std::printf("read_10000_points %.2f ms\n", bestMs([&] { (void)reader->points(curve.series, from); }));
    std::printf("envelope_of_%lld_points %.2f ms\n", static_cast<long long>(curve.points),
                bestMs([&] { (void)reader->envelope(curve.series, 2000); }));
}

/// One point a hundredth of a second; a reader polls each millisecond. Up to 50 ms of it is the recorder's
/// interval.
void latency(const std::filesystem::path& workspace, RunWriter& run) {
    auto reader = Reader::open(workspace);
    const SeriesId series = run.series("latency");
    TailPosition position;
    while (!reader->tail(run.id(), position)->empty()) {
    }
    std::vector<double> delays;
    std::int64_t put = 0;
    auto nextPut = Clock::now();
    while (delays.size() < 300) {
        if (Clock::now() >= nextPut) {
            run.put({series, put++, wallTime(), 0});
            nextPut += std::chrono::milliseconds(10);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        const auto points = *reader->tail(run.id(), position);
        for (const StoredPoint& point : points)
            delays.push_back(1e3 * (wallTime() - point.wallTime));
    }
    std::printf("put_to_reader_p50 %.1f ms\nput_to_reader_p99 %.1f ms\n", quantile(delays, 0.5),
                quantile(delays, 0.99));
}

} // namespace

int main() {
    const Workspace workspace;
    auto recorder = Recorder::open(workspace.path);
    if (!recorder) {
        std::fprintf(stderr, "%s\n", recorder.error().message().c_str());
        return 1;
    }
    auto run = *(*recorder)->createRun({.name = "bench"});
    run->state(RunState::Running);
    putCost(*run, 2.0);
    rowRate(**recorder, *run);
    readRate(workspace.path, run->id());
    readCurve(workspace.path, run->id());
    latency(workspace.path, *run);
    run->state(RunState::Completed);
    return 0;
}
