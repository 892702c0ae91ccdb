// SPDX-License-Identifier: GPL-3.0-or-later
// What an exported figure says of itself (sourceOf() in board_export.h wrote it): enough to draw it again.
#pragma once

#include "app/plots/board_spec.h"

#include <QByteArray>
#include <QString>

#include <vector>

namespace fathom::app {

struct FigureRun {
    qint64 id = 0; ///< in the workspace that it was drawn in
    QString title{};
};

struct FigureSource {
    std::vector<FigureRun> runs{};
    BoardSpec board{}; ///< with one plot; its name is the plot's title
};

/// From the bytes of an SVG, PDF, PNG, PGF or CSV file. Errors (BadInput): nothing of the kind is in it, or
/// what is in it cannot be read.
[[nodiscard]] Result<FigureSource> figureSourceIn(const QByteArray& bytes);
/// Waits for the disk.
[[nodiscard]] Result<FigureSource> readFigureSource(const QString& file);

} // namespace fathom::app
