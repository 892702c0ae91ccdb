// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/empty_state.h"

#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QEvent>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace fathom::widgets {

EmptyState::EmptyState(QWidget* parent)
    : QWidget(parent),
      m_picture(new QLabel(this)),
      m_title(new QLabel(this)),
      m_text(new QLabel(this)),
      m_button(new QPushButton(this)) {
    m_title->setFont(titleFont(font()));
    m_text->setWordWrap(true);
    m_text->setMaximumWidth(60 * kGrid);
    m_text->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
    m_button->setDefault(true);
    m_button->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(kGrid);
    layout->addStretch(2);
    layout->addWidget(m_picture, 0, Qt::AlignHCenter);
    layout->addWidget(m_title, 0, Qt::AlignHCenter);
    auto* row = new QHBoxLayout;
    row->addStretch();
    row->addWidget(m_text, 8);
    row->addStretch();
    layout->addLayout(row);
    layout->addSpacing(kGrid);
    layout->addWidget(m_button, 0, Qt::AlignHCenter);
    layout->addStretch(3);
    connect(m_button, &QPushButton::clicked, this, &EmptyState::buttonClicked);
    applyColors();
}

void EmptyState::set(const QString& iconName, const QString& title, const QString& text) {
    m_icon = iconName;
    m_title->setText(title);
    m_text->setText(text);
    setAccessibleName(title);
    setAccessibleDescription(text);
    applyColors();
}

void EmptyState::setButton(const QString& text, const QString& iconName) {
    m_button->setText(text);
    m_button->setIcon(iconName.isEmpty() ? QIcon() : icon(iconName));
    m_button->setVisible(!text.isEmpty());
}

void EmptyState::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) applyColors();
}

void EmptyState::applyColors() {
    const Colors& c = colorsFor(this);
    if (!m_icon.isEmpty())
        m_picture->setPixmap(icon(m_icon, c.muted).pixmap(QSize(48, 48), devicePixelRatioF()));
    QPalette muted = m_text->palette();
    if (muted.color(QPalette::WindowText) == c.muted) return;
    muted.setColor(QPalette::WindowText, c.muted);
    m_text->setPalette(muted);
}

} // namespace fathom::widgets
