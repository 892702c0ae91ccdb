// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/compare_bar.h"

#include "widgets/action_button.h"
#include "widgets/elided_label.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QPushButton>

namespace fathom::app {

CompareBar::CompareBar(QAction* compare, QAction* clear, QWidget* parent)
    : QWidget(parent), m_text(new widgets::ElidedLabel(this)) {
    QPushButton* const button = widgets::actionButton(compare, this);
    button->setDefault(true);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_text, 1);
    layout->addWidget(widgets::actionButton(clear, this));
    layout->addWidget(button);
    hide();
}

void CompareBar::setRuns(const QStringList& titles) {
    setVisible(!titles.isEmpty());
    const QString names = titles.join(QStringLiteral(", "));
    m_text->setText(titles.size() == 1 ? tr("Marked for comparison: %1. Mark one more with Space.").arg(names)
                                       : tr("%1 marked for comparison: %2").arg(titles.size()).arg(names));
}

QString CompareBar::text() const {
    return m_text->text();
}

} // namespace fathom::app
