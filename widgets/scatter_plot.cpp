// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scatter_plot.h"

#include "widgets/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace fathom::widgets {

namespace {

constexpr double kMargin = 0.04;
constexpr double kMatrixMargin = 0.12; // room between the labels of neighbours
constexpr double kRadius = 3.5;

/// Items of one category lie beside each other, not on one another: a little apart, always at the same place.
double spread(const ScatterAxis& axis, std::size_t item) {
    const double place = axis.place(item);
    if (!axis.isCategorical()) return place;
    const double turn = static_cast<double>(item) * 0.6180339887498949; // the golden ratio fills evenly
    const double width = std::min(0.2 * axis.categoryWidth(), 0.06);    // within the margin
    return place + width * (turn - std::floor(turn) - 0.5);
}

double widestText(const std::vector<ScatterAxis::Tick>& ticks, const QFontMetricsF& metrics) {
    double width = 0;
    for (const auto& tick : ticks)
        width = std::max(width, metrics.horizontalAdvance(tick.text));
    return width;
}

} // namespace

ScatterPlot::ScatterPlot(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
}

void ScatterPlot::setAxes(std::vector<ScatterAxis> axes) {
    const std::size_t before = m_axes.empty() ? 0 : m_axes.front().size();
    m_axes = std::move(axes);
    const std::size_t items = m_axes.empty() ? 0 : m_axes.front().size();
    if (items != before || m_selected.size() != items) {
        m_selected.assign(items, false);
        m_hasSelection = false;
    }
    m_pointed = -1;
    forgetPicture();
}

void ScatterPlot::setColorAxis(ScatterAxis axis) {
    m_color = std::move(axis);
    forgetPicture();
}

void ScatterPlot::setTrend(bool isShown) {
    m_hasTrend = isShown;
    forgetPicture();
}

void ScatterPlot::setSelection(const std::vector<int>& items) {
    std::fill(m_selected.begin(), m_selected.end(), false);
    for (const int item : items)
        if (item >= 0 && static_cast<std::size_t>(item) < m_selected.size())
            m_selected[static_cast<std::size_t>(item)] = true;
    m_hasSelection = !items.empty();
    forgetPicture();
}

std::vector<int> ScatterPlot::selection() const {
    std::vector<int> items;
    for (std::size_t i = 0; i < m_selected.size(); ++i)
        if (m_selected[i]) items.push_back(static_cast<int>(i));
    return items;
}

void ScatterPlot::forgetPicture() {
    m_picture = {};
    update();
}

std::vector<ScatterPlot::Panel> ScatterPlot::panels(const QRectF& area, const QFontMetricsF& metrics) const {
    std::vector<Panel> result;
    if (m_axes.size() < 2) return result;
    const bool isMatrix = m_axes.size() > 2;
    const double line = metrics.height();
    double left = line + kGrid;
    for (std::size_t i = isMatrix ? 0 : 1; i < m_axes.size(); ++i)
        left = std::max(left, widestText(m_axes[i].ticks(isMatrix ? 3 : 6), metrics) + line + 2 * kGrid);
    left = std::min({left, area.width() / 3, 22 * metrics.averageCharWidth() + line});
    const QRectF inside = area.adjusted(left, kGrid, -kGrid, -(2 * line + kGrid));
    if (!isMatrix) return {{inside, 0, 1}};
    const std::size_t count = m_axes.size();
    const double width = inside.width() / static_cast<double>(count);
    const double height = inside.height() / static_cast<double>(count);
    for (std::size_t y = 0; y < count; ++y)
        for (std::size_t x = 0; x < count; ++x)
            result.push_back({QRectF(inside.left() + static_cast<double>(x) * width,
                                     inside.top() + static_cast<double>(y) * height, width - kGrid / 2.0,
                                     height - kGrid / 2.0),
                              x, y});
    return result;
}

/// Part of a panel around its points.
double ScatterPlot::margin() const {
    return m_axes.size() > 2 ? kMatrixMargin : kMargin;
}

QPointF ScatterPlot::point(const Panel& panel, std::size_t item) const {
    const double x = spread(m_axes[panel.x], item);
    const double y = spread(m_axes[panel.y], item);
    if (std::isnan(x) || std::isnan(y)) return {};
    const auto within = [this](double place) { return margin() + place * (1 - 2 * margin()); };
    return {panel.area.left() + within(x) * panel.area.width(),
            panel.area.bottom() - within(y) * panel.area.height()};
}

