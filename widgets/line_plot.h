// SPDX-License-Identifier: GPL-3.0-or-later
// A plot of any number of named curves that grow while you look.
//
//   auto* plot = new LinePlot;
//   plot->setTitle(tr("Loss"));
//   const int loss = plot->addCurve({.name = tr("train")});
//   plot->append(loss, points);                        // any number, as often as they come
//
// Wheel zooms x, with Ctrl y; drag pans; Shift+drag zooms into a box; Backspace goes back one zoom and
// double-click shows everything again. Arrows, +, −, Home, L (scale of y), X (scale of x), O (clip outliers),
// Z (drag zooms) and the menu do the same; Shift+arrow moves the cursor from point to point. While the newest
// point is in sight the view follows it.
//
// Cost follows pixels: each column of pixels shows the least to the greatest value in it, so that no spike is
// hidden at any zoom (see PlotRaster). What cannot be drawn - NaN, infinities, values beyond a clipped axis,
// zero on a logarithmic one - is marked at the edge. Lives in the GUI thread.
#pragma once

#include "widgets/curve_data.h"
#include "widgets/plot_figure.h"
#include "widgets/plot_scale.h"

#include <QColor>
#include <QPointF>
#include <QPointer>
#include <QString>
#include <QStringList>
#include <QWidget>

#include <memory>
#include <optional>
#include <span>

class QMenu;

namespace fathom::widgets {

class PlotLink;

enum class CurveDash { Cycle, Solid, Dash, Dot, DashDot };
/// `round`: of the cycle of colours, for Cycle.
[[nodiscard]] Qt::PenStyle penStyle(CurveDash dash, std::size_t round = 0);

struct CurveSpec {
    QString name{};
    bool markers = false;              ///< a dot on each point: for few points, as validation gives
    bool faint = false;                ///< drawn thin and pale, behind the others
    bool dimmed = false;               ///< superseded: paler still, and left out of legend and read-out
    QColor color{};                    ///< invalid: the theme's cycle
    CurveDash dash = CurveDash::Cycle; ///< Cycle: solid while the cycle of colours is new
    /// Curves of one group are highlighted together, in all linked plots: also where the mouse rests on one.
    qint64 group = -1;
    /// Index of the curve whose smoothed form this is. That one is drawn faint, and its value is read out in
    /// brackets behind this one's.
    int raw = -1;
};

/// A vertical line at something that happened.
struct PlotMarker {
    double x = 0;
    QString label{};    ///< a word or two, written at the line where there is room
    QString text{};     ///< said where the mouse is near
    bool minor = false; ///< only a tick at the bottom: for what happens often
};

/// A note that somebody wrote on the plot.
struct PlotAnnotation {
    qint64 id = 0;
    double x = 0;
    std::optional<double> y{}; ///< without one it belongs to x alone
    QString text{};
};

enum class PlotAxis { X, Y };

class LinePlot : public QWidget {
    Q_OBJECT
public:
    explicit LinePlot(QWidget* parent = nullptr);
    ~LinePlot() override;

    void setTitle(const QString& title);
    [[nodiscard]] QString title() const;
    /// Unit of the values, shown behind the title: "samples/s".
    void setUnit(const QString& unit);
    void setXLabel(const QString& label);
    /// What to say while there are no points.
    void setEmptyText(const QString& text);
    /// What the numbers of x are, for labels and read-out; the values come as they are. At first Step.
    void setXKind(AxisKind kind);
    [[nodiscard]] AxisKind xKind() const;

