// SPDX-License-Identifier: GPL-3.0-or-later
// LinePlot on paper.
#include "widgets/line_plot_impl.h"

namespace fathom::widgets {

Figure LinePlot::figure() const {
    const auto [xFrom, xTo] = xRange();
    const auto [yFrom, yTo] = yRange();
    Figure figure{
        .title = title(),
        .x = {.scale = m_impl->scales.x, .kind = xKind(), .from = xFrom, .to = xTo, .label = m_impl->xLabel},
        .y = {.scale = m_impl->scales.y,
              .kind = AxisKind::Value,
              .from = yFrom,
              .to = yTo,
              .label = m_impl->unit},
        .curves = {},
        .marks = {}};
    for (const bool pale : {true, false}) {
        for (const auto& curve : m_impl->curves) {
            if (!curve->visible || curve->pale() != pale) continue;
            QColor color = curve->color;
            if (pale) color.setAlphaF(curve->spec.dimmed ? 0.3F : 0.4F);
            figure.curves.push_back({.name = curve->spec.name,
                                     .color = color,
                                     .dash = curve->dash,
                                     .width = pale ? 0.6 : 1,
                                     .markers = curve->spec.markers,
                                     .inLegend = curve->named(),
                                     .data = &curve->data,
                                     .lower = &curve->lower,
                                     .upper = &curve->upper});
        }
    }
    for (const PlotAnnotation& annotation : m_impl->notes->annotations())
        figure.marks.push_back({annotation.x, annotation.y, annotation.text});
    return figure;
}

Figure LinePlot::figureIn(const Colors& colors) const {
    Figure onPaper = figure();
    const Colors& shown = colorsFor(this);
    for (FigureCurve& curve : onPaper.curves) {
        const auto same = [&](const QColor& color) { return color.rgb() == curve.color.rgb(); };
        const auto known = std::find_if(shown.curves.begin(), shown.curves.end(), same);
        const float alpha = curve.color.alphaF();
        if (known != shown.curves.end())
            curve.color = colors.curves[static_cast<std::size_t>(known - shown.curves.begin())];
        else if (same(shown.text))
            curve.color = colors.text;
        curve.color.setAlphaF(alpha);
    }
    return onPaper;
}

void LinePlot::drawFigure(QPainter& painter, const QSizeF& size, const FigureOptions& options) const {
    const Colors& colors = options.light ? lightColors() : colorsFor(this);
    widgets::drawFigure(painter, size, figureIn(colors), colors, options);
}

} // namespace fathom::widgets
