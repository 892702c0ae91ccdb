// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/import_bar.h"

#include "widgets/elided_label.h"
#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMessageBox>
#include <QProgressBar>
#include <QPushButton>

namespace fathom::app {

using widgets::kGrid;

namespace {
constexpr int kAtFirst = 5; ///< problems that a message fits on a small display with
} // namespace

ImportBar::ImportBar(QWidget* parent)
    : QWidget(parent),
      m_icon(new QLabel),
      m_text(new widgets::ElidedLabel),
      m_bar(new QProgressBar),
      m_details(new QPushButton(tr("Details…"))),
      m_end(new QPushButton) {
    setAutoFillBackground(true);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    m_bar->setFixedWidth(24 * kGrid);
    m_bar->setTextVisible(false);
    m_bar->setAccessibleName(tr("Progress of the import"));
    m_details->setToolTip(tr("What could not be imported, and why"));
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(2 * kGrid, kGrid / 2, kGrid, kGrid / 2);
    row->setSpacing(kGrid);
    row->addWidget(m_icon);
    row->addWidget(m_text, 1);
    row->addWidget(m_bar);
    row->addWidget(m_details);
    row->addWidget(m_end);
    for (QPushButton* const button : {m_details, m_end})
        button->setAutoDefault(false);
    connect(m_details, &QPushButton::clicked, this, &ImportBar::showProblems);
    connect(m_end, &QPushButton::clicked, this, [this] {
        if (!m_isBusy) return hide();
        m_end->setEnabled(false);
        Q_EMIT cancelRequested();
    });
    hide();
}

void ImportBar::begin(const QString& text) {
    m_isBusy = true;
    m_problems.clear();
    m_bar->setRange(0, 0);
    m_bar->show();
    m_details->hide();
    m_end->setText(tr("Cancel"));
    m_end->setEnabled(true);
    m_text->setText(text);
    applyColors();
    show();
}

void ImportBar::setProgress(int done, int of, const QString& text) {
    if (!m_isBusy) return;
    m_bar->setRange(0, of > 1 ? of : 0);
    m_bar->setValue(done);
    m_text->setText(text);
}

void ImportBar::finish(const QString& summary, const QStringList& problems) {
    m_isBusy = false;
    m_problems = problems;
    m_bar->hide();
    m_details->setVisible(!problems.isEmpty());
    m_end->setText(tr("Close"));
    m_end->setEnabled(true);
    m_text->setText(summary);
    m_text->setAccessibleName(summary);
    applyColors();
    show();
}

QString ImportBar::text() const {
    return m_text->text();
}

void ImportBar::showProblems() {
    QStringList first = m_problems.mid(0, kAtFirst);
    if (m_problems.size() > kAtFirst) first.append(tr("… and %1 more").arg(m_problems.size() - kAtFirst));
    auto* const box = new QMessageBox(QMessageBox::Warning, tr("Not everything was imported"),
                                      first.join(QStringLiteral("\n\n")), QMessageBox::Close, this);
    if (m_problems.size() > kAtFirst) box->setDetailedText(m_problems.join(QLatin1Char('\n')));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    box->open();
}

void ImportBar::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::ApplicationPaletteChange) applyColors();
}

void ImportBar::applyColors() {
    const widgets::Colors& colors = widgets::colorsFor(parentWidget() ? parentWidget() : this);
    const QColor tone = m_problems.isEmpty() ? colors.accent : colors.warning;
    QPalette own = palette();
    own.setColor(QPalette::Window, widgets::blend(colors.surface, tone, 0.12));
    setPalette(own);
    const QIcon sign =
        widgets::icon(m_problems.isEmpty() ? QStringLiteral("import") : QStringLiteral("warning"), tone);
    m_icon->setPixmap(sign.pixmap(QSize(2 * kGrid, 2 * kGrid), devicePixelRatioF()));
}

} // namespace fathom::app
