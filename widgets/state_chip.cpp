// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/state_chip.h"

#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QPainter>

namespace fathom::widgets {

namespace {
constexpr int kIcon = 14;
}

QColor moodColor(Mood mood, const QPalette& palette) {
    const Colors& c = colorsFor(palette);
    switch (mood) {
    case Mood::Neutral:
        return c.muted;
    case Mood::Active:
        return c.accent;
    case Mood::Success:
        return c.success;
    case Mood::Warning:
        return c.warning;
    case Mood::Error:
        return c.error;
    }
    return c.muted;
}

StateChip::StateChip(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void StateChip::set(const QString& text, const QString& iconName, Mood mood) {
    if (text == m_text && iconName == m_icon && mood == m_mood) return;
    m_text = text;
    m_icon = iconName;
    m_mood = mood;
    setAccessibleName(text);
    updateGeometry();
    update();
}

QSize StateChip::sizeHint() const {
    return {kGrid + kIcon + 6 + fontMetrics().horizontalAdvance(m_text) + kGrid + 2,
            fontMetrics().height() + kGrid};
}

void StateChip::paintEvent(QPaintEvent*) {
    if (m_text.isEmpty()) return; // nothing was said yet
    const Colors& c = colorsFor(this);
    const QColor color = moodColor(m_mood, palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(blend(c.surface, color, c.dark ? 0.18 : 0.11));
    painter.drawRoundedRect(QRectF(rect()), height() / 2.0, height() / 2.0);
    icon(m_icon, color).paint(&painter, QRect(kGrid, (height() - kIcon) / 2, kIcon, kIcon));
    painter.setPen(color);
    painter.drawText(rect().adjusted(kGrid + kIcon + 6, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft, m_text);
}

} // namespace fathom::widgets
