// SPDX-License-Identifier: GPL-3.0-or-later
// Restores a speech model of an archive several times: open, build, load; then reads every weight once,
// because the weights are views of the file. Prints the least seconds of both.
//   bench_restore FILE.nemo [REPEATS]
#include "engine/model/model.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
    using namespace fathom;
    using Clock = std::chrono::steady_clock;
    if (argc < 2) {
        std::fprintf(stderr, "usage: bench_restore FILE.nemo [REPEATS]\n");
        return 2;
    }
    const int repeats = argc > 2 ? std::atoi(argv[2]) : 5;
    double least = 1e9;
    double read = 1e9;
    at::set_num_threads(1);
    const torch::NoGradGuard noGrad;
    for (int i = 0; i < repeats; ++i) {
        const auto start = Clock::now();
        const auto nemo = archive::Nemo::open(argv[1]);
        const auto restored = nemo ? model::restoreModel(*nemo, {.mapLocation = "cpu"})
                                   : Result<model::Restored>(fail(nemo.error()));
        if (!restored) {
            std::fprintf(stderr, "%s\n", restored.error().message().c_str());
            return 1;
        }
        const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
        least = std::min(least, seconds());
        double sum = 0;
        for (const torch::Tensor& parameter : restored->model->module().parameters())
            sum += parameter.sum().item<double>();
        if (sum != sum) std::fprintf(stderr, "the weights are not numbers\n");
        read = std::min(read, seconds());
    }
    std::printf("%.4f s to restore, %.4f s with every weight read, least of %d\n", least, read, repeats);
    return 0;
}
