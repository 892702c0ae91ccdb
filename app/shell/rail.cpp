// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/rail.h"

#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QButtonGroup>
#include <QKeyEvent>
#include <QPainter>
#include <QVBoxLayout>

namespace fathom::app {

namespace {
constexpr int kIcon = 22;
constexpr int kRailWidth = 10 * widgets::kGrid;
constexpr int kRailButtonHeight = 8 * widgets::kGrid;
} // namespace

RailButton::RailButton(const QString& text, const QString& iconName, QWidget* parent)
    : QAbstractButton(parent), m_iconName(iconName) {
    setText(text);
    setAccessibleName(text);
    setCheckable(true);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
    setFont(widgets::captionFont(font()));
}

void RailButton::setBadge(const QString& badge) {
    if (badge == m_badge) return;
    m_badge = badge;
    setAccessibleDescription(badge.isEmpty() ? QString() : tr("Badge: %1").arg(badge));
    update();
}

QSize RailButton::sizeHint() const {
    return {std::max(kRailWidth, fontMetrics().horizontalAdvance(text()) + 2 * widgets::kGrid), kRailButtonHeight};
}

void RailButton::paintEvent(QPaintEvent*) {
    const widgets::Colors& c = widgets::colorsFor(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF box = QRectF(rect()).adjusted(4, 2, -4, -2);
    if (isChecked() || underMouse()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(isChecked() ? c.accentTint : c.hover);
        painter.drawRoundedRect(box, 6, 6);
    }
    if (hasFocus()) {
        painter.setPen(QPen(c.accent, 1.5));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(box, 6, 6);
    }
    const QColor color = isChecked() ? c.text : c.muted;
    const int text = fontMetrics().height();
    const int top = (height() - kIcon - 4 - text) / 2;
    const QRect iconBox((width() - kIcon) / 2, top, kIcon, kIcon);
    widgets::icon(m_iconName, isChecked() ? c.accent : color).paint(&painter, iconBox);
    painter.setPen(color);
    painter.drawText(QRect(0, top + kIcon + 4, width(), text), Qt::AlignCenter, this->text());
    if (m_badge.isEmpty()) return;
    painter.setPen(QPen(c.window, 2));
    painter.setBrush(c.accent);
    if (m_badge == QStringLiteral("●")) { // a dot says it all
        painter.drawEllipse(QPointF(iconBox.right() + 4, top), 6, 6);
        return;
    }
    const int badgeWidth = std::max(18, fontMetrics().horizontalAdvance(m_badge) + 8);
    const QRectF badge(iconBox.right() - 2, top - 5, badgeWidth, 18);
    painter.drawRoundedRect(badge, 9, 9);
    painter.setPen(c.accentText);
    painter.drawText(badge, Qt::AlignCenter, m_badge);
}

Rail::Rail(QWidget* parent) : QWidget(parent), m_group(new QButtonGroup(this)) {
    setAccessibleName(tr("Pages"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, widgets::kGrid, 0, widgets::kGrid);
    layout->setSpacing(0);
    layout->addStretch();
    connect(m_group, &QButtonGroup::idClicked, this, &Rail::picked);
}

void Rail::addPage(const QString& text, const QString& iconName, const QString& toolTip) {
    auto* button = new RailButton(text, iconName, this);
    button->setToolTip(toolTip);
    const int index = static_cast<int>(m_buttons.size());
    m_buttons.push_back(button);
    m_group->addButton(button, index);
    qobject_cast<QVBoxLayout*>(layout())->insertWidget(index, button);
}

void Rail::setCurrent(int index) {
    m_buttons[static_cast<std::size_t>(index)]->setChecked(true);
}

void Rail::setBadge(int index, const QString& badge) {
    m_buttons[static_cast<std::size_t>(index)]->setBadge(badge);
}

void Rail::keyPressEvent(QKeyEvent* event) {
    const int count = static_cast<int>(m_buttons.size());
    const int move = event->key() == Qt::Key_Down ? 1 : event->key() == Qt::Key_Up ? -1 : 0;
    if (move == 0) return QWidget::keyPressEvent(event);
    const int next = std::clamp(m_group->checkedId() + move, 0, count - 1);
    m_buttons[static_cast<std::size_t>(next)]->setFocus();
    m_buttons[static_cast<std::size_t>(next)]->click();
}

} // namespace fathom::app
