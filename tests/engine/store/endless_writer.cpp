// SPDX-License-Identifier: GPL-3.0-or-later
// Writes metrics until it is killed, or `count` of them: `endless_writer WORKSPACE NAME [count]`. Prints the
// wall time of what it has put every few milliseconds, so that the test knows what must be in the store.
// Answers commands.
#include "engine/base/clock.h"
#include "engine/store/recorder.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <unistd.h>

using namespace fathom;

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    const std::int64_t count = argc > 3 ? std::atoll(argv[3]) : -1;
    auto recorder = store::Recorder::open(argv[1]);
    if (!recorder) {
        std::fprintf(stderr, "%s\n", recorder.error().message().c_str());
        return 1;
    }
    store::NewRun request;
    request.name = argv[2];
    auto run = (*recorder)->createRun(request);
    if (!run) {
        std::fprintf(stderr, "%s\n", run.error().message().c_str());
        return 1;
    }
    store::RunWriter& writer = **run;
    (*recorder)->onCommand([&](const store::CommandRow& command) {
        writer.mark("command", 0, command.kind);
        writer.answer(command.id, "obeyed by " + std::to_string(::getpid()));
    });
    writer.state(store::RunState::Running);
    const SeriesId loss = writer.series("train_loss");
    const SeriesId rate = writer.series("learning_rate");
    for (std::int64_t step = 1; count < 0 || step <= count; ++step) {
        const double now = wallTime();
        writer.put({loss, step, now, 1.0 / static_cast<double>(step)});
        writer.put({rate, step, now, static_cast<double>(step)});
        writer.progress({.step = step});
        if (step % 16 != 0) continue;
        std::printf("%lld %.6f\n", static_cast<long long>(step), now);
        std::fflush(stdout);
        std::this_thread::sleep_for(
            std::chrono::milliseconds(1)); // the pace of a training, not a wait for something
    }
    writer.state(store::RunState::Completed);
    return 0;
}
