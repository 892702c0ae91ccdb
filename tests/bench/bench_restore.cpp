// SPDX-License-Identifier: GPL-3.0-or-later
// Restores a speech model of an archive several times: open, build, load. Prints the least seconds first.
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
    for (int i = 0; i < repeats; ++i) {
        const auto start = Clock::now();
        const auto nemo = archive::Nemo::open(argv[1]);
        const auto restored = nemo ? model::restoreModel(*nemo, {.mapLocation = "cpu"})
                                   : Result<model::Restored>(fail(nemo.error()));
        if (!restored) {
            std::fprintf(stderr, "%s\n", restored.error().message().c_str());
            return 1;
        }
        least = std::min(least, std::chrono::duration<double>(Clock::now() - start).count());
    }
    std::printf("%.4f s, least of %d\n", least, repeats);
    return 0;
}
