// SPDX-License-Identifier: GPL-3.0-or-later
// The learning rate that a config would train with, step by step, for a plot beside the tree.
#pragma once

#include "engine/config/config.h"

#include <QPointF>
#include <QString>

#include <vector>

namespace fathom::app {

struct SchedulePreview {
    std::vector<QPointF> points{}; ///< x: optimizer step, y: learning rate; at most a few hundred
    QString note{};                ///< where the number of steps is from, or why there is no curve
};

/// Reads `model.optim` (or `optim`) and the trainer's limits; where those leave the number of steps open,
/// counts the lines of the training manifest. For a background thread.
[[nodiscard]] SchedulePreview previewSchedule(const config::Config& config);

} // namespace fathom::app
