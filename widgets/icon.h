// SPDX-License-Identifier: GPL-3.0-or-later
// Icons from resources/icons, drawn in the colour of the theme at any scale.
#pragma once

#include <QColor>
#include <QIcon>
#include <QString>
#include <QStringList>

namespace fathom::widgets {

/// The icon `resources/icons/<name>.svg` in the text colour of the application's palette (muted when
/// disabled). Follows the theme.
[[nodiscard]] QIcon icon(const QString& name);
/// The same in a fixed colour.
[[nodiscard]] QIcon icon(const QString& name, const QColor& color);
/// All names there are.
[[nodiscard]] QStringList iconNames();

} // namespace fathom::widgets
