// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/label_lane.h"

#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <array>

namespace fathom::widgets {

namespace {
constexpr std::size_t kRows = 2;
constexpr double kGap = 6; // pixels between two labels of a row
} // namespace

LabelLane::LabelLane(QWidget* parent) : TimeView(parent) {
    setAccessibleName(tr("Labels over time"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setMouseTracking(true);
}

void LabelLane::setLabels(std::vector<TimeLabel> labels, double seconds) {
    m_labels = std::move(labels);
    setSeconds(seconds);
    QString all;
    for (const TimeLabel& label : m_labels)
        all += (all.isEmpty() ? QString() : QStringLiteral(" ")) + label.text;
    setAccessibleDescription(all);
}

QSize LabelLane::sizeHint() const {
    return {50 * kGrid, static_cast<int>(kRows) * fontMetrics().height() + kGrid};
}

QRectF LabelLane::stretch(const TimeLabel& label) const {
    const double left = xOf(label.span.from);
    return {left, 0, std::max(2.0, xOf(label.span.to) - left), kGrid / 2.0};
}

/// Each text centred below its stretch, in the first row where it does not touch the one before.
std::vector<LabelLane::Placed> LabelLane::place() const {
    std::vector<Placed> placed;
    std::array<double, kRows> ends{};
    ends.fill(-kGap);
    const int line = fontMetrics().height();
    for (std::size_t i = 0; i < m_labels.size(); ++i) {
        const TimeLabel& label = m_labels[i];
        if (label.span.to < view().from || label.span.from > view().to) continue;
        Placed& it = placed.emplace_back(Placed{.index = static_cast<int>(i)});
        const QRectF bar = stretch(label);
        const double textWidth = fontMetrics().horizontalAdvance(label.text);
        const double left =
            std::clamp(bar.center().x() - textWidth / 2, 0.0, std::max(0.0, width() - textWidth));
        for (std::size_t row = 0; row < kRows; ++row) {
            if (left < ends[row] + kGap) continue;
            ends[row] = left + textWidth;
            it.text = {left, kGrid / 2.0 + 2 + static_cast<double>(row) * line, textWidth,
                       static_cast<double>(line)};
            break;
        }
    }
    return placed;
}

int LabelLane::labelAt(QPointF position) const {
    int nearest = -1;
    for (const Placed& it : place()) {
        if (it.text.contains(position)) return it.index;
        QRectF bar = stretch(m_labels[static_cast<std::size_t>(it.index)]);
        bar.setHeight(height());
        if (bar.contains(position)) nearest = it.index;
    }
    return nearest;
}

int LabelLane::current() const {
    const auto behind =
        std::upper_bound(m_labels.begin(), m_labels.end(), cursorTime() + 1e-6,
                         [](double time, const TimeLabel& label) { return time < label.span.from; });
    return static_cast<int>(behind - m_labels.begin()) - 1;
}

void LabelLane::paintEvent(QPaintEvent*) {
    if (m_labels.empty() || seconds() <= 0) return;
    QPainter painter(this);
    const Colors& colors = colorsFor(this);
    const int lit = cursorTime() >= 0 ? current() : -1;
    for (const Placed& it : place()) {
        const TimeLabel& label = m_labels[static_cast<std::size_t>(it.index)];
        const bool isLit = it.index == lit && cursorTime() <= label.span.to;
        painter.fillRect(stretch(label), isLit ? colors.accent : blend(colors.surface, colors.accent, 0.45));
        if (it.text.isNull()) continue;
        if (isLit) painter.fillRect(it.text.adjusted(-2, 0, 2, 0), colors.accentTint);
        painter.setPen(colors.text);
        painter.drawText(it.text, Qt::AlignCenter | Qt::TextDontClip, label.text);
    }
    paintCursor(painter, QRectF(0, 0, width(), kGrid / 2.0));
    if (hasFocus()) {
        painter.setPen(colors.accent);
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void LabelLane::mousePressEvent(QMouseEvent* event) {
    const int label = event->button() == Qt::LeftButton ? labelAt(event->position()) : -1;
    if (label < 0) return TimeView::mousePressEvent(event);
    Q_EMIT labelChosen(label);
}

void LabelLane::mouseMoveEvent(QMouseEvent* event) {
    setCursor(labelAt(event->position()) >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

int LabelLane::step(int by) const {
    const int last = static_cast<int>(m_labels.size()) - 1;
    return std::clamp((cursorTime() < 0 ? (by > 0 ? -1 : 0) : current()) + by, 0, last);
}

void LabelLane::keyPressEvent(QKeyEvent* event) {
    if (m_labels.empty()) return TimeView::keyPressEvent(event);
    switch (event->key()) {
    case Qt::Key_Left:
        return Q_EMIT labelChosen(step(-1));
    case Qt::Key_Right:
        return Q_EMIT labelChosen(step(1));
    case Qt::Key_Return:
    case Qt::Key_Enter:
        return Q_EMIT labelChosen(step(0));
    default:
        TimeView::keyPressEvent(event);
    }
}

bool LabelLane::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return TimeView::event(event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    const int at = labelAt(help->pos());
    if (at < 0) {
        QToolTip::hideText();
        return true;
    }
    const TimeLabel& label = m_labels[static_cast<std::size_t>(at)];
    QToolTip::showText(help->globalPos(),
                       tr("%1\n%2 to %3 s")
                           .arg(label.text, formatNumber(label.span.from, 5), formatNumber(label.span.to, 5)),
                       this);
    return true;
}

} // namespace fathom::widgets
