// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tab_order.h"

#include <QWidget>

namespace fathom::widgets {

void putIntoTabOrder(QWidget* before, const QWidget* page) {
    QWidgetList inside;
    for (QWidget* widget = page->nextInFocusChain(); widget && page->isAncestorOf(widget);
         widget = widget->nextInFocusChain())
        if (widget->focusPolicy() & Qt::TabFocus && !widget->focusProxy()) inside.append(widget);
    for (QWidget* const widget : inside) {
        QWidget::setTabOrder(before, widget);
        before = widget;
    }
}

} // namespace fathom::widgets
