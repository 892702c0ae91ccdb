// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/action_button.h"

#include <QAction>
#include <QPushButton>

namespace fathom::widgets {

QPushButton* actionButton(QAction* action, QWidget* parent) {
    auto* const button = new QPushButton(parent);
    button->setAutoDefault(false);
    const auto follow = [button, action] {
        button->setIcon(action->icon());
        button->setText(action->text());
        button->setToolTip(action->toolTip());
        button->setEnabled(action->isEnabled());
        button->setVisible(action->isVisible());
    };
    follow();
    QObject::connect(action, &QAction::changed, button, follow);
    QObject::connect(button, &QPushButton::clicked, action, &QAction::trigger);
    return button;
}

} // namespace fathom::widgets
