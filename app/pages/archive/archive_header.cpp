// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/archive_header.h"

#include "app/pages/archive/archive_document.h"
#include "widgets/elided_label.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QAction>
#include <QEvent>
#include <QHBoxLayout>
#include <QToolButton>

namespace fathom::app {

ArchiveHeader::ArchiveHeader(const ArchiveDocument& document, QWidget* parent)
    : QWidget(parent),
      m_document(document),
      m_summary(new widgets::ElidedLabel),
      m_unsaved(new widgets::ElidedLabel),
      m_row(new QHBoxLayout(this)) {
    m_summary->setElideMode(Qt::ElideMiddle);
    m_summary->setMuted(true);
    m_row->setContentsMargins(0, 0, 0, 0);
    m_row->setSpacing(widgets::kGrid);
    m_row->addWidget(m_summary);
    m_row->addWidget(m_unsaved);
    m_row->addStretch(1);
    refresh();
}

QString ArchiveHeader::unsavedText() const {
    return m_unsaved->text();
}

void ArchiveHeader::addButton(QAction* action) {
    auto* const button = new QToolButton;
    button->setDefaultAction(action);
    button->setAutoRaise(true);
    button->setToolButtonStyle(Qt::ToolButtonIconOnly);
    button->setAccessibleName(action->text());
    m_row->addWidget(button);
}

void ArchiveHeader::refresh() {
    const ArchiveContents& contents = m_document.contents();
    QStringList parts{contents.path};
    if (contents.fileBytes > 0) parts.append(widgets::formatBytes(static_cast<double>(contents.fileBytes)));
    if (contents.weights)
        parts.append(tr("%1 parameters and buffers").arg(widgets::formatCount(contents.parameters)));
    m_summary->setText(parts.join(QStringLiteral("  ·  ")));
    constexpr qsizetype kNamed = 3;
    const QStringList& unsaved = m_document.unsaved();
    QString text = unsaved.mid(0, kNamed).join(QStringLiteral(", "));
    if (unsaved.size() > kNamed) text = tr("%1 and %2 more").arg(text).arg(unsaved.size() - kNamed);
    if (text.isEmpty() && m_document.isModified()) text = tr("the text of the config");
    m_unsaved->setText(text.isEmpty() ? QString() : tr("● unsaved: %1").arg(text));
    m_unsaved->setVisible(!text.isEmpty());
    QPalette own = palette();
    own.setColor(QPalette::WindowText, widgets::colorsFor(this).layerEdited);
    m_unsaved->setPalette(own);
}

void ArchiveHeader::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::ApplicationPaletteChange) refresh();
}

} // namespace fathom::app
