// SPDX-License-Identifier: GPL-3.0-or-later
// A matrix as colours around zero, of any size: it asks for no more cells than it has room for, and each of
// them is the element of greatest magnitude in its block, so that no extreme is lost at any zoom.
//
//   connect(map, &HeatMap::cellsWanted, this, [=](const HeatRegion& region) { … map->setCells(…); });
//   map->setExtent(4096, 1024);
//
// The wheel and + − zoom, dragging and the arrow keys move, 0 shows all.
#pragma once

#include "widgets/heat_cells.h"

#include <QImage>
#include <QWidget>

#include <optional>

namespace fathom::widgets {

class HeatMap : public QWidget {
    Q_OBJECT
public:
    explicit HeatMap(QWidget* parent = nullptr);

    /// Another matrix, shown as a whole. The colours reach from minus to plus the greatest finite magnitude.
    void setExtent(qint64 rows, qint64 columns);
    /// The answer to cellsWanted; an answer to an older question is drawn where it belongs.
    void setCells(HeatCells cells);
    void zoom(double factor, QPointF center);
    void showAll();
    [[nodiscard]] double limit() const { return m_limit; }
    /// What is drawn at this place of the widget.
    [[nodiscard]] std::optional<HeatPoint> pointAt(QPointF position) const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void cellsWanted(const fathom::widgets::HeatRegion& region);
    /// The pointer is over another cell.
    void pointed(const fathom::widgets::HeatPoint& point);
    /// It is over none any more.
    void left();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    [[nodiscard]] QRectF mapArea() const;
    void paintScale(QPainter* painter) const;
    void setView(QRectF view);
    void ask();
    void draw();
    [[nodiscard]] QRgb colorOf(double value) const;

    qint64 m_rows = 0;
    qint64 m_columns = 0;
    QRectF m_view; ///< what is in sight, in elements
    HeatRegion m_asked;
    HeatCells m_cells;
    QImage m_image; ///< one pixel a cell
    double m_limit = 0;
    bool m_hasNan = false;
    bool m_hasInfinity = false;
    QPointF m_dragFrom;
};

} // namespace fathom::widgets
