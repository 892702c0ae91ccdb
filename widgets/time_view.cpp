// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/time_view.h"

#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

#include <algorithm>
#include <array>
#include <cmath>

namespace fathom::widgets {

namespace {
constexpr double kZoomStep = 1.5;
constexpr double kShortestView = 0.005; // s: some samples of speech
} // namespace

TimeView::TimeView(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setFocusPolicy(Qt::StrongFocus);
}

void TimeView::setSeconds(double seconds) {
    m_seconds = std::max(0.0, seconds);
    m_view = {0, m_seconds};
    update();
}

void TimeView::setView(TimeSpan view) {
    const double length = std::clamp(view.length(), std::min(kShortestView, m_seconds), m_seconds);
    const double from = std::clamp(view.from, 0.0, m_seconds - length);
    if (m_view == TimeSpan{from, from + length}) return;
    m_view = {from, from + length};
    update();
}

void TimeView::choose(TimeSpan view) {
    const TimeSpan before = m_view;
    setView(view);
    if (m_view != before) Q_EMIT viewChosen(m_view);
}

void TimeView::setCursorTime(double seconds) {
    m_cursor = seconds;
    update();
    const bool isOut = seconds >= 0 && seconds <= m_seconds && (seconds < m_view.from || seconds > m_view.to);
    if (isOut) choose({seconds, seconds + m_view.length()});
}

double TimeView::xOf(double seconds) const {
    return m_view.length() > 0 ? (seconds - m_view.from) / m_view.length() * width() : 0;
}

double TimeView::timeAt(double x) const {
    if (width() <= 0) return m_view.from;
    return m_view.from + std::clamp(x / width(), 0.0, 1.0) * m_view.length();
}

void TimeView::zoom(double factor, double around) {
    const double length = m_view.length() / factor;
    const double share = m_view.length() > 0 ? (around - m_view.from) / m_view.length() : 0.5;
    choose({around - share * length, around + (1 - share) * length});
}

void TimeView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || m_seconds <= 0) return QWidget::mousePressEvent(event);
    Q_EMIT timeChosen(timeAt(event->position().x()));
}

void TimeView::mouseMoveEvent(QMouseEvent* event) {
    if ((event->buttons() & Qt::LeftButton) && m_seconds > 0)
        Q_EMIT timeChosen(timeAt(event->position().x()));
}

void TimeView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) choose({0, m_seconds});
}

void TimeView::wheelEvent(QWheelEvent* event) {
    const QPoint turn = event->angleDelta();
    if (m_seconds <= 0 || turn.isNull()) return QWidget::wheelEvent(event);
    const bool isSideways = turn.x() != 0 || (event->modifiers() & Qt::ShiftModifier);
    const double by = (turn.x() != 0 ? turn.x() : turn.y()) / 120.0;
    if (isSideways) {
        const double moved = -by * m_view.length() / 8;
        choose({m_view.from + moved, m_view.to + moved});
    } else {
        zoom(std::pow(kZoomStep, by), timeAt(event->position().x()));
    }
    event->accept();
}

void TimeView::keyPressEvent(QKeyEvent* event) {
    if (m_seconds <= 0) return QWidget::keyPressEvent(event);
    const double cursor = std::max(0.0, m_cursor);
    const double step = m_view.length() / 20;
    const bool isInSight = m_cursor >= m_view.from && m_cursor <= m_view.to;
    const double around = isInSight ? m_cursor : (m_view.from + m_view.to) / 2;
    const double page = m_view.length() * 0.9;
    switch (event->key()) {
    case Qt::Key_Left:
        return Q_EMIT timeChosen(std::clamp(cursor - step, 0.0, m_seconds));
    case Qt::Key_Right:
        return Q_EMIT timeChosen(std::clamp(cursor + step, 0.0, m_seconds));
    case Qt::Key_Home:
        return Q_EMIT timeChosen(0);
    case Qt::Key_End:
        return Q_EMIT timeChosen(m_seconds);
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return zoom(kZoomStep, around);
    case Qt::Key_Minus:
        return zoom(1 / kZoomStep, around);
    case Qt::Key_0:
        return choose({0, m_seconds});
    case Qt::Key_PageUp:
        return choose({m_view.from - page, m_view.to - page});
    case Qt::Key_PageDown:
        return choose({m_view.from + page, m_view.to + page});
    default:
        QWidget::keyPressEvent(event);
    }
}

double TimeView::markStep() const {
    const int wanted = std::max(1, width() / (14 * kGrid));
    double step = 0.0001;
    static constexpr std::array kFactors{2.0, 2.5, 2.0};
    for (std::size_t i = 0; m_view.length() / step > wanted; ++i)
        step *= kFactors[i % kFactors.size()];
    return step;
}

void TimeView::paintMarks(QPainter& painter, const QRectF& area) const {
    const Colors& colors = colorsFor(this);
    const double step = markStep();
    if (m_view.length() <= 0) return;
    for (auto mark = static_cast<qint64>(std::ceil(m_view.from / step));
         static_cast<double>(mark) * step <= m_view.to; ++mark) {
        const double time = static_cast<double>(mark) * step;
        const double x = xOf(time);
        const QString text = mark == 0 ? QStringLiteral("0 s") : tr("%1 s").arg(formatNumber(time));
        const int textWidth = fontMetrics().horizontalAdvance(text);
        painter.fillRect(QRectF(x, area.bottom(), 1, kGrid / 2), colors.border);
        const double left = std::clamp(x - textWidth / 2.0, 0.0, std::max(0.0, area.width() - textWidth));
        painter.setPen(colors.muted);
        painter.drawText(QPointF(left, area.bottom() + kGrid / 2 + fontMetrics().ascent()), text);
    }
}

void TimeView::paintCursor(QPainter& painter, const QRectF& area) const {
    if (m_cursor < m_view.from || m_cursor > m_view.to || m_cursor < 0 || m_seconds <= 0) return;
    const double x = std::clamp(xOf(m_cursor) - 1, 0.0, std::max(0.0, area.width() - 2));
    painter.fillRect(QRectF(x, area.top(), 2, area.height()), colorsFor(this).text);
}

} // namespace fathom::widgets
