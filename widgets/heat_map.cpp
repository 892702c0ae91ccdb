// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heat_map.h"

#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QKeyEvent>
#include <QPainter>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace fathom::widgets {

namespace {

constexpr double kMostCellPixels = 32; // a small matrix is not stretched into posters
constexpr double kLeastCellPixels = 2; // of what stands for several: smaller is not seen
constexpr double kZoomStep = 1.25;

struct Diverging {
    QColor negative;
    QColor zero;
    QColor positive;
    QColor nan;
    QColor infinity;
};

/// Blue and orange are told apart with every kind of colour blindness; zero is near the surface, so that
/// what deviates stands out in both themes.
const Diverging& divergingFor(const Colors& colors) {
    static const Diverging light{QColor(0x08, 0x4C, 0x94), QColor(0xF4, 0xF4, 0xF2), QColor(0xB4, 0x46, 0x04),
                                 QColor(0xD0, 0x1F, 0xC3), QColor(0x1E, 0x8E, 0x3E)};
    static const Diverging dark{QColor(0x5C, 0xB4, 0xFF), QColor(0x22, 0x26, 0x2B), QColor(0xFF, 0x9A, 0x45),
                                QColor(0xFF, 0x5C, 0xF1), QColor(0x6B, 0xE5, 0x7A)};
    return colors.dark ? dark : light;
}

} // namespace

HeatMap::HeatMap(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Heat map"));
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

QSize HeatMap::sizeHint() const {
    return {50 * kGrid, 30 * kGrid};
}

QSize HeatMap::minimumSizeHint() const {
    return {20 * kGrid, 2 * kGrid + 2 * fontMetrics().height()};
}

void HeatMap::setExtent(qint64 rows, qint64 columns) {
    m_rows = rows;
    m_columns = columns;
    m_limit = 0;
    m_hasNan = m_hasInfinity = false;
    m_cells = {};
    m_image = {};
    m_asked = {};
    m_view = {};
    showAll();
    update();
}

void HeatMap::showAll() {
    setView(QRectF(0, 0, static_cast<double>(m_columns), static_cast<double>(m_rows)));
}

QRectF HeatMap::mapArea() const {
    const int scale = fontMetrics().height() + 2 * kGrid;
    const QRectF room = QRectF(rect()).adjusted(0, 0, 0, -scale);
    return {0, 0, std::min(room.width(), m_view.width() * kMostCellPixels),
            std::min(std::max(1.0, room.height()), m_view.height() * kMostCellPixels)};
}

void HeatMap::setView(QRectF view) {
    if (m_rows <= 0 || m_columns <= 0) return;
    const auto clampSide = [](double& start, double& length, double extent) {
        length = std::clamp(length, std::min(4.0, extent), extent);
        start = std::clamp(start, 0.0, extent - length);
    };
    double left = view.left();
    double top = view.top();
    double width = view.width();
    double height = view.height();
    clampSide(left, width, static_cast<double>(m_columns));
    clampSide(top, height, static_cast<double>(m_rows));
    m_view = {left, top, width, height};
    ask();
    update();
}

void HeatMap::ask() {
    const QRectF area = mapArea();
    if (area.width() < 1 || area.height() < 1 || m_view.isEmpty()) return;
    HeatRegion region;
    region.row = static_cast<qint64>(std::floor(m_view.top()));
    region.column = static_cast<qint64>(std::floor(m_view.left()));
    region.rows = std::min(m_rows, static_cast<qint64>(std::ceil(m_view.bottom()))) - region.row;
    region.columns = std::min(m_columns, static_cast<qint64>(std::ceil(m_view.right()))) - region.column;
    const auto cellsFor = [](qint64 elements, double pixels) {
        if (static_cast<double>(elements) <= pixels) return static_cast<int>(elements);
        return std::max(1, static_cast<int>(pixels / kLeastCellPixels));
    };
    region.gridRows = cellsFor(region.rows, area.height());
    region.gridColumns = cellsFor(region.columns, area.width());
    if (region == m_asked) return;
    m_asked = region;
    Q_EMIT cellsWanted(region);
}

void HeatMap::setCells(HeatCells cells) {
    m_cells = std::move(cells);
    const bool isWhole = m_cells.region.rows == m_rows && m_cells.region.columns == m_columns;
    double greatest = 0;
    for (const HeatCell& cell : m_cells.cells) {
        m_hasNan = m_hasNan || std::isnan(cell.value);
        m_hasInfinity = m_hasInfinity || std::isinf(cell.value);
        if (std::isfinite(cell.value)) greatest = std::max(greatest, std::abs(cell.value));
    }
    if (isWhole || m_limit == 0) m_limit = greatest;
    setAccessibleDescription(
        tr("%1 × %2 values, from −%3 to %3").arg(m_rows).arg(m_columns).arg(formatNumber(m_limit)));
    draw();
    update();
}

QRgb HeatMap::colorOf(double value) const {
    const Diverging& colors = divergingFor(colorsFor(this));
    if (std::isnan(value)) return colors.nan.rgb();
    if (std::isinf(value)) return colors.infinity.rgb();
    const double part = m_limit > 0 ? std::clamp(std::abs(value) / m_limit, 0.0, 1.0) : 0.0;
    return blend(colors.zero, value < 0 ? colors.negative : colors.positive, part).rgb();
}

void HeatMap::draw() {
    const HeatRegion& region = m_cells.region;
    if (m_cells.cells.empty()) return;
    m_image = QImage(region.gridColumns, region.gridRows, QImage::Format_RGB32);
    std::size_t next = 0;
    for (int row = 0; row < region.gridRows; ++row) {
        auto* const line = reinterpret_cast<QRgb*>(m_image.scanLine(row));
        for (int column = 0; column < region.gridColumns; ++column)
            line[column] = colorOf(m_cells.cells[next++].value);
    }
}

void HeatMap::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRectF area = mapArea();
    if (m_image.isNull() || m_view.isEmpty()) return;
    const HeatRegion& region = m_cells.region;
    const double across = area.width() / m_view.width();
    const double down = area.height() / m_view.height();
    const QRectF target(area.left() + (static_cast<double>(region.column) - m_view.left()) * across,
                        area.top() + (static_cast<double>(region.row) - m_view.top()) * down,
                        static_cast<double>(region.columns) * across,
                        static_cast<double>(region.rows) * down);
    painter.setClipRect(area);
    painter.drawImage(target, m_image);
    painter.setClipping(false);
    if (hasFocus()) {
        painter.setPen(colorsFor(this).accent);
        painter.drawRect(area.adjusted(0, 0, -1, -1));
    }
    paintScale(&painter);
}

