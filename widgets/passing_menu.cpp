// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/passing_menu.h"

#include <QMenu>

namespace fathom::widgets {

QMenu* passingMenu(QWidget* parent) {
    auto* const menu = new QMenu(parent);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    return menu;
}

} // namespace fathom::widgets
