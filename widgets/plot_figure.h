// SPDX-License-Identifier: GPL-3.0-or-later
// A plot on paper: axes with ticks, labels, legend and curves through any QPainter (SVG, PDF, PNG), at any
// size, in the light theme if wanted. LinePlot::drawFigure() fills it from what is on the screen.
//
//   QSvgGenerator svg;  …  QPainter painter(&svg);
//   plot.drawFigure(painter, {480, 300}, {.font = QFont("Latin Modern Roman", 9)});
#pragma once

#include "widgets/curve_data.h"
#include "widgets/plot_scale.h"
#include "widgets/theme.h"

#include <QColor>
#include <QFont>
#include <QPen>
#include <QSizeF>

#include <optional>
#include <vector>

class QPainter;

namespace fathom::widgets {

enum class FigureLegend { None, Inside, Below };

struct FigureOptions {
    bool light = true; ///< on white, whatever the theme of the window
    bool title = true;
    FigureLegend legend = FigureLegend::Below;
    QString xLabel{};     ///< empty: the plot's
    QString yLabel{};     ///< empty: the unit
    QFont font{};         ///< of labels; the title is semi-bold
    double lineWidth = 1; ///< in the painter's units
};

struct FigureCurve {
    QString name{};
    QColor color{};
    Qt::PenStyle dash = Qt::SolidLine;
    double width = 1; ///< times FigureOptions::lineWidth
    bool markers = false;
    bool inLegend = true;
    const CurveData* data = nullptr;
    const CurveData* lower = nullptr; ///< a band between these, of equal x
    const CurveData* upper = nullptr;
};

struct FigureMark {
    double x = 0;
    std::optional<double> y{};
    QString text{};
};

struct FigureAxis {
    ScaleTransform scale{};
    AxisKind kind = AxisKind::Value;
    double from = 0;
    double to = 1;
    QString label{};
};

struct Figure {
    QString title{};
    FigureAxis x{};
    FigureAxis y{};
    std::vector<FigureCurve> curves{}; ///< the last is drawn on top
    std::vector<FigureMark> marks{};
};

/// Fills (0, 0) to `size`.
void drawFigure(QPainter& painter, const QSizeF& size, const Figure& figure, const Colors& colors,
                const FigureOptions& options);

} // namespace fathom::widgets
