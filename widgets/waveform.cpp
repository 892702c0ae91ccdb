// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/waveform.h"

#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <array>

namespace fathom::widgets {

namespace {

/// Seconds between marks so that there are about `wanted` of them: 1, 2 or 5 times a power of ten.
double markStep(double seconds, int wanted) {
    double step = 0.001;
    static constexpr std::array kFactors{2.0, 2.5, 2.0};
    for (std::size_t i = 0; seconds / step > wanted; ++i)
        step *= kFactors[i % kFactors.size()];
    return step;
}

} // namespace

Waveform::Waveform(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Waveform"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setFocusPolicy(Qt::StrongFocus);
}

void Waveform::setPeaks(std::vector<MinMax> peaks, double seconds) {
    m_peaks = std::move(peaks);
    m_seconds = seconds;
    setAccessibleDescription(m_peaks.empty() ? QString() : formatDuration(seconds));
    update();
}

void Waveform::setCursorTime(double seconds) {
    m_cursor = seconds;
    update();
}

void Waveform::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || m_peaks.empty() || width() <= 0)
        return QWidget::mousePressEvent(event);
    Q_EMIT timeChosen(std::clamp(event->position().x() / width(), 0.0, 1.0) * m_seconds);
}

void Waveform::mouseMoveEvent(QMouseEvent* event) {
    if (!(event->buttons() & Qt::LeftButton) || m_peaks.empty() || width() <= 0) return;
    Q_EMIT timeChosen(std::clamp(event->position().x() / width(), 0.0, 1.0) * m_seconds);
}

void Waveform::keyPressEvent(QKeyEvent* event) {
    const bool isArrow = event->key() == Qt::Key_Left || event->key() == Qt::Key_Right;
    if (!isArrow || m_peaks.empty()) return QWidget::keyPressEvent(event);
    const double step = m_seconds / 20;
    const double to = std::max(0.0, m_cursor) + (event->key() == Qt::Key_Right ? step : -step);
    Q_EMIT timeChosen(std::clamp(to, 0.0, m_seconds));
}

void Waveform::paintEvent(QPaintEvent*) {
    if (m_peaks.empty()) return;
    QPainter painter(this);
    const Colors& colors = colorsFor(this);
    const QRectF area = QRectF(rect()).adjusted(0, 0, 0, -fontMetrics().height() - kGrid);
    const double middle = area.center().y();
    const double half = area.height() / 2;
    painter.fillRect(QRectF(area.left(), middle, area.width(), 1), colors.border);
    const int columns = std::max(1, static_cast<int>(area.width()));
    for (int x = 0; x < columns; ++x) {
        const auto count = m_peaks.size();
        const auto first = count * static_cast<std::size_t>(x) / static_cast<std::size_t>(columns);
        const auto end = count * static_cast<std::size_t>(x + 1) / static_cast<std::size_t>(columns);
        MinMax extremes;
        for (std::size_t i = first; i < std::max(end, first + 1) && i < count; ++i)
            extremes.include(m_peaks[i]);
        if (!extremes.valid()) continue;
        const double top = middle - std::clamp(extremes.maximum, -1.0, 1.0) * half;
        const double bottom = middle - std::clamp(extremes.minimum, -1.0, 1.0) * half;
        painter.fillRect(QRectF(x, top, 1, std::max(1.0, bottom - top)), colors.accent);
    }
    if (m_cursor >= 0 && m_seconds > 0)
        painter.fillRect(QRectF(m_cursor / m_seconds * (area.width() - 2), area.top(), 2, area.height()),
                         colors.text);
    painter.setPen(colors.muted);
    const double step = markStep(m_seconds, std::max(1, columns / (14 * kGrid)));
    for (int mark = 0; mark * step <= m_seconds; ++mark) {
        const double x = mark * step / m_seconds * area.width();
        const QString text = mark == 0 ? QStringLiteral("0 s") : tr("%1 s").arg(formatNumber(mark * step));
        const int width = fontMetrics().horizontalAdvance(text);
        painter.fillRect(QRectF(x, area.bottom(), 1, kGrid / 2), colors.border);
        const double left = std::clamp(x - width / 2.0, 0.0, std::max(0.0, area.width() - width));
        painter.drawText(QPointF(left, area.bottom() + kGrid / 2 + fontMetrics().ascent()), text);
    }
}

} // namespace fathom::widgets
