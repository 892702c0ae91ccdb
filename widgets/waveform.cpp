// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/waveform.h"

#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QPainter>

#include <algorithm>

namespace fathom::widgets {

Waveform::Waveform(QWidget* parent) : TimeView(parent) {
    setAccessibleName(tr("Waveform"));
}

void Waveform::setPeaks(std::vector<MinMax> peaks, double seconds) {
    m_peaks = std::move(peaks);
    m_samples.reset();
    setSeconds(m_peaks.empty() ? 0 : seconds);
    setAccessibleDescription(m_peaks.empty() ? QString() : formatDuration(seconds));
}

void Waveform::setSamples(std::shared_ptr<const std::vector<float>> samples) {
    m_samples = std::move(samples);
    update();
}

void Waveform::setMarksVisible(bool visible) {
    m_hasMarks = visible;
    update();
}

MinMax Waveform::extremesAt(int x) const {
    const double from = timeAt(x) / seconds();
    const double to = timeAt(x + 1) / seconds();
    const double pixelsPerPeak = seconds() / view().length() * width() / static_cast<double>(m_peaks.size());
    MinMax extremes;
    const auto include = [&](const auto& values, const auto& add) {
        const auto count = values.size();
        const auto first = std::min(count - 1, static_cast<std::size_t>(from * static_cast<double>(count)));
        const auto end = static_cast<std::size_t>(to * static_cast<double>(count));
        for (std::size_t i = first; i < std::max(end, first + 1) && i < count; ++i)
            add(values[i]);
    };
    if (pixelsPerPeak > 1 && m_samples && !m_samples->empty())
        include(*m_samples, [&](float value) { extremes.include(static_cast<double>(value)); });
    else
        include(m_peaks, [&](const MinMax& peak) { extremes.include(peak); });
    return extremes;
}

void Waveform::paintEvent(QPaintEvent*) {
    if (m_peaks.empty() || seconds() <= 0) return;
    QPainter painter(this);
    const Colors& colors = colorsFor(this);
    const int below = m_hasMarks ? fontMetrics().height() + kGrid : 0;
    const QRectF area = QRectF(rect()).adjusted(0, 0, 0, -below);
    const double middle = area.center().y();
    const double half = area.height() / 2;
    painter.fillRect(QRectF(area.left(), middle, area.width(), 1), colors.border);
    for (int x = 0; x < width(); ++x) {
        const MinMax extremes = extremesAt(x);
        if (!extremes.valid()) continue;
        const double top = middle - std::clamp(extremes.maximum, -1.0, 1.0) * half;
        const double bottom = middle - std::clamp(extremes.minimum, -1.0, 1.0) * half;
        painter.fillRect(QRectF(x, top, 1, std::max(1.0, bottom - top)), colors.accent);
    }
    paintCursor(painter, area);
    if (m_hasMarks) paintMarks(painter, area);
}

} // namespace fathom::widgets
