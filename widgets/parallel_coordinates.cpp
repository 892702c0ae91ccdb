// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/parallel_coordinates.h"

#include "widgets/theme.h"
#include "widgets/thin_lines.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPaintEngine>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace fathom::widgets {

namespace {

/// Distance of a point from a segment.
double distance(QPointF a, QPointF b, QPointF p) {
    const QPointF along = b - a;
    const double length = QPointF::dotProduct(along, along);
    const double t = length > 0 ? std::clamp(QPointF::dotProduct(p - a, along) / length, 0.0, 1.0) : 0;
    const QPointF away = a + t * along - p;
    return std::sqrt(QPointF::dotProduct(away, away));
}

} // namespace

ParallelCoordinates::ParallelCoordinates(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
}

void ParallelCoordinates::setAxes(std::vector<ScatterAxis> axes) {
    m_axes = std::move(axes);
    m_ranges.assign(m_axes.size(), std::nullopt);
    m_current = std::clamp(m_current, 0, std::max(0, static_cast<int>(m_axes.size()) - 1));
    m_pointed = -1;
    m_picture = {};
    update();
}

void ParallelCoordinates::setRange(std::size_t axis, std::optional<Range> range) {
    if (axis >= m_ranges.size()) return;
    m_ranges[axis] = range;
    changed();
    Q_EMIT selectionChanged(selection());
}

void ParallelCoordinates::setLogarithmic(std::size_t axis, bool logarithmic) {
    if (axis >= m_axes.size() || !m_axes[axis].setLogarithmic(logarithmic)) return;
    m_ranges[axis].reset(); // it would hold other items now
    changed();
    Q_EMIT selectionChanged(selection());
    Q_EMIT currentAxisChanged(m_current);
}

void ParallelCoordinates::setFlipped(std::size_t axis, bool flipped) {
    if (axis >= m_axes.size() || m_axes[axis].isFlipped() == flipped) return;
    m_axes[axis].setFlipped(flipped);
    if (auto& range = m_ranges[axis]) range = Range{1 - range->second, 1 - range->first};
    changed();
    Q_EMIT currentAxisChanged(m_current);
}

void ParallelCoordinates::changed() {
    m_picture = {};
    update();
}

bool ParallelCoordinates::passes(std::size_t item) const {
    for (std::size_t axis = 0; axis < m_axes.size(); ++axis) {
        if (!m_ranges[axis]) continue;
        const double place = m_axes[axis].place(item);
        if (std::isnan(place) || place < m_ranges[axis]->first || place > m_ranges[axis]->second)
            return false;
    }
    return true;
}

std::vector<int> ParallelCoordinates::selection() const {
    std::vector<int> items;
    if (std::none_of(m_ranges.begin(), m_ranges.end(), [](const auto& range) { return range.has_value(); }))
        return items;
    for (std::size_t item = 0; item < m_axes.front().size(); ++item)
        if (passes(item)) items.push_back(static_cast<int>(item));
    return items;
}

ParallelCoordinates::Frame ParallelCoordinates::frame(const QRectF& area,
                                                      const QFontMetricsF& metrics) const {
    const bool hasMissing =
        std::any_of(m_axes.begin(), m_axes.end(), [](const ScatterAxis& axis) { return axis.hasMissing(); });
    const double side = std::min(70.0, area.width() / 8);
    Frame frame{area.adjusted(side, 2.5 * metrics.height(), -side, -metrics.height()), 0};
    if (hasMissing) frame.area.setBottom(frame.area.bottom() - 2 * metrics.height());
    frame.missing = frame.area.bottom() + 1.6 * metrics.height();
    return frame;
}

double ParallelCoordinates::axisX(const Frame& frame, std::size_t axis) const {
    const double count = m_axes.size() > 1 ? static_cast<double>(m_axes.size() - 1) : 1;
    return frame.area.left() + frame.area.width() * static_cast<double>(axis) / count;
}

QPointF ParallelCoordinates::point(const Frame& frame, std::size_t axis, std::size_t item) const {
    const double place = m_axes[axis].place(item);
    return {axisX(frame, axis),
            std::isnan(place) ? frame.missing : frame.area.bottom() - place * frame.area.height()};
}

