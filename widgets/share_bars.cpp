// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/share_bars.h"

#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QHelpEvent>
#include <QPaintEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace fathom::widgets {

namespace {
QString percent(double part) {
    return QStringLiteral("%1 %").arg(100 * part, 0, 'f', 1);
}
} // namespace

ShareBars::ShareBars(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    setAccessibleName(tr("Shares"));
}

void ShareBars::setShares(std::vector<Share> shares) {
    m_isStale = false;
    const bool isSameSize = shares.size() == m_shares.size();
    m_shares = std::move(shares);
    m_nameWidth = 0;
    QFont bold = font();
    bold.setBold(true);
    for (const Share& share : m_shares)
        m_nameWidth = std::max(m_nameWidth, QFontMetrics(bold).horizontalAdvance(share.name) + 1);
    if (const int top = greatest(); top >= 0) {
        const Share& share = m_shares[static_cast<std::size_t>(top)];
        setAccessibleDescription(tr("%1: %2").arg(share.name, percent(share.part)));
    }
    if (!isSameSize) updateGeometry();
    update();
}

void ShareBars::setStale(bool isStale) {
    if (m_isStale == isStale) return;
    m_isStale = isStale;
    update();
}

int ShareBars::rowHeight() const {
    return fontMetrics().height() + kGrid;
}

QSize ShareBars::sizeHint() const {
    return {50 * kGrid, static_cast<int>(m_shares.size()) * rowHeight()};
}

QSize ShareBars::minimumSizeHint() const {
    return {20 * kGrid, static_cast<int>(m_shares.size()) * rowHeight()};
}

int ShareBars::greatest() const {
    const auto top = std::max_element(m_shares.begin(), m_shares.end(),
                                      [](const Share& a, const Share& b) { return a.part < b.part; });
    return top == m_shares.end() ? -1 : static_cast<int>(top - m_shares.begin());
}

void ShareBars::paintEvent(QPaintEvent* event) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Colors& colors = colorsFor(this);
    const int top = greatest();
    const int names = std::min(m_nameWidth, 2 * width() / 5);
    QFont bold = font();
    bold.setBold(true);
    const int numbers = QFontMetrics(bold).horizontalAdvance(percent(1)) + kGrid;
    const int first = std::max(0, event->rect().top() / rowHeight());
    const int last = std::min(static_cast<int>(m_shares.size()) - 1, event->rect().bottom() / rowHeight());
    for (int row = first; row <= last; ++row) {
        const Share& share = m_shares[static_cast<std::size_t>(row)];
        const QRect line(0, row * rowHeight(), width(), rowHeight());
        const QRectF track(names + kGrid, line.center().y() - kGrid / 2.0 + 0.5,
                           std::max(0, width() - names - kGrid - numbers), kGrid);
        QFont face = font();
        face.setBold(row == top);
        painter.setFont(face);
        painter.setPen(row == top && !m_isStale ? colors.text : colors.muted);
        painter.drawText(QRect(0, line.top(), names, line.height()), Qt::AlignVCenter | Qt::AlignRight,
                         QFontMetrics(face).elidedText(share.name, Qt::ElideRight, names));
        painter.drawText(line, Qt::AlignVCenter | Qt::AlignRight, percent(share.part));
        painter.setPen(Qt::NoPen);
        painter.setBrush(colors.hover);
        painter.drawRoundedRect(track, kGrid / 4.0, kGrid / 4.0);
        QRectF bar = track;
        bar.setWidth(track.width() * std::clamp(std::isnan(share.part) ? 0 : share.part, 0.0, 1.0));
        const QColor full = row == top ? colors.accent : blend(colors.surface, colors.accent, 0.5);
        painter.setBrush(m_isStale ? blend(colors.surface, full, 0.5) : full);
        painter.drawRoundedRect(bar, kGrid / 4.0, kGrid / 4.0);
    }
}

bool ShareBars::event(QEvent* event) {
    if (event->type() == QEvent::FontChange) setShares(std::vector<Share>(m_shares));
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    const int row = help->pos().y() / rowHeight();
    if (row < 0 || row >= static_cast<int>(m_shares.size())) return true;
    const Share& share = m_shares[static_cast<std::size_t>(row)];
    QToolTip::showText(help->globalPos(), tr("%1: %2").arg(share.name, formatExact(share.part)), this);
    return true;
}

} // namespace fathom::widgets
