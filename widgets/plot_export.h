// SPDX-License-Identifier: GPL-3.0-or-later
// Figures as files: SVG, PDF, PNG, CSV and PGF, each with a text inside that says where it came from.
//
//   const FigureCopy copy(plot.figureIn(lightColors()), FigurePoints::Shown);    // GUI thread
//   const QByteArray svg = exportFigure(copy, FigureFormat::Svg, options);       // any thread
//
// Pictures have as many vertices as can be told apart, however many points there are; CSV has every point.
#pragma once

#include "widgets/plot_figure.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <deque>
#include <optional>

namespace fathom::widgets {

enum class FigureFormat { Svg, Pdf, Png, Csv, Pgf };

enum class FigurePoints {
    Shown, ///< of the shown part of x, and one beyond each end
    All,
};

/// A figure with points of its own, so that it outlives the plot and may go to another thread.
class FigureCopy {
public:
    FigureCopy(const Figure& figure, const Colors& colors, FigurePoints points);
    FigureCopy(FigureCopy&&) = default;
    FigureCopy& operator=(FigureCopy&&) = default;

    [[nodiscard]] const Figure& figure() const { return m_figure; }
    [[nodiscard]] const Colors& colors() const { return m_colors; }

private:
    Figure m_figure;
    Colors m_colors;
    std::deque<CurveData> m_data; ///< addresses stay
};

struct ExportOptions {
    QSizeF size{420, 280};    ///< points of 1/72 inch: a column of a page
    double dotsPerInch = 300; ///< of PNG
    FigureOptions figure{};
    QString source{}; ///< kept in the file: runs, metrics, smoothing, filter; may have lines
};

/// Empty when there is no room to draw.
[[nodiscard]] QByteArray exportFigure(const FigureCopy& copy, FigureFormat format,
                                      const ExportOptions& options);

/// "svg", "pdf", "png", "csv", "pgf"
[[nodiscard]] QString suffixOf(FigureFormat format);
/// Of a file's name; nullopt for another ending.
[[nodiscard]] std::optional<FigureFormat> formatOf(const QString& fileName);

} // namespace fathom::widgets