void HeatMap::paintScale(QPainter* painter) const {
    const Colors& colors = colorsFor(this);
    const int height = fontMetrics().height();
    const int top = rect().bottom() - height + 1;
    int left = 0;
    const auto text = [&](const QString& words) {
        const int width = fontMetrics().horizontalAdvance(words);
        painter->setPen(colors.muted);
        painter->drawText(QRect(left, top, width + 1, height), Qt::AlignLeft | Qt::AlignVCenter, words);
        left += width + kGrid;
    };
    const auto swatch = [&](const QColor& color, const QString& words) {
        left += kGrid;
        painter->fillRect(QRect(left, top + height / 4, height / 2, height / 2), color);
        left += height / 2 + kGrid / 2;
        text(words);
    };
    text(QStringLiteral("−") + formatNumber(m_limit));
    const int width = 16 * kGrid;
    for (int x = 0; x < width; ++x) {
        const double value = (2.0 * x / (width - 1) - 1) * m_limit;
        painter->fillRect(QRect(left + x, top + height / 4, 1, height / 2), QColor(colorOf(value)));
    }
    left += width + kGrid;
    text(formatNumber(m_limit));
    const Diverging& diverging = divergingFor(colors);
    if (m_hasNan) swatch(diverging.nan, QStringLiteral("NaN"));
    if (m_hasInfinity) swatch(diverging.infinity, tr("infinite"));
}

