// SPDX-License-Identifier: GPL-3.0-or-later
// What the training loop costs beside forward, backward and update: a model of two numbers trained by the
// trainer, with the callbacks of a run and a real run store, and by a bare loop of the same operations.
//   bench_train_loop [STEPS]
#include "tests/engine/train/train_testing.h"

#include "engine/train/recording.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>

using namespace fathom;
using namespace fathom::testing;

namespace {

using Clock = std::chrono::steady_clock;

double microseconds(Clock::time_point begin, std::int64_t steps) {
    return std::chrono::duration<double, std::micro>(Clock::now() - begin).count() /
           static_cast<double>(steps);
}

std::shared_ptr<const model::Dataset> data(std::int64_t steps) {
    return std::make_shared<LineDataset>(steps * 2, model::LoaderOptions{.batchSize = 2, .workers = 1});
}

double bare(std::int64_t steps) {
    LineModel model;
    const auto config = configOf("optim: {name: sgd, lr: 1e-9, sched: null}\n");
    const auto optimizer = optim::createOptimizer(*config, "optim", model.module().parameters());
    const auto set = data(steps);
    model.module().train();
    std::vector<model::Batch> batches;
    for (std::int64_t i = 0; i < steps; ++i)
        batches.push_back(*set->load(std::vector<std::int64_t>{2 * i, 2 * i + 1}));
    const auto begin = Clock::now();
    for (const model::Batch& batch : batches) {
        const auto step = model.trainingStep(batch, {});
        (*optimizer)->zeroGrad();
        step->loss.backward();
        (*optimizer)->step();
    }
    return microseconds(begin, steps);
}

double trained(std::int64_t steps, const std::filesystem::path& workspace) {
    const auto recorder = store::Recorder::open(workspace);
    if (!recorder) std::abort();
    const auto writer = (*recorder)->createRun({.name = "loop"});
    if (!writer) std::abort();
    Bench bench({"trainer.max_epochs=1", "trainer.log_every_n_steps=10", "optim.lr=1e-9"}, 2, 0);
    bench.train = data(steps);
    std::vector<std::unique_ptr<Callback>> callbacks;
    callbacks.push_back(std::make_unique<MetricRecorder>(**writer, 10));
    callbacks.push_back(std::make_unique<SampleRecorder>(**writer, bench.log));
    callbacks.push_back(std::make_unique<ProgressRecorder>(**writer, std::nullopt));
    bench.callbacks = std::move(callbacks);
    bench.records = false;
    const auto begin = Clock::now();
    const auto end = bench.fit();
    const double time = microseconds(begin, steps);
    if (!end) {
        std::fprintf(stderr, "%s\n", end.error().message().c_str());
        std::abort();
    }
    return time;
}

} // namespace

int main(int argc, char** argv) {
    const std::int64_t steps = argc > 1 ? std::atoll(argv[1]) : 20'000;
    at::set_num_threads(1);
    const std::filesystem::path workspace = std::filesystem::temp_directory_path() / "fathom-bench-loop";
    (void)bare(1000);
    double least = 1e9;
    for (int round = 0; round < 3; ++round) {
        const double alone = bare(steps);
        const double whole = trained(steps, workspace);
        least = std::min(least, whole - alone);
        std::printf("forward, backward, update %.1f us; in the trainer %.1f us a step\n", alone, whole);
    }
    std::printf("the loop costs %.1f us a step at best\n", least);
    std::filesystem::remove_all(workspace);
}
