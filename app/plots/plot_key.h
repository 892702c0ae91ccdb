// SPDX-License-Identifier: GPL-3.0-or-later
// What the colours and dashes of a board mean, for the line above its plots.
#pragma once

#include "app/plots/plot_plan.h"

namespace fathom::app {

struct KeyEntry {
    QString name{};
    int color = -1; ///< as CurveLook's
    widgets::CurveDash dash = widgets::CurveDash::Solid;
    friend bool operator==(const KeyEntry&, const KeyEntry&) = default;
};

/// The values of the keys that runs are grouped by; without one for colours, the runs. Empty where there is
/// one run, or one mean of all.
[[nodiscard]] std::vector<KeyEntry> keyOf(const BoardSpec& board, const BoardFacts& facts,
                                          const RunColors& colors, std::optional<store::RunId> baseline);

} // namespace fathom::app