    /// Index of the new curve.
    int addCurve(const CurveSpec& spec);
    void setCurve(int curve, const CurveSpec& spec);
    [[nodiscard]] const CurveSpec& curve(int curve) const;
    /// The colour it is drawn in, of its own or of the cycle.
    [[nodiscard]] QColor curveColor(int curve) const;
    [[nodiscard]] int curveCount() const;
    void setCurveVisible(int curve, bool visible);
    [[nodiscard]] bool isCurveVisible(int curve) const;
    void append(int curve, std::span<const QPointF> points);
    /// Replaces its points. `x` ascends, is as long as `y`, and may be shared between curves.
    void setPoints(int curve, SharedX x, std::span<const double> y);
    [[nodiscard]] std::size_t pointCount(int curve) const;
    /// All its points. Valid until the curve changes.
    [[nodiscard]] const CurveData& points(int curve) const;
    /// Fills between two lines behind the curve: mean ± deviation. Empty spans remove the band.
    void setBand(int curve, SharedX x, std::span<const double> lower, std::span<const double> upper);
    /// Does not change what part of x is shown; includeX() does.
    void addMarker(const PlotMarker& marker);
    void clearMarkers();
    [[nodiscard]] std::size_t markerCount() const;
    /// Texts of the marks that the mouse would be near at this x of the plot, first to last.
    [[nodiscard]] QStringList markerTextsNear(double x) const;
    void setAnnotations(const std::vector<PlotAnnotation>& annotations);
    [[nodiscard]] const std::vector<PlotAnnotation>& annotations() const;
    /// Removes every curve and mark, and shows everything that comes.
    void clearCurves();

    /// The others fade; −1: none. Its whole group is highlighted, here and in linked plots.
    void setHighlighted(int curve);
    /// A curve of the highlighted group, or −1.
    [[nodiscard]] int highlighted() const;
    /// The lines beside the cursor, nearest to the mouse first; empty where the legend says it all.
    [[nodiscard]] QStringList readOut() const;
    /// What the marks at the edges say that are near there, in pixels of this widget: "3 × NaN: train_loss".
    [[nodiscard]] QStringList edgeTextsNear(const QPoint& position) const;
    /// Points in sight of x that the clipped axis leaves out; nullopt while they are being counted.
    [[nodiscard]] std::optional<Outside> outside() const;
    /// Shares zoom, cursor and highlight with the other plots of the link; null ends it.
    void setLink(PlotLink* link);

    void setScale(PlotAxis axis, PlotScale scale);
    [[nodiscard]] PlotScale scale(PlotAxis axis) const;
    void setLogarithmic(bool on) { setScale(PlotAxis::Y, on ? PlotScale::Log : PlotScale::Linear); }
    [[nodiscard]] bool isLogarithmic() const { return scale(PlotAxis::Y) == PlotScale::Log; }
    /// Fits y to most of the points; those outside are counted at the edge.
    void setClipOutliers(bool on);
    [[nodiscard]] bool clipsOutliers() const;
    /// Showing all points also shows this much of x, so that plots side by side share their axis. Removed by
    /// clearCurves().
    void includeX(double from, double to);
    /// Show all points, and follow.
    void resetView();
    /// Back to what was shown before the last zoom or pan; false when there is none.
    bool undoZoom();
    /// Dragging zooms into a box instead of panning.
    void setBoxZoom(bool on);
    [[nodiscard]] bool boxZoom() const;
    /// True while the newest point stays in sight by itself.
    [[nodiscard]] bool isFollowing() const;
    [[nodiscard]] std::pair<double, double> xRange() const;
    [[nodiscard]] std::pair<double, double> yRange() const;
    void setXRange(double from, double to);
    void setYRange(double from, double to);
    /// Redraws now, without waiting for the next tick.
    void redraw();
    /// How often it was drawn, for tests.
    [[nodiscard]] int drawCount() const;
    /// Where a point of the plot is, in pixels of this widget.
    [[nodiscard]] QPointF pixelOf(double x, double y) const;

    /// What is on the screen, for export. It refers to the plot's points: valid until a curve changes.
    [[nodiscard]] Figure figure() const;
    /// The same in the colours of a theme that need not be the window's.
    [[nodiscard]] Figure figureIn(const Colors& colors) const;
    /// Draws figure() into (0, 0) to `size`.
    void drawFigure(QPainter& painter, const QSizeF& size, const FigureOptions& options = {}) const;

    /// Shows the widget at the right of the title; the plot takes it.
    void addHeaderWidget(QWidget* widget);

    [[nodiscard]] QSize sizeHint() const override { return {480, 240}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 120}; }

Q_SIGNALS:
    /// Of ranges or scales.
    void viewChanged();
    /// The mouse came near a curve; −1: near none.
    void curveHovered(int curve);
    void curveClicked(int curve);
    /// The user wants to write a note there.
    void annotationRequested(double x, double y);
    /// The user clicked one.
    void annotationActivated(qint64 id);
    /// Before the context menu is shown: whoever listens may add to it.
    void contextMenuOpened(QMenu* menu);

protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace fathom::widgets
