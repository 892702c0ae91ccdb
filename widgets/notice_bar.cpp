// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/notice_bar.h"

#include "widgets/elided_label.h"
#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

namespace fathom::widgets {

NoticeBar::NoticeBar(QWidget* parent)
    : QWidget(parent),
      m_icon(new QLabel),
      m_text(new ElidedLabel),
      m_first(new QPushButton),
      m_second(new QPushButton) {
    setAutoFillBackground(true);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(kGrid, kGrid / 2, kGrid / 2, kGrid / 2);
    row->setSpacing(kGrid);
    row->addWidget(m_icon);
    row->addWidget(m_text, 1);
    row->addWidget(m_first);
    row->addWidget(m_second);
    for (QPushButton* const button : {m_first, m_second})
        button->setAutoDefault(false);
    connect(m_first, &QPushButton::clicked, this, &NoticeBar::firstClicked);
    connect(m_second, &QPushButton::clicked, this, &NoticeBar::secondClicked);
    hide();
}

void NoticeBar::present(Kind kind, const QString& text, const QString& first, const QString& second) {
    m_kind = kind;
    m_text->setText(text);
    m_text->setAccessibleName(text);
    m_first->setText(first);
    m_first->setVisible(!first.isEmpty());
    m_second->setText(second);
    m_second->setVisible(!second.isEmpty());
    applyColors();
    setVisible(true);
}

QString NoticeBar::text() const {
    return m_text->text();
}

void NoticeBar::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::ApplicationPaletteChange) applyColors();
}

void NoticeBar::applyColors() {
    const Colors& colors = colorsFor(parentWidget() ? parentWidget() : this);
    const bool isError = m_kind == Kind::Error;
    const QColor tone = isError ? colors.error : colors.accent;
    QPalette own = palette();
    own.setColor(QPalette::Window, blend(colors.surface, tone, 0.12));
    setPalette(own);
    const QIcon sign = icon(isError ? QStringLiteral("error") : QStringLiteral("info"), tone);
    m_icon->setPixmap(sign.pixmap(QSize(2 * kGrid, 2 * kGrid), devicePixelRatioF()));
}

} // namespace fathom::widgets