std::optional<HeatPoint> HeatMap::pointAt(QPointF position) const {
    const QRectF area = mapArea();
    const HeatRegion& region = m_cells.region;
    if (m_cells.cells.empty() || !area.contains(position)) return std::nullopt;
    const double column = m_view.left() + (position.x() - area.left()) / area.width() * m_view.width();
    const double row = m_view.top() + (position.y() - area.top()) / area.height() * m_view.height();
    const double x = (column - static_cast<double>(region.column)) / static_cast<double>(region.columns);
    const double y = (row - static_cast<double>(region.row)) / static_cast<double>(region.rows);
    if (x < 0 || y < 0 || x >= 1 || y >= 1) return std::nullopt;
    const int gridColumn = std::min(region.gridColumns - 1, static_cast<int>(x * region.gridColumns));
    const int gridRow = std::min(region.gridRows - 1, static_cast<int>(y * region.gridRows));
    const auto [rowFirst, rowEnd] = region.rowsOf(gridRow);
    const auto [columnFirst, columnEnd] = region.columnsOf(gridColumn);
    const auto index = static_cast<std::size_t>(gridRow) * static_cast<std::size_t>(region.gridColumns) +
                       static_cast<std::size_t>(gridColumn);
    return HeatPoint{m_cells.cells[index], rowEnd - rowFirst, columnEnd - columnFirst};
}

void HeatMap::zoom(double factor, QPointF center) {
    const QRectF area = mapArea();
    if (area.isEmpty()) return;
    const double x = std::clamp((center.x() - area.left()) / area.width(), 0.0, 1.0);
    const double y = std::clamp((center.y() - area.top()) / area.height(), 0.0, 1.0);
    const QPointF fixed(m_view.left() + x * m_view.width(), m_view.top() + y * m_view.height());
    const QSizeF size = m_view.size() / factor;
    setView({fixed.x() - x * size.width(), fixed.y() - y * size.height(), size.width(), size.height()});
}

void HeatMap::resizeEvent(QResizeEvent*) {
    ask();
}

void HeatMap::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) draw();
}

void HeatMap::wheelEvent(QWheelEvent* event) {
    const int turn = event->angleDelta().y();
    if (turn != 0) zoom(turn > 0 ? kZoomStep : 1 / kZoomStep, event->position());
    event->accept();
}

void HeatMap::keyPressEvent(QKeyEvent* event) {
    const QPointF middle = mapArea().center();
    const double across = m_view.width() / 8;
    const double down = m_view.height() / 8;
    switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return zoom(kZoomStep, middle);
    case Qt::Key_Minus:
        return zoom(1 / kZoomStep, middle);
    case Qt::Key_0:
        return showAll();
    case Qt::Key_Left:
        return setView(m_view.translated(-across, 0));
    case Qt::Key_Right:
        return setView(m_view.translated(across, 0));
    case Qt::Key_Up:
        return setView(m_view.translated(0, -down));
    case Qt::Key_Down:
        return setView(m_view.translated(0, down));
    default:
        QWidget::keyPressEvent(event);
    }
}

void HeatMap::mousePressEvent(QMouseEvent* event) {
    m_dragFrom = event->position();
}

void HeatMap::mouseMoveEvent(QMouseEvent* event) {
    const QRectF area = mapArea();
    if (event->buttons() & Qt::LeftButton && !area.isEmpty()) {
        const QPointF moved = event->position() - m_dragFrom;
        m_dragFrom = event->position();
        setCursor(Qt::ClosedHandCursor);
        setView(m_view.translated(-moved.x() / area.width() * m_view.width(),
                                  -moved.y() / area.height() * m_view.height()));
        return;
    }
    if (const auto point = pointAt(event->position()))
        Q_EMIT pointed(*point);
    else
        Q_EMIT left();
}

void HeatMap::mouseReleaseEvent(QMouseEvent*) {
    unsetCursor();
}

void HeatMap::leaveEvent(QEvent*) {
    Q_EMIT left();
}

} // namespace fathom::widgets
