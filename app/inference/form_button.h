// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/icon.h"

#include <QPushButton>

namespace fathom::app {

/// A button of a form's bar.
[[nodiscard]] inline QPushButton* formButton(const char* icon, const QString& text, const QString& toolTip) {
    auto* const made = new QPushButton(widgets::icon(QLatin1String(icon)), text);
    made->setToolTip(toolTip);
    made->setAutoDefault(false);
    return made;
}

} // namespace fathom::app
