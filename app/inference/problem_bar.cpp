// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/problem_bar.h"

#include "app/inference/form_parts.h"
#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

namespace fathom::app {

using widgets::kGrid;

ProblemBar::ProblemBar(QWidget* parent) : QWidget(parent), m_icon(new QLabel), m_text(new QLabel) {
    setAutoFillBackground(true);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->setAccessibleName(tr("Problem"));
    auto* const copy = formButton("copy", tr("Copy details"), tr("Copy what went wrong"));
    auto* const dismiss = formButton("close", tr("Dismiss"), tr("Hide this"));
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(kGrid, kGrid / 2, kGrid / 2, kGrid / 2);
    row->setSpacing(kGrid);
    row->addWidget(m_icon);
    row->addWidget(m_text, 1);
    row->addWidget(copy);
    row->addWidget(dismiss);
    connect(copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(text()); });
    connect(dismiss, &QPushButton::clicked, this, &QWidget::hide);
    hide();
}

void ProblemBar::present(const QString& problem) {
    m_text->setText(problem);
    applyColors();
    show();
}

void ProblemBar::present(const Error& error) {
    present(QString::fromStdString(error.message()));
}

QString ProblemBar::text() const {
    return m_text->text();
}

void ProblemBar::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::ApplicationPaletteChange) applyColors();
}

void ProblemBar::applyColors() {
    const widgets::Colors& colors = widgets::colorsFor(parentWidget() ? parentWidget() : this);
    QPalette own = palette();
    own.setColor(QPalette::Window, widgets::blend(colors.surface, colors.error, 0.12));
    setPalette(own);
    m_icon->setPixmap(widgets::icon(QStringLiteral("error"), colors.error)
                          .pixmap(QSize(2 * kGrid, 2 * kGrid), devicePixelRatioF()));
}

} // namespace fathom::app
