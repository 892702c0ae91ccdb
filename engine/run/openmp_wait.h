// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fathom::run {

/// Has OpenMP's threads spin for some 30 µs before they sleep, unless the environment says otherwise. Its
/// default of some milliseconds starves a training where other programs want the cores; without any, waking a
/// thread takes longer than an operation of a small model (docs/benchmarks.md). Heard only by an OpenMP that
/// is loaded later, or by the programs that this one starts. True where it changed the environment: call it
/// while there is one thread.
bool shortenOpenMpWait();

} // namespace fathom::run
