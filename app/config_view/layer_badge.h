// SPDX-License-Identifier: GPL-3.0-or-later
// Icon and colour of each layer of a config.
#pragma once

#include "widgets/theme.h"

#include <QString>

namespace fathom::app {

struct LayerBadge {
    QString icon{};
    QColor color{};
};

/// `layer` is an int of config::Layer; an empty badge for others.
[[nodiscard]] LayerBadge badgeOfLayer(int layer, const widgets::Colors& colors);

} // namespace fathom::app