QPointF ScatterPlot::positionOf(std::size_t item, std::size_t panel) const {
    const auto all = panels(rect(), QFontMetricsF(captionFont(font())));
    return panel < all.size() ? point(all[panel], item) : QPointF();
}

bool ScatterPlot::isBright(std::size_t item) const {
    return !m_hasSelection || m_selected[item];
}

void ScatterPlot::drawPanel(QPainter* painter, const Panel& panel, const QPalette& palette) const {
    const Colors& c = colorsFor(palette);
    painter->setPen(QPen(c.border, 1));
    painter->setBrush(Qt::NoBrush);
    painter->drawRect(panel.area);
    if (panel.x == panel.y) {
        painter->setPen(c.text);
        painter->drawText(panel.area.adjusted(4, 0, -4, 0), Qt::AlignCenter | Qt::TextWrapAnywhere,
                          m_axes[panel.x].name());
        return;
    }
    drawTrend(painter, panel, palette);
    const double radius = m_axes.size() > 2 ? kRadius * 0.7 : kRadius;
    for (const bool bright : {false, true}) { // bright ones on top
        for (std::size_t item = 0; item < m_selected.size(); ++item) {
            const QPointF at = point(panel, item);
            if (at.isNull() || isBright(item) != bright) continue;
            QColor color = item < m_color.size() ? rampColor(m_color.place(item), c.dark) : c.accent;
            if (!bright) color = blend(c.surface, c.muted, 0.35);
            painter->setPen(QPen(blend(color, c.surface, 0.4), 0.7));
            painter->setBrush(color);
            painter->drawEllipse(at, radius, radius);
        }
    }
}

void ScatterPlot::drawTrend(QPainter* painter, const Panel& panel, const QPalette& palette) const {
    if (!m_hasTrend || m_axes[panel.x].isCategorical() || m_axes[panel.y].isCategorical()) return;
    double n = 0;
    double sx = 0;
    double sy = 0;
    double sxx = 0;
    double sxy = 0;
    for (std::size_t item = 0; item < m_selected.size(); ++item) {
        const QPointF at = isBright(item) ? point(panel, item) : QPointF();
        if (at.isNull()) continue;
        n += 1;
        sx += at.x();
        sy += at.y();
        sxx += at.x() * at.x();
        sxy += at.x() * at.y();
    }
    const double spread = n * sxx - sx * sx;
    if (n < 3 || !(spread > 1e-6 * n * n)) return;
    const double slope = (n * sxy - sx * sy) / spread;
    const double start = (sy - slope * sx) / n;
    painter->save();
    painter->setClipRect(panel.area);
    painter->setPen(QPen(colorsFor(palette).muted, 1, Qt::DashLine));
    painter->drawLine(QPointF(panel.area.left(), start + slope * panel.area.left()),
                      QPointF(panel.area.right(), start + slope * panel.area.right()));
    painter->restore();
}

