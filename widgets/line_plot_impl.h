// SPDX-License-Identifier: GPL-3.0-or-later
// The inside of LinePlot, in four files: line_plot.cpp (curves, building, colours), line_plot_view.cpp (what
// is shown: fitting, zooming, scales), line_plot_input.cpp (mouse, keys, menu), line_plot_readout.cpp
// (legend, cursor, highlight).
#pragma once

#include "widgets/line_plot.h"
#include "widgets/line_plot_items.h"
#include "widgets/plot_annotations.h"
#include "widgets/plot_edge_marks.h"
#include "widgets/plot_header.h"
#include "widgets/plot_link.h"
#include "widgets/plot_panel.h"
#include "widgets/theme.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QToolButton>

namespace fathom::widgets {

struct LinePlot::Impl {
    struct View {
        QCPRange x{};
        QCPRange y{};
        bool autoX = true;
        bool autoY = true;
    };
    struct Reading { ///< of one curve at one place
        int curve = 0;
        bool read = false;
        double x = 0;
        double y = std::numeric_limits<double>::quiet_NaN();
        std::optional<double> raw{};
    };
    enum class Drag { None, Pan, Box };

    LinePlot* self = nullptr;
    PlotHeader* header = nullptr;
    QToolButton* scaleButton = nullptr;
    QCustomPlot* plot = nullptr;
    QCPItemText* emptyItem = nullptr;
    CurvesPlottable* drawn = nullptr;
    CursorItem* cursor = nullptr;
    MarkersItem* markers = nullptr;
    AnnotationsItem* notes = nullptr;
    EdgeMarksItem* edgeMarks = nullptr;
    PanelItem* panel = nullptr;
    PlotScales scales;
    PlotCurves curves; // addresses stay: the plottable refers to them
    QPointer<PlotLink> link;
    QString unit;
    QString xLabel;
    QTimer timer;
    bool dirty = true;
    int draws = 0;

    // What is shown, in drawn coordinates.
    bool autoX = true;
    bool autoY = true;
    bool clipOutliers = false;
    MinMax extraX; ///< values shown beside the points, see includeX
    std::vector<View> undo;
    QElapsedTimer sinceZoom; ///< zooms that follow each other closely are undone together

    bool boxZoom = false;
    Drag drag = Drag::None;
    QPoint dragFrom;
    View dragView;

    bool hovering = false; ///< the mouse is over this plot
    QPoint hoverAt;
    std::optional<double> cursorX; ///< a value of x: under the mouse, here or in a linked plot
    int hovered = -1;              ///< curve
    qint64 group = -1;             ///< highlighted
    QTimer hoverTimer;
    bool hoverHighlights = false; ///< the highlight is the mouse's
    QTimer countTimer;
    std::size_t counted = 0; ///< curves whose points outside were counted
    Outside outside;
    int single = -1; ///< highlighted curve, where it has no group

    // line_plot.cpp
    void build();
    void buildHeader(QLayout* layout);
    void buildAxes();
    void applyColors();
    void colorCurves();
    void markDirty();
    void redraw();
    [[nodiscard]] bool empty() const;
    [[nodiscard]] PlotCurve& at(int curve) { return *curves[static_cast<std::size_t>(curve)]; }
    void noteRaw();

    // line_plot_view.cpp
    [[nodiscard]] MinMax ownX() const;
    [[nodiscard]] MinMax dataX() const;
    [[nodiscard]] double drawnEnd() const;
    void pointsChanged(bool sticking, double before);
    void fitX();
    void fitY();
    [[nodiscard]] QCPRange clipped(const QCPRange& full) const;
    void updateThreshold(PlotAxis axis);
    void setScale(PlotAxis axis, PlotScale scale);
    void labelAxes();
    [[nodiscard]] View view() const;
    void remember();
    void show(const View& view);
    void xChanged();
    void zoom(double factor, double centre, bool vertical);
    void zoomInto(const QRect& box);
    void pan(double fraction);
    void linkRangeChanged();

    // line_plot_input.cpp
    bool mouse(QMouseEvent* event);
    void press(QMouseEvent* event);
    void move(QMouseEvent* event);
    void release(QMouseEvent* event);
    void wheel(QWheelEvent* event);
    bool key(QKeyEvent* event);
    void menu(const QPoint& global, const QPoint& position);
    void scaleMenu(QMenu* menu, PlotAxis axis);

    // line_plot_readout.cpp
    [[nodiscard]] std::vector<Reading> readings(std::optional<double> place) const;
    [[nodiscard]] bool covers(const PlotCurve& curve, double place) const;
    void updateLegend();
    void updatePanel(std::vector<Reading> all, double place);
    [[nodiscard]] std::size_t linesWithRoom() const;
    void startCounting();
    void countOutside();
    void copyValues(double x) const;
    void hover(const QPoint& position);
    void leave();
    void stepCursor(int direction);
    void setCursor(std::optional<double> x);
    [[nodiscard]] double placeNear(double x) const;
    [[nodiscard]] int curveNear(const QPoint& position) const;
    void setHovered(int curve);
    void highlightHovered();
    [[nodiscard]] bool anyHighlight() const;
    void applyHighlight();
    [[nodiscard]] bool isHighlighted(const PlotCurve& curve) const;
};

} // namespace fathom::widgets
