// SPDX-License-Identifier: Apache-2.0
// Whether the process behind a run still lives.
#pragma once

#include "engine/store/types.h"

namespace fathom::store {

/// Recorders touch the runs they own this often, in seconds.
constexpr double kHeartbeat = 5;
/// A run of another host counts as dead after this many seconds without a sign of life.
constexpr double kForeignSilence = 60;

/// False when the run says that it is not over but its process is gone. On this host pid, start time and boot
/// id tell; for another host only its last sign of life can.
[[nodiscard]] bool isAlive(const Run& run);

/// Shows a dead run as what it is: Interrupted, ended at its last sign of life.
void markIfDead(Run& run);

} // namespace fathom::store