std::size_t ParallelCoordinates::axisAt(double x) const {
    const Frame all = frame(rect(), QFontMetricsF(captionFont(font())));
    std::size_t nearest = 0;
    for (std::size_t axis = 1; axis < m_axes.size(); ++axis)
        if (std::fabs(axisX(all, axis) - x) < std::fabs(axisX(all, nearest) - x)) nearest = axis;
    return nearest;
}

void ParallelCoordinates::drawLines(QPainter* painter, const Frame& frame, const QPalette& palette) const {
    const Colors& c = colorsFor(palette);
    const std::size_t items = m_axes.front().size();
    const bool isSelecting =
        std::any_of(m_ranges.begin(), m_ranges.end(), [](const auto& range) { return range.has_value(); });
    const double opacity = items > 300 ? 0.45 : items > 60 ? 0.65 : 0.9;
    const bool isRaster = painter->paintEngine()->type() == QPaintEngine::Raster;
    const double scale = painter->device()->devicePixelRatioF(); // of pixmaps and images
    QImage layer;
    if (isRaster) {
        layer = QImage(painter->device()->width(), painter->device()->height(),
                       QImage::Format_ARGB32_Premultiplied);
        layer.fill(Qt::transparent);
    }
    for (const bool bright : {false, true}) { // bright ones on top
        for (std::size_t item = 0; item < items; ++item) {
            if ((isSelecting && !passes(item)) == bright) continue;
            QPolygonF line;
            for (std::size_t axis = 0; axis < m_axes.size(); ++axis)
                line.append(point(frame, axis, item) * (isRaster ? scale : 1));
            QColor color = bright ? rampColor(m_axes.back().place(item), c.dark) : c.muted;
            color.setAlphaF(static_cast<float>(bright ? opacity : 0.12));
            if (isRaster) {
                drawThinLine(layer, line, color, std::max(1, static_cast<int>(std::lround(scale))));
            } else {
                painter->setPen(QPen(color, bright ? 1.4 : 1));
                painter->drawPolyline(line);
            }
        }
    }
    if (!isRaster) return;
    layer.setDevicePixelRatio(scale);
    painter->drawImage(QPointF(0, 0), layer);
}

void ParallelCoordinates::drawAxis(QPainter* painter, const Frame& frame, std::size_t axis,
                                   const QPalette& palette) const {
    const Colors& c = colorsFor(palette);
    const QFontMetricsF metrics(painter->font());
    const double x = axisX(frame, axis);
    const ScatterAxis& own = m_axes[axis];
    painter->setPen(QPen(c.text, 1.2));
    painter->drawLine(QPointF(x, frame.area.top()), QPointF(x, frame.area.bottom()));
    const double room = m_axes.size() > 1 ? frame.area.width() / static_cast<double>(m_axes.size() - 1) : 200;
    const bool isLast = axis + 1 == m_axes.size() && axis > 0;
    for (const auto& tick : own.ticks(own.isCategorical() ? 12 : 6)) {
        const double y = frame.area.bottom() - tick.place * frame.area.height();
        const QString text = metrics.elidedText(tick.text, Qt::ElideRight, std::max(24.0, room - 12));
        const double width = metrics.horizontalAdvance(text);
        const QPointF at(isLast ? x + 7 : x - 7 - width, y + metrics.ascent() / 2 - 1);
        QColor back = c.surface;
        back.setAlphaF(0.93F);
        painter->fillRect(QRectF(at.x() - 1, at.y() - metrics.ascent(), width + 2, metrics.height()), back);
        painter->setPen(c.muted);
        painter->drawText(at, text);
        painter->drawLine(QPointF(x - 3, y), QPointF(x + 3, y));
    }
    if (own.hasMissing()) {
        painter->setPen(c.muted);
        painter->drawText(QRectF(x - 40, frame.missing + 2, 80, metrics.height()), Qt::AlignHCenter,
                          tr("none"));
    }
    QString name = own.name();
    if (own.isLogarithmic()) name += tr(" (log)");
    if (own.isFlipped()) name += QStringLiteral(" ↧");
    painter->setPen(c.text);
    // Its end is what tells config keys apart.
    painter->drawText(
        QRectF(x - room / 2 + 2, frame.area.top() - 2.2 * metrics.height(), room - 4, metrics.height()),
        Qt::AlignHCenter, metrics.elidedText(name, Qt::ElideLeft, room - 4));
    if (!m_ranges[axis]) return;
    const double top = frame.area.bottom() - m_ranges[axis]->second * frame.area.height();
    const double bottom = frame.area.bottom() - m_ranges[axis]->first * frame.area.height();
    QColor fill = c.accent;
    fill.setAlphaF(0.3F);
    painter->setPen(QPen(c.accent, 1));
    painter->setBrush(fill);
    painter->drawRect(QRectF(x - 6, top, 12, bottom - top));
    painter->setBrush(Qt::NoBrush);
}

