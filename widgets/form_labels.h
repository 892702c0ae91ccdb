// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QFormLayout;

namespace fathom::widgets {

/// Puts labels on the middle of their fields: QFormLayout leaves those of high fields above it. To be called
/// when all rows are there.
void centerLabels(QFormLayout& form);

} // namespace fathom::widgets
