// SPDX-License-Identifier: GPL-3.0-or-later
// Diffs as the HTML that Qt's text widgets show.
#pragma once

#include "engine/analysis/text_diff.h"
#include "widgets/theme.h"

#include <QString>

namespace fathom::app {

/// Lines with a sign, a tint, and the changed words in bold on a stronger one.
[[nodiscard]] QString diffHtml(const std::vector<analysis::DiffHunk>& hunks, const widgets::Colors& colors);

} // namespace fathom::app