void ParallelCoordinates::draw(QPainter* painter, const QRectF& area, const QPalette& palette) const {
    painter->fillRect(area, colorsFor(palette).surface);
    if (m_axes.empty()) return;
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setFont(captionFont(font()));
    const Frame all = frame(area, QFontMetricsF(painter->font()));
    drawLines(painter, all, palette);
    for (std::size_t axis = 0; axis < m_axes.size(); ++axis)
        drawAxis(painter, all, axis, palette);
}

void ParallelCoordinates::paintEvent(QPaintEvent*) {
    const QSize pixels = size() * devicePixelRatioF();
    if (m_picture.size() != pixels) {
        m_picture = QPixmap(pixels);
        m_picture.setDevicePixelRatio(devicePixelRatioF());
        QPainter painter(&m_picture);
        draw(&painter, rect(), palette());
    }
    QPainter painter(this);
    painter.drawPixmap(0, 0, m_picture);
    if (m_axes.empty()) return;
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_pointed >= 0) drawPointed(&painter);
    if (!hasFocus()) return;
    const Frame all = frame(rect(), QFontMetricsF(captionFont(font())));
    const double x = axisX(all, static_cast<std::size_t>(m_current));
    painter.setPen(QPen(colorsFor(this).accent, 2));
    painter.drawLine(QPointF(x, all.area.top() - 3), QPointF(x, all.area.bottom() + 3));
}

void ParallelCoordinates::drawPointed(QPainter* painter) const {
    const Colors& c = colorsFor(this);
    const auto item = static_cast<std::size_t>(m_pointed);
    painter->setFont(captionFont(font()));
    const QFontMetricsF metrics(painter->font());
    const Frame all = frame(rect(), metrics);
    QPolygonF line;
    for (std::size_t axis = 0; axis < m_axes.size(); ++axis)
        line.append(point(all, axis, item));
    painter->setPen(QPen(c.text, 2.5));
    painter->drawPolyline(line);
    for (std::size_t axis = 0; axis < m_axes.size(); ++axis) {
        const QString text = m_axes[axis].valueText(item);
        QRectF box(0, 0, metrics.horizontalAdvance(text) + kGrid, metrics.height() + 2);
        const QPointF at = line[static_cast<qsizetype>(axis)];
        box.moveCenter(at +
                       QPointF(axis + 1 == m_axes.size() ? -box.width() / 2 - 8 : box.width() / 2 + 8, 0));
        painter->setPen(QPen(c.border, 1));
        painter->setBrush(c.raised);
        painter->drawRoundedRect(box, 3, 3);
        painter->setPen(c.text);
        painter->drawText(box, Qt::AlignCenter, text);
    }
    painter->setPen(c.text);
    painter->drawText(QRectF(0, 0, width(), metrics.height()), Qt::AlignHCenter, m_names.value(m_pointed));
}

void ParallelCoordinates::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) changed();
    QWidget::changeEvent(event);
}

void ParallelCoordinates::pointAt(QPointF position) {
    if (m_axes.size() < 2) return;
    const Frame all = frame(rect(), QFontMetricsF(captionFont(font())));
    std::size_t left = 0;
    while (left + 2 < m_axes.size() && axisX(all, left + 1) < position.x())
        ++left;
    int nearest = -1;
    double best = 6;
    for (std::size_t item = 0; item < m_axes.front().size(); ++item) {
        if (!passes(item)) continue;
        const double away = distance(point(all, left, item), point(all, left + 1, item), position);
        if (away >= best) continue;
        best = away;
        nearest = static_cast<int>(item);
    }
    if (nearest == m_pointed) return;
    m_pointed = nearest;
    update();
}

