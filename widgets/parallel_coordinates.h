// SPDX-License-Identifier: GPL-3.0-or-later
// Each item as a line across parallel axes. A range drawn along an axis selects the lines that pass it;
// several ranges select what passes all of them.
//
//   plot->setAxes({rate, batch, metric});       // the last one colours
//   connect(plot, &ParallelCoordinates::selectionChanged, …);
//
// A double click on a name, or L on the current axis, makes it logarithmic, F turns it round, a drag of the
// name moves it; ← → choose the current axis, ↑ ↓ move its range, Delete takes the range away.
#pragma once

#include "widgets/scatter_plot_axis.h"

#include <QPixmap>
#include <QWidget>

#include <optional>
#include <vector>

namespace fathom::widgets {

class ParallelCoordinates : public QWidget {
    Q_OBJECT
public:
    explicit ParallelCoordinates(QWidget* parent = nullptr);

    /// Of equal size; the last one gives the colours. Forgets ranges and selection.
    void setAxes(std::vector<ScatterAxis> axes);
    /// As they are arranged, with what the user made of them.
    [[nodiscard]] const std::vector<ScatterAxis>& axes() const { return m_axes; }
    void setNames(QStringList names) { m_names = std::move(names); }
    /// Selects what passes from `from` to `to` (0…1 along the axis, from below); nothing takes the range
    /// away.
    void setRange(std::size_t axis, std::optional<std::pair<double, double>> range);
    /// What passes all ranges; empty without a range.
    [[nodiscard]] std::vector<int> selection() const;
    void setLogarithmic(std::size_t axis, bool logarithmic);
    void setFlipped(std::size_t axis, bool flipped);
    [[nodiscard]] int currentAxis() const { return m_current; }
    /// Draws all of it, without what the pointer is over.
    void draw(QPainter* painter, const QRectF& area, const QPalette& palette) const;

    [[nodiscard]] QSize sizeHint() const override { return {720, 420}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {240, 160}; }

Q_SIGNALS:
    void selectionChanged(const std::vector<int>& items);
    void itemActivated(int item);
    /// Another axis became the current one, or was changed.
    void currentAxisChanged(int axis);

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    using Range = std::pair<double, double>;
    enum class Drag { None, Range, Name };
    /// Where the axes stand; missing values pass below them.
    struct Frame {
        QRectF area{};
        double missing = 0; ///< y of missing values
    };
    [[nodiscard]] Frame frame(const QRectF& area, const QFontMetricsF& metrics) const;
    [[nodiscard]] double axisX(const Frame& frame, std::size_t axis) const;
    [[nodiscard]] QPointF point(const Frame& frame, std::size_t axis, std::size_t item) const;
    [[nodiscard]] bool passes(std::size_t item) const;
    [[nodiscard]] std::size_t axisAt(double x) const;
    void drawAxis(QPainter* painter, const Frame& frame, std::size_t axis, const QPalette& palette) const;
    void drawLines(QPainter* painter, const Frame& frame, const QPalette& palette) const;
    void drawPointed(QPainter* painter) const;
    void pointAt(QPointF position);
    void moveRange(double by);
    void setCurrent(int axis);
    void changed();

    std::vector<ScatterAxis> m_axes;
    std::vector<std::optional<Range>> m_ranges;
    QStringList m_names;
    QPixmap m_picture; ///< all but pointer and focus
    int m_current = 0;
    int m_pointed = -1;
    Drag m_drag = Drag::None;
    QPointF m_pressed;
};

} // namespace fathom::widgets