/// Numbers along the left and the lower edge, names beside them.
void ScatterPlot::drawLabels(QPainter* painter, const QRectF& area, const Panel& panel,
                             const QPalette& palette) const {
    const Colors& c = colorsFor(palette);
    const QFontMetricsF metrics(painter->font());
    const bool isMatrix = m_axes.size() > 2;
    const auto along = [this](double start, double length, double place) {
        return start + (margin() + place * (1 - 2 * margin())) * length;
    };
    painter->setPen(c.muted);
    const QRectF& box = panel.area;
    if (panel.y + 1 == m_axes.size()) {
        const ScatterAxis& axis = m_axes[panel.x];
        const int most = std::clamp(static_cast<int>(box.width() / metrics.averageCharWidth() / 9), 2, 9);
        auto ticks = axis.ticks(isMatrix ? 3 : most);
        std::sort(ticks.begin(), ticks.end(), [](const auto& a, const auto& b) { return a.place < b.place; });
        const double room = box.width() / std::max(1.0, static_cast<double>(ticks.size())) - kGrid;
        double free = box.left() - kGrid;
        for (const auto& tick : ticks) {
            const QString text = metrics.elidedText(tick.text, Qt::ElideLeft, std::max(room, 3.0 * kGrid));
            const double width = metrics.horizontalAdvance(text);
            const double x = along(box.left(), box.width(), tick.place);
            const double left = std::clamp(x - width / 2, box.left() - kGrid / 2.0,
                                           std::max(box.left(), box.right() + kGrid / 2.0 - width));
            if (left < free) continue;
            painter->drawText(QPointF(left, box.bottom() + metrics.ascent() + 2), text);
            free = left + width + kGrid / 2.0;
        }
        if (!isMatrix)
            painter->drawText(
                QRectF(box.left(), area.bottom() - metrics.height(), box.width(), metrics.height()),
                Qt::AlignCenter, axis.name());
    }
    if (panel.x != 0) return;
    const ScatterAxis& axis = m_axes[panel.y];
    for (const auto& tick : axis.ticks(isMatrix ? 3 : 6)) {
        const double y = along(box.bottom(), -box.height(), tick.place);
        const QRectF room(area.left(), y - metrics.height() / 2, box.left() - area.left() - 4,
                          metrics.height());
        const double width = room.width() - (isMatrix ? 0 : metrics.height());
        painter->drawText(room, Qt::AlignRight | Qt::AlignVCenter,
                          metrics.elidedText(tick.text, Qt::ElideLeft, width));
    }
    if (isMatrix) return;
    painter->save();
    painter->translate(area.left() + metrics.ascent(), box.center().y());
    painter->rotate(-90);
    painter->drawText(QRectF(-box.height() / 2, -metrics.ascent(), box.height(), metrics.height()),
                      Qt::AlignCenter, axis.name());
    painter->restore();
}

void ScatterPlot::draw(QPainter* painter, const QRectF& area, const QPalette& palette) const {
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setFont(captionFont(font()));
    painter->fillRect(area, colorsFor(palette).surface);
    for (const Panel& panel : panels(area, QFontMetricsF(painter->font()))) {
        drawPanel(painter, panel, palette);
        drawLabels(painter, area, panel, palette);
    }
}

void ScatterPlot::paintEvent(QPaintEvent*) {
    const QSize pixels = size() * devicePixelRatioF();
    if (m_picture.size() != pixels) {
        m_picture = QPixmap(pixels);
        m_picture.setDevicePixelRatio(devicePixelRatioF());
        QPainter painter(&m_picture);
        draw(&painter, rect(), palette());
    }
    QPainter painter(this);
    painter.drawPixmap(0, 0, m_picture);
    const Colors& c = colorsFor(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_isDragging) {
        QColor fill = c.accent;
        fill.setAlphaF(0.15F);
        painter.setPen(QPen(c.accent, 1));
        painter.setBrush(fill);
        painter.drawRect(m_rectangle);
    }
    if (m_pointed >= 0) drawPointed(&painter);
    if (hasFocus()) {
        painter.setPen(QPen(c.accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void ScatterPlot::drawPointed(QPainter* painter) const {
    const auto all = panels(rect(), QFontMetricsF(captionFont(font())));
    if (m_panel >= all.size()) return;
    const Panel& panel = all[m_panel];
    const auto item = static_cast<std::size_t>(m_pointed);
    const QPointF at = point(panel, item);
    if (at.isNull()) return;
    const Colors& c = colorsFor(this);
    painter->setPen(QPen(c.text, 2));
    painter->setBrush(Qt::NoBrush);
    painter->drawEllipse(at, kRadius + 2, kRadius + 2);
    const QString text =
        m_names.value(m_pointed) + QStringLiteral("\n%1  %2\n%3  %4")
                                       .arg(m_axes[panel.x].name(), m_axes[panel.x].valueText(item),
                                            m_axes[panel.y].name(), m_axes[panel.y].valueText(item));
    painter->setFont(captionFont(font()));
    const QRectF wanted = painter->boundingRect(QRectF(0, 0, 1000, 200), Qt::AlignLeft, text);
    QRectF box(at + QPointF(12, 12), wanted.size() + QSizeF(2 * kGrid, kGrid));
    if (box.right() > width()) box.moveRight(std::max(at.x() - 12, box.width()));
    if (box.bottom() > height()) box.moveBottom(at.y() - 12);
    painter->setPen(QPen(c.border, 1));
    painter->setBrush(c.raised);
    painter->drawRoundedRect(box, 4, 4);
    painter->setPen(c.text);
    painter->drawText(box.adjusted(kGrid, kGrid / 2, -kGrid, -kGrid / 2), Qt::AlignLeft, text);
}

void ScatterPlot::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) forgetPicture();
    QWidget::changeEvent(event);
}

void ScatterPlot::point(QPointF position) {
    const auto all = panels(rect(), QFontMetricsF(captionFont(font())));
    int nearest = -1;
    double best = 14 * 14;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!all[i].area.contains(position) || all[i].x == all[i].y) continue;
        m_panel = i;
        for (std::size_t item = 0; item < m_selected.size(); ++item) {
            const QPointF away = point(all[i], item) - position;
            const double distance = QPointF::dotProduct(away, away);
            if (distance < best) {
                best = distance;
                nearest = static_cast<int>(item);
            }
        }
    }
    if (nearest == m_pointed) return;
    m_pointed = nearest;
    update();
}

