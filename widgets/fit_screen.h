// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QScreen>
#include <QWidget>

namespace fathom::widgets {

/// Makes a window as large as `wanted`, but no larger than its display.
inline void resizeToFit(QWidget& window, QSize wanted) {
    window.resize(wanted.boundedTo(window.screen()->availableSize()));
}

} // namespace fathom::widgets
