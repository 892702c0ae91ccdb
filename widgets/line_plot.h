// SPDX-License-Identifier: GPL-3.0-or-later
// A plot of a few named curves that grow while you look.
//
//   auto* plot = new LinePlot;
//   plot->setTitle(tr("Loss"));
//   const int loss = plot->addCurve({.name = tr("train")});
//   plot->append(loss, points);                        // any number, as often as they come
//
// Wheel zooms, drag pans, double-click shows everything again; arrows, +, − and Home do the same. While the
// newest point is in sight the view follows it. Cost follows pixels, and no spike is hidden (see
// CurveData::polyline).
#pragma once

#include <QPointF>
#include <QString>
#include <QStringList>
#include <QWidget>

#include <memory>
#include <span>

namespace fathom::widgets {

struct CurveSpec {
    QString name{};
    bool markers = false; ///< a dot on each point: for few points, as validation gives
    bool faint = false;   ///< drawn thin and pale, behind the others
};

/// A vertical line at something that happened.
struct PlotMarker {
    double x = 0;
    QString label{};    ///< a word or two, written at the line where there is room
    QString text{};     ///< said where the mouse is near
    bool minor = false; ///< only a tick at the bottom: for what happens often
};

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

    /// Index of the new curve; colours come from the theme's cycle.
    int addCurve(const CurveSpec& spec);
    [[nodiscard]] int curveCount() const;
    void append(int curve, std::span<const QPointF> points);
    [[nodiscard]] std::size_t pointCount(int curve) const;
    /// Does not change what part of x is shown; includeX() does.
    void addMarker(const PlotMarker& marker);
    [[nodiscard]] std::size_t markerCount() const;
    /// Texts of the marks that the mouse would be near at this x of the plot, first to last.
    [[nodiscard]] QStringList markerTextsNear(double x) const;
    /// Removes every curve and mark, and shows everything that comes.
    void clearCurves();

    void setLogarithmic(bool on);
    [[nodiscard]] bool isLogarithmic() const;
    /// Showing all points also shows this much of x, so that plots side by side share their axis. Removed by
    /// clearCurves().
    void includeX(double from, double to);
    /// Show all points, and follow.
    void resetView();
    /// True while the newest point stays in sight by itself.
    [[nodiscard]] bool isFollowing() const;
    [[nodiscard]] std::pair<double, double> xRange() const;
    [[nodiscard]] std::pair<double, double> yRange() const;
    void setXRange(double from, double to);
    /// Redraws now, without waiting for the next tick.
    void redraw();
    /// How often it was drawn, for tests.
    [[nodiscard]] int drawCount() const;

    [[nodiscard]] QSize sizeHint() const override { return {480, 240}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 120}; }

Q_SIGNALS:
    void viewChanged();

protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace fathom::widgets