void ParallelCoordinates::setCurrent(int axis) {
    if (axis < 0 || axis >= static_cast<int>(m_axes.size()) || axis == m_current) return;
    m_current = axis;
    update();
    Q_EMIT currentAxisChanged(axis);
}

void ParallelCoordinates::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || m_axes.empty()) return;
    const Frame all = frame(rect(), QFontMetricsF(captionFont(font())));
    m_pressed = event->position();
    const std::size_t axis = axisAt(m_pressed.x());
    setCurrent(static_cast<int>(axis));
    setFocus(Qt::MouseFocusReason);
    const bool onAxis = std::fabs(axisX(all, axis) - m_pressed.x()) < 12;
    m_drag = m_pressed.y() < all.area.top() - 4 ? Drag::Name : onAxis ? Drag::Range : Drag::None;
}

void ParallelCoordinates::mouseMoveEvent(QMouseEvent* event) {
    if (!(event->buttons() & Qt::LeftButton) || m_drag == Drag::None) return pointAt(event->position());
    m_pointed = -1;
    const auto axis = static_cast<std::size_t>(m_current);
    const Frame all = frame(rect(), QFontMetricsF(captionFont(font())));
    if (m_drag == Drag::Name) {
        const std::size_t target = axisAt(event->position().x());
        if (target == axis || axis + 1 == m_axes.size() || target + 1 == m_axes.size())
            return; // colours stay
        std::swap(m_axes[axis], m_axes[target]);
        std::swap(m_ranges[axis], m_ranges[target]);
        m_current = static_cast<int>(target);
        return changed();
    }
    if (std::fabs(event->position().y() - m_pressed.y()) < 4 && !m_ranges[axis]) return;
    const auto place = [&](double y) {
        return std::clamp((all.area.bottom() - y) / all.area.height(), -0.01, 1.01);
    };
    m_ranges[axis] = std::minmax({place(m_pressed.y()), place(event->position().y())});
    changed();
}

void ParallelCoordinates::mouseReleaseEvent(QMouseEvent* event) {
    if (m_drag != Drag::Range) {
        m_drag = Drag::None;
        return;
    }
    m_drag = Drag::None;
    if (std::fabs(event->position().y() - m_pressed.y()) < 4)
        m_ranges[static_cast<std::size_t>(m_current)].reset();
    changed();
    Q_EMIT selectionChanged(selection());
}

void ParallelCoordinates::mouseDoubleClickEvent(QMouseEvent* event) {
    if (m_axes.empty()) return;
    const Frame all = frame(rect(), QFontMetricsF(captionFont(font())));
    const std::size_t axis = axisAt(event->position().x());
    if (event->position().y() < all.area.top() - 4)
        setLogarithmic(axis, !m_axes[axis].isLogarithmic());
    else if (m_pointed >= 0)
        Q_EMIT itemActivated(m_pointed);
}

void ParallelCoordinates::moveRange(double by) {
    const auto axis = static_cast<std::size_t>(m_current);
    const Range old = m_ranges[axis].value_or(by > 0 ? Range{-0.26, -0.01} : Range{1.01, 1.26});
    const double size = old.second - old.first;
    const double low = std::clamp(old.first + by, -0.01, 1.01 - size);
    setRange(axis, Range{low, low + size});
}

void ParallelCoordinates::keyPressEvent(QKeyEvent* event) {
    if (m_axes.empty()) return QWidget::keyPressEvent(event);
    const auto axis = static_cast<std::size_t>(m_current);
    switch (event->key()) {
    case Qt::Key_Left:
        return setCurrent(m_current - 1);
    case Qt::Key_Right:
        return setCurrent(m_current + 1);
    case Qt::Key_Up:
        return moveRange(0.05);
    case Qt::Key_Down:
        return moveRange(-0.05);
    case Qt::Key_L:
        return setLogarithmic(axis, !m_axes[axis].isLogarithmic());
    case Qt::Key_F:
        return setFlipped(axis, !m_axes[axis].isFlipped());
    case Qt::Key_Delete:
    case Qt::Key_Backspace:
        return setRange(axis, std::nullopt);
    default:
        QWidget::keyPressEvent(event);
    }
}

void ParallelCoordinates::leaveEvent(QEvent*) {
    if (m_pointed < 0) return;
    m_pointed = -1;
    update();
}

} // namespace fathom::widgets
