// SPDX-License-Identifier: GPL-3.0-or-later
// A figure for LaTeX, as commands of pgfplots.
#pragma once

#include "widgets/plot_figure.h"

#include <QByteArray>
#include <QSizeF>
#include <QString>

namespace fathom::widgets {

/// A tikzpicture for \input; needs \usepackage{pgfplots}. `size` in points of 1/72 inch; `source` becomes
/// comments in front.
[[nodiscard]] QByteArray pgfFigure(const Figure& figure, const QSizeF& size, const QString& source);

/// Text with the characters that TeX takes for commands made harmless.
[[nodiscard]] QByteArray texText(const QString& text);

} // namespace fathom::widgets
