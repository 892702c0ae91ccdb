// SPDX-License-Identifier: GPL-3.0-or-later
// What LinePlot adds to QCustomPlot: a curve that draws its decimated polyline, the cursor, and axis labels
// for people. Private to the plot target, which alone includes qcustomplot.h.
#pragma once

#include "widgets/curve_data.h"
#include "widgets/line_plot.h"

#include <qcustomplot.h>

namespace fathom::widgets {

struct PlotCurve {
    CurveData data{};
    QString name{};
    QColor color{};
    bool markers = false;
    bool faint = false;
    bool dashed = false;
};

class CurvePlottable : public QCPAbstractPlottable {
public:
    CurvePlottable(QCPAxis* key, QCPAxis* value, const PlotCurve& curve)
        : QCPAbstractPlottable(key, value), m_curve(curve) {}

    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }
    QCPRange getKeyRange(bool& found, QCP::SignDomain domain) const override;
    QCPRange getValueRange(bool& found, QCP::SignDomain domain, const QCPRange& keys) const override;

protected:
    void draw(QCPPainter* painter) override;
    void drawLegendIcon(QCPPainter*, const QRectF&) const override {}

private:
    void drawDots(QCPPainter* painter, const std::vector<QPointF>& pixels) const;
    const PlotCurve& m_curve;
};

/// A vertical line at the hovered x and a dot on each curve.
class CursorItem : public QCPAbstractItem {
public:
    explicit CursorItem(QCustomPlot* plot) : QCPAbstractItem(plot) {}
    struct Dot {
        QPointF position{}; ///< plot coordinates
        QColor color{};
    };
    void set(double x, std::vector<Dot> dots, const QColor& line);
    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

protected:
    void draw(QCPPainter* painter) override;

private:
    double m_x = 0;
    std::vector<Dot> m_dots;
    QColor m_line;
};

/// Dashed lines with their labels on top, in as many rows as keep them apart; ticks for the minor ones.
class MarkersItem : public QCPAbstractItem {
public:
    explicit MarkersItem(QCustomPlot* plot) : QCPAbstractItem(plot) {}
    void add(const PlotMarker& marker);
    void clear() { m_markers.clear(); }
    [[nodiscard]] const std::vector<PlotMarker>& markers() const { return m_markers; }
    void setColors(const QColor& line, const QColor& label, const QColor& back, const QFont& font);
    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

protected:
    void draw(QCPPainter* painter) override;

private:
    void drawTicks(QCPPainter* painter) const;
    void drawLabels(QCPPainter* painter, const std::vector<std::pair<double, QString>>& labels) const;

    std::vector<PlotMarker> m_markers; ///< by x
    QColor m_line;
    QColor m_label;
    QColor m_back;
    QFont m_font;
};

/// Labels with separated thousands; whole steps only on the x axis.
class StepTicker : public QCPAxisTicker {
protected:
    double getTickStep(const QCPRange& range) override;
    QString getTickLabel(double tick, const QLocale& locale, QChar format, int precision) override;
};

class ValueTicker : public QCPAxisTicker {
protected:
    QString getTickLabel(double tick, const QLocale& locale, QChar format, int precision) override;
};

class LogValueTicker : public QCPAxisTickerLog {
protected:
    QString getTickLabel(double tick, const QLocale& locale, QChar format, int precision) override;
};

} // namespace fathom::widgets
