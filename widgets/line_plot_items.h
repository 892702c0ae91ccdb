// SPDX-License-Identifier: GPL-3.0-or-later
// What LinePlot adds to QCustomPlot. The axes of QCustomPlot are always linear: they hold drawn coordinates,
// and PlotScales says what values those are. Private to the plot target, which alone includes qcustomplot.h.
#pragma once

#include "widgets/line_plot.h"
#include "widgets/plot_raster.h"

#include <qcustomplot.h>

namespace fathom::widgets {

struct PlotScales {
    ScaleTransform x{};
    ScaleTransform y{};
    AxisKind kind = AxisKind::Step;
};

struct PlotCurve {
    CurveSpec spec{};
    CurveData data{};
    CurveData lower{}; ///< of the band
    CurveData upper{};
    QColor color{};
    Qt::PenStyle dash = Qt::SolidLine;
    bool visible = true;
    bool rawOfAnother = false;
    [[nodiscard]] bool pale() const { return spec.faint || spec.dimmed || rawOfAnother; }
    /// Whether legend and read-out name it.
    [[nodiscard]] bool named() const { return visible && !spec.dimmed && !rawOfAnother; }
};

using PlotCurves = std::vector<std::unique_ptr<PlotCurve>>;

/// All curves and bands of a plot, through one raster.
class CurvesPlottable : public QCPAbstractPlottable {
public:
    CurvesPlottable(QCPAxis* key, QCPAxis* value, const PlotCurves& curves, const PlotScales& scales)
        : QCPAbstractPlottable(key, value), m_curves(curves), m_scales(scales) {}

    /// The others fade towards `surface`; null: none does.
    void setHighlight(std::function<bool(const PlotCurve&)> highlighted) {
        m_highlighted = std::move(highlighted);
    }
    void setSurface(const QColor& surface) { m_surface = surface; }
    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }
    QCPRange getKeyRange(bool& found, QCP::SignDomain) const override { return found = false, QCPRange(); }
    QCPRange getValueRange(bool& found, QCP::SignDomain, const QCPRange&) const override {
        return found = false, QCPRange();
    }

protected:
    void draw(QCPPainter* painter) override;
    void drawLegendIcon(QCPPainter*, const QRectF&) const override {}

private:
    /// The visible ones, front to back.
    [[nodiscard]] std::vector<const PlotCurve*> inOrder() const;
    [[nodiscard]] QColor colorOf(const PlotCurve& curve) const;
    void drawDots(QCPPainter* painter, const PlotCurve& curve) const;
    const PlotCurves& m_curves;
    const PlotScales& m_scales;
    std::function<bool(const PlotCurve&)> m_highlighted;
    QColor m_surface;
    PlotRaster m_raster;
};

/// Labels at the values of a scale, for an axis that holds drawn coordinates.
class ScaleTicker : public QCPAxisTicker {
public:
    explicit ScaleTicker(const ScaleTransform& scale, const AxisKind* kind) : m_scale(scale), m_kind(kind) {}
    void generate(const QCPRange& range, const QLocale& locale, QChar format, int precision,
                  QVector<double>& ticks, QVector<double>* subTicks, QVector<QString>* labels) override;

private:
    const ScaleTransform& m_scale;
    const AxisKind* m_kind; ///< null: values
};

/// A vertical line at the hovered x, a dot on each curve, and the rubber band of a zoom.
class CursorItem : public QCPAbstractItem {
public:
    explicit CursorItem(QCustomPlot* plot) : QCPAbstractItem(plot) {}
    struct Dot {
        QPointF position{}; ///< drawn coordinates
        QColor color{};
    };
    /// `x` in drawn coordinates; nullopt: none.
    void set(std::optional<double> x, std::vector<Dot> dots, const QColor& line);
    /// In pixels; an empty one: none.
    void setBox(const QRect& box, const QColor& color);
    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

protected:
    void draw(QCPPainter* painter) override;

private:
    std::optional<double> m_x;
    std::vector<Dot> m_dots;
    QColor m_line;
    QRect m_box;
    QColor m_boxColor;
};

/// Dashed lines with their labels on top, in as many rows as keep them apart; ticks for the minor ones.
class MarkersItem : public QCPAbstractItem {
public:
    MarkersItem(QCustomPlot* plot, const PlotScales& scales) : QCPAbstractItem(plot), m_scales(scales) {}
    void add(const PlotMarker& marker);
    void clear() { m_markers.clear(); }
    [[nodiscard]] const std::vector<PlotMarker>& markers() const { return m_markers; }
    void setColors(const QColor& line, const QColor& label, const QColor& back, const QFont& font);
    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

protected:
    void draw(QCPPainter* painter) override;

private:
    [[nodiscard]] double pixelOf(const PlotMarker& marker) const;
    void drawTicks(QCPPainter* painter) const;
    void drawLabels(QCPPainter* painter, const std::vector<std::pair<double, QString>>& labels) const;

    const PlotScales& m_scales;
    std::vector<PlotMarker> m_markers; ///< by x
    QColor m_line;
    QColor m_label;
    QColor m_back;
    QFont m_font;
};

} // namespace fathom::widgets
