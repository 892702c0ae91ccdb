// SPDX-License-Identifier: GPL-3.0-or-later
// One line on the terminal that shows where a run is.
#pragma once

#include "engine/run/run_service.h"

#include <mutex>
#include <string>

namespace fathom::cli {

/// The bar's text: "  37% ━━━━━━╸       step 131/354  epoch 2/6  3.1 steps/s  1:12 left  train_loss 41.2".
[[nodiscard]] std::string barText(const run::RunSnapshot& snapshot, int columns);

/// Draws on standard error when that is a terminal, and does nothing when it is not. Any thread.
class ProgressBar {
public:
    ProgressBar();
    /// Ends the bar's line.
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    void show(const run::RunSnapshot& snapshot);
    /// A line of text above the bar.
    void print(LogLevel level, std::string_view text);
    void finish();

private:
    void draw();
    void erase();

    std::mutex m_mutex;
    const bool m_isTerminal;
    std::string m_text;
    bool m_drawn = false;
};

} // namespace fathom::cli
