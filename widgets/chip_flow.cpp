// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/chip_flow.h"

#include "widgets/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>

namespace fathom::widgets {

namespace {
constexpr int kPadding = kGrid / 2;
constexpr int kGap = 3;
constexpr int kWidest = 60 * kGrid; // a text beyond is cut; the tooltip has it
} // namespace

ChipFlow::ChipFlow(QWidget* parent) : QAbstractScrollArea(parent) {
    setFrameShape(NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setAutoFillBackground(false);
}

void ChipFlow::setChips(std::vector<Chip> chips) {
    if (chips == m_chips) return;
    m_chips = std::move(chips);
    m_current = -1;
    layOut();
    viewport()->update();
}

void ChipFlow::setPlaceholder(const QString& text) {
    m_placeholder = text;
    viewport()->update();
}

int ChipFlow::lineHeight() const {
    return fontMetrics().height() + QFontMetrics(captionFont(font())).height() + kPadding;
}

int ChipFlow::scrolled() const {
    return verticalScrollBar()->value();
}

void ChipFlow::layOut() {
    const QFontMetrics text(font());
    const QFontMetrics caption(captionFont(font()));
    const int wide = std::max(1, viewport()->width());
    const int step = lineHeight() + kGap;
    m_rects.resize(m_chips.size());
    int x = 0;
    int y = 0;
    for (std::size_t i = 0; i < m_chips.size(); ++i) {
        const Chip& chip = m_chips[i];
        const int own = // advances are rounded: a pixel more, so that nothing is cut
            std::max(text.horizontalAdvance(chip.text), caption.horizontalAdvance(chip.caption)) + 1;
        const int chipWidth = std::min({own + 2 * kPadding, kWidest, wide});
        if (x > 0 && x + chipWidth > wide) {
            x = 0;
            y += step;
        }
        m_rects[i] = {x, y, chipWidth, lineHeight()};
        x += chipWidth + kGap;
        if (!chip.breaksLine) continue;
        x = 0;
        y += step + kGap;
    }
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(step);
    verticalScrollBar()->setRange(0, std::max(0, contentHeight() - viewport()->height()));
}

QRect ChipFlow::chipRect(int chip) const {
    return m_rects[static_cast<std::size_t>(chip)].translated(0, -scrolled());
}

int ChipFlow::chipAt(QPoint position) const {
    const QPoint at = position + QPoint(0, scrolled());
    const auto line = std::lower_bound(m_rects.begin(), m_rects.end(), at.y(),
                                       [](const QRect& rect, int y) { return rect.bottom() < y; });
    for (auto it = line; it != m_rects.end() && it->top() <= at.y(); ++it)
        if (it->contains(at)) return static_cast<int>(it - m_rects.begin());
    return -1;
}

void ChipFlow::setCurrent(int chip) {
    if (m_chips.empty()) return;
    const int wanted = std::clamp(chip, -1, static_cast<int>(m_chips.size()) - 1);
    if (wanted >= 0) {
        const QRect rect = chipRect(wanted);
        if (rect.top() < 0) verticalScrollBar()->setValue(scrolled() + rect.top());
        if (rect.bottom() >= viewport()->height())
            verticalScrollBar()->setValue(scrolled() + rect.bottom() + 1 - viewport()->height());
    }
    viewport()->update();
    if (wanted == m_current) return;
    m_current = wanted;
    Q_EMIT currentChanged(m_current);
}

void ChipFlow::paintEvent(QPaintEvent*) {
    QPainter painter(viewport());
    const Colors& colors = colorsFor(this);
    if (m_chips.empty()) {
        painter.setPen(colors.muted);
        painter.drawText(viewport()->rect().adjusted(kGrid, kGrid, -kGrid, -kGrid),
                         Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap, m_placeholder);
        return;
    }
    painter.setRenderHint(QPainter::Antialiasing);
    const QFont small = captionFont(font());
    const int textHeight = fontMetrics().height();
    const auto first = std::lower_bound(m_rects.begin(), m_rects.end(), scrolled(),
                                        [](const QRect& rect, int y) { return rect.bottom() < y; });
    for (auto it = first; it != m_rects.end() && it->top() < scrolled() + viewport()->height(); ++it) {
        const auto index = it - m_rects.begin();
        const Chip& chip = m_chips[static_cast<std::size_t>(index)];
        const QRect box = it->translated(0, -scrolled());
        const QColor tone = chip.isMarked
                                ? colors.error
                                : colors.curves[static_cast<std::size_t>(chip.color) % colors.curves.size()];
        painter.setPen(index == m_current ? QPen(colors.accent, 2) : QPen(Qt::NoPen));
        painter.setBrush(blend(colors.surface, tone, colors.dark ? 0.28 : 0.18));
        painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1, -1), kGrid / 4.0, kGrid / 4.0);
        const QRect inside = box.adjusted(kPadding, kPadding / 2, -kPadding, -kPadding / 2);
        painter.setPen(colors.text);
        QFont face = font();
        face.setUnderline(chip.isMarked);
        painter.setFont(face);
        painter.drawText(inside, Qt::AlignHCenter | Qt::AlignTop,
                         fontMetrics().elidedText(chip.text, Qt::ElideMiddle, inside.width()));
        painter.setFont(small);
        painter.drawText(inside.adjusted(0, textHeight, 0, 0), Qt::AlignHCenter | Qt::AlignTop, chip.caption);
    }
}

void ChipFlow::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    layOut();
}

void ChipFlow::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) layOut();
}

void ChipFlow::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) setCurrent(chipAt(event->position().toPoint()));
}

void ChipFlow::keyPressEvent(QKeyEvent* event) {
    if (m_chips.empty()) return QAbstractScrollArea::keyPressEvent(event);
    const int last = static_cast<int>(m_chips.size()) - 1;
    const auto move = [&](int by) { setCurrent(std::clamp(m_current + by, 0, last)); };
    const auto line = [&](int by) {
        if (m_current < 0) return setCurrent(0);
        const QRect rect = chipRect(m_current);
        for (int y = rect.center().y() + by; std::abs(y - rect.center().y()) < 3 * lineHeight(); y += by)
            if (const int chip = chipAt({rect.center().x(), y}); chip >= 0 && chip != m_current)
                return setCurrent(chip);
    };
    switch (event->key()) {
    case Qt::Key_Left:
        return move(-1);
    case Qt::Key_Right:
        return move(1);
    case Qt::Key_Up:
        return line(-kGap - 1);
    case Qt::Key_Down:
        return line(kGap + 1);
    case Qt::Key_Home:
        return setCurrent(0);
    case Qt::Key_End:
        return setCurrent(last);
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

bool ChipFlow::viewportEvent(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QAbstractScrollArea::viewportEvent(event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    const int chip = chipAt(help->pos());
    QToolTip::showText(help->globalPos(),
                       chip < 0 ? QString() : m_chips[static_cast<std::size_t>(chip)].toolTip, this);
    return true;
}

} // namespace fathom::widgets
