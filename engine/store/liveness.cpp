// SPDX-License-Identifier: Apache-2.0
#include "engine/store/liveness.h"

namespace fathom::store {

bool isAlive(const Run& run) {
    if (isOver(run.state)) return false;
    if (run.process.host == thisProcess().host) return run.process.isAlive();
    return wallTime() - run.updatedAt < kForeignSilence;
}

void markIfDead(Run& run) {
    if (isOver(run.state) || isAlive(run)) return;
    run.state = RunState::Interrupted;
    run.endedAt = run.updatedAt;
}

} // namespace fathom::store