void ScatterPlot::selectWithin(const QRectF& rectangle) {
    const auto all = panels(rect(), QFontMetricsF(captionFont(font())));
    std::vector<int> items;
    if (m_panel < all.size() && all[m_panel].x != all[m_panel].y)
        for (std::size_t item = 0; item < m_selected.size(); ++item) {
            const QPointF at = point(all[m_panel], item);
            if (!at.isNull() && rectangle.contains(at)) items.push_back(static_cast<int>(item));
        }
    setSelection(items);
    Q_EMIT selectionChanged(items);
}

void ScatterPlot::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    m_pressed = event->position();
    m_rectangle = QRectF(m_pressed, QSizeF());
    point(m_pressed);
    setFocus(Qt::MouseFocusReason);
}

void ScatterPlot::mouseMoveEvent(QMouseEvent* event) {
    if (!(event->buttons() & Qt::LeftButton)) return point(event->position());
    m_rectangle = QRectF(m_pressed, event->position()).normalized();
    m_isDragging = m_isDragging || (event->position() - m_pressed).manhattanLength() > 4;
    m_pointed = -1;
    update();
}

void ScatterPlot::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    if (m_isDragging)
        selectWithin(m_rectangle);
    else if (m_pointed >= 0)
        selectWithin(QRectF(positionOf(static_cast<std::size_t>(m_pointed), m_panel), QSizeF())
                         .adjusted(-1, -1, 1, 1));
    else
        selectWithin({});
    m_isDragging = false;
    update();
}

void ScatterPlot::mouseDoubleClickEvent(QMouseEvent*) {
    if (m_pointed >= 0) Q_EMIT itemActivated(m_pointed);
}

/// Left and right walk through the items in the order of x; Space takes one into the selection or out.
void ScatterPlot::keyPressEvent(QKeyEvent* event) {
    const auto all = panels(rect(), QFontMetricsF(captionFont(font())));
    if (m_panel >= all.size() || all[m_panel].x == all[m_panel].y) m_panel = all.size() > 1 ? 1 : 0;
    if (all.empty()) return QWidget::keyPressEvent(event);
    if (event->key() == Qt::Key_Escape && m_hasSelection) return selectWithin({});
    if (event->key() == Qt::Key_Return && m_pointed >= 0) {
        Q_EMIT itemActivated(m_pointed);
        return;
    }
    if (event->key() == Qt::Key_Space && m_pointed >= 0) {
        std::vector<int> items = selection();
        const auto found = std::find(items.begin(), items.end(), m_pointed);
        if (found == items.end())
            items.push_back(m_pointed);
        else
            items.erase(found);
        setSelection(items);
        Q_EMIT selectionChanged(selection());
        return;
    }
    if (event->key() != Qt::Key_Left && event->key() != Qt::Key_Right) return QWidget::keyPressEvent(event);
    std::vector<std::pair<double, int>> order;
    for (std::size_t item = 0; item < m_selected.size(); ++item)
        if (const QPointF at = point(all[m_panel], item); !at.isNull())
            order.emplace_back(at.x(), static_cast<int>(item));
    if (order.empty()) return;
    std::sort(order.begin(), order.end());
    auto here =
        std::find_if(order.begin(), order.end(), [&](const auto& one) { return one.second == m_pointed; });
    if (here == order.end())
        here = order.begin();
    else if (event->key() == Qt::Key_Right)
        here = std::next(here) == order.end() ? here : std::next(here);
    else if (here != order.begin())
        --here;
    m_pointed = here->second;
    update();
}

void ScatterPlot::leaveEvent(QEvent*) {
    if (m_pointed < 0) return;
    m_pointed = -1;
    update();
}

} // namespace fathom::widgets
