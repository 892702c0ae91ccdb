// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/histogram.h"

#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace fathom::widgets {

Histogram::Histogram(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Histogram"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void Histogram::setBins(std::vector<std::int64_t> counts, double minimum, double maximum) {
    m_counts = std::move(counts);
    m_minimum = minimum;
    m_maximum = maximum;
    setAccessibleDescription(
        m_counts.empty() ? QString()
                         : tr("Values from %1 to %2").arg(formatNumber(minimum), formatNumber(maximum)));
    update();
}

QRectF Histogram::plotArea() const {
    return QRectF(rect()).adjusted(1, 1, -1, -fontMetrics().height() - 2);
}

void Histogram::paintEvent(QPaintEvent*) {
    if (m_counts.empty()) return;
    QPainter painter(this);
    const Colors& colors = colorsFor(this);
    const QRectF area = plotArea();
    const auto highest =
        static_cast<double>(std::max<std::int64_t>(1, *std::max_element(m_counts.begin(), m_counts.end())));
    const double width = area.width() / static_cast<double>(m_counts.size());
    for (std::size_t i = 0; i < m_counts.size(); ++i) {
        if (m_counts[i] == 0) continue;
        // A bin that holds anything is at least a pixel high.
        const double height = std::max(1.0, area.height() * static_cast<double>(m_counts[i]) / highest);
        const double left = area.left() + static_cast<double>(i) * width;
        painter.fillRect(QRectF(left, area.bottom() - height, std::max(1.0, width - 1), height),
                         colors.accent);
    }
    painter.fillRect(QRectF(area.left(), area.bottom(), area.width(), 1), colors.border);
    painter.setPen(colors.muted);
    const QRectF labels(area.left(), area.bottom() + 2, area.width(), fontMetrics().height());
    painter.drawText(labels, Qt::AlignLeft | Qt::AlignVCenter, formatNumber(m_minimum));
    painter.drawText(labels, Qt::AlignRight | Qt::AlignVCenter, formatNumber(m_maximum));
}

bool Histogram::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip || m_counts.empty()) return QWidget::event(event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    const QRectF area = plotArea();
    const auto bins = static_cast<double>(m_counts.size());
    const double at = std::clamp((help->pos().x() - area.left()) / area.width() * bins, 0.0, bins - 1);
    const auto bin = static_cast<std::size_t>(at);
    const double step = (m_maximum - m_minimum) / bins;
    const double from = m_minimum + static_cast<double>(bin) * step;
    QToolTip::showText(help->globalPos(),
                       tr("%1 … %2: %3 values")
                           .arg(formatNumber(from), formatNumber(from + step), formatCount(m_counts[bin])),
                       this);
    return true;
}

} // namespace fathom::widgets
