// SPDX-License-Identifier: GPL-3.0-or-later
// From the engine's progress to the window.
#pragma once

#include "app/bridge/job_runner.h"
#include "app/bridge/post.h"

#include <QPointer>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

namespace fathom::app {

using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// For a job of `jobs`: calls `report(0…1)` on the GUI thread while `context` lives, 200 times at most,
/// however often the engine tells.
[[nodiscard]] inline Progress progressTo(JobRunner& jobs, QObject* context,
                                         std::function<void(double)> report) {
    constexpr std::uint64_t kSteps = 200;
    return [owner = &jobs, alive = QPointer(context), report = std::move(report),
            last = std::make_shared<std::atomic<std::uint64_t>>(kSteps + 1)](std::uint64_t done,
                                                                             std::uint64_t total) {
        const std::uint64_t step = total > 0 ? done * kSteps / total : 0;
        if (last->exchange(step) == step) return;
        post(owner, [alive, report, step] {
            if (alive) report(static_cast<double>(step) / static_cast<double>(kSteps));
        });
    };
}

} // namespace fathom::app
