// SPDX-License-Identifier: GPL-3.0-or-later
// Points of one quantity against another, or of several in a matrix. A rectangle drawn with the mouse
// selects; the pointer shows the nearest.
//
//   plot->setAxes({rate, metric});                      // two: a plot; more: each against each
//   connect(plot, &ScatterPlot::selectionChanged, …);
#pragma once

#include "widgets/scatter_plot_axis.h"

#include <QPixmap>
#include <QWidget>

#include <vector>

namespace fathom::widgets {

class ScatterPlot : public QWidget {
    Q_OBJECT
public:
    explicit ScatterPlot(QWidget* parent = nullptr);

    /// Of equal size. Two: the first is x. More: a matrix. Forgets the selection where the number of items
    /// changes.
    void setAxes(std::vector<ScatterAxis> axes);
    [[nodiscard]] const std::vector<ScatterAxis>& axes() const { return m_axes; }
    /// Colours the points; its size may be 0 for one colour.
    void setColorAxis(ScatterAxis axis);
    /// What the pointer's label calls an item.
    void setNames(QStringList names) { m_names = std::move(names); }
    /// A least-squares line through the places of a plot of two numeric axes; on by default.
    void setTrend(bool isShown);
    /// Items that stay bright; none: all do.
    void setSelection(const std::vector<int>& items);
    [[nodiscard]] std::vector<int> selection() const;
    /// Draws all of it, without what the pointer is over.
    void draw(QPainter* painter, const QRectF& area, const QPalette& palette) const;
    /// Where an item lies in a panel (0 for a plot of two), in the widget; a null point where it is not
    /// shown.
    [[nodiscard]] QPointF positionOf(std::size_t item, std::size_t panel = 0) const;

    [[nodiscard]] QSize sizeHint() const override { return {640, 420}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 140}; }

Q_SIGNALS:
    void selectionChanged(const std::vector<int>& items);
    void itemActivated(int item);

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
    struct Panel {
        QRectF area{};
        std::size_t x = 0;
        std::size_t y = 0;
    };
    [[nodiscard]] std::vector<Panel> panels(const QRectF& area, const QFontMetricsF& metrics) const;
    [[nodiscard]] double margin() const;
    [[nodiscard]] QPointF point(const Panel& panel, std::size_t item) const;
    [[nodiscard]] bool isBright(std::size_t item) const;
    void drawPanel(QPainter* painter, const Panel& panel, const QPalette& palette) const;
    void drawTrend(QPainter* painter, const Panel& panel, const QPalette& palette) const;
    void drawLabels(QPainter* painter, const QRectF& area, const Panel& panel, const QPalette& palette) const;
    void drawPointed(QPainter* painter) const;
    void point(QPointF position);
    void selectWithin(const QRectF& rectangle);
    void forgetPicture();

    std::vector<ScatterAxis> m_axes;
    ScatterAxis m_color;
    QStringList m_names;
    std::vector<bool> m_selected;
    bool m_hasSelection = false;
    bool m_hasTrend = true;
    QPixmap m_picture; ///< all but pointer and rectangle
    int m_pointed = -1;
    std::size_t m_panel = 0; ///< under the pointer, or of the rectangle
    QPointF m_pressed;
    QRectF m_rectangle;
    bool m_isDragging = false;
};

} // namespace fathom::widgets
