// SPDX-License-Identifier: Apache-2.0
// Wall time, and the identity of a process that survives pid reuse and reboots.
#pragma once

#include <cstdint>
#include <string>

namespace fathom {

/// Seconds since the Unix epoch, with sub-microsecond resolution.
[[nodiscard]] double wallTime();
/// Local time as "2026-11-24_16-45-02", exp_manager's version format.
[[nodiscard]] std::string localTimestamp(double secondsSinceEpoch);

/// A process: its pid alone says nothing once the pid was reused or the machine restarted.
struct ProcessIdentity {
    std::int64_t pid = 0;
    std::int64_t startTime = 0; ///< clock ticks since boot, field 22 of /proc/<pid>/stat
    std::string bootId{};       ///< /proc/sys/kernel/random/boot_id
    std::string host{};

    /// True when that very process is running now. Always false for another host's process.
    [[nodiscard]] bool isAlive() const;
};

[[nodiscard]] ProcessIdentity thisProcess();

} // namespace fathom
