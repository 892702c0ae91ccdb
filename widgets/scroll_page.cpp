// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scroll_page.h"

#include "widgets/theme.h"

#include <QEvent>
#include <QLayout>
#include <QScrollBar>

#include <algorithm>

namespace fathom::widgets {

namespace {
constexpr QSize kLeast(24 * kGrid, 12 * kGrid);

QSize leastOf(const QWidget& widget) {
    return widget.minimumSizeHint().expandedTo(widget.minimumSize());
}

} // namespace

ScrollPage::ScrollPage(QWidget* page, QWidget* parent) : QScrollArea(parent) {
    setFrameShape(NoFrame);
    setFocusPolicy(Qt::NoFocus); // what is inside has it
    setWidget(page);
    page->setAutoFillBackground(false); // setWidget() sees to the opposite
    viewport()->setAutoFillBackground(false);
}

QSize ScrollPage::sizeHint() const {
    return widget()->sizeHint();
}

QSize ScrollPage::minimumSizeHint() const {
    return leastOf(*widget()).boundedTo(kLeast);
}

/// What a page wants more at `width` than at the width it would like is for lines that wrap.
QSize ScrollPage::needed(int width) const {
    QSize least = leastOf(*widget());
    const int wide = std::max(width, least.width());
    if (const QLayout* const layout = widget()->layout(); layout && layout->hasHeightForWidth())
        least.rheight() += std::max(0, layout->totalHeightForWidth(wide) - layout->totalSizeHint().height());
    return least;
}

/// A scroll bar takes room from the other direction.
void ScrollPage::fit() {
    QSize room = maximumViewportSize();
    QSize least = needed(room.width());
    if (least.height() > room.height()) {
        room.rwidth() -= verticalScrollBar()->sizeHint().width();
        least = needed(room.width());
    }
    if (least.width() > room.width()) room.rheight() -= horizontalScrollBar()->sizeHint().height();
    widget()->resize(least.expandedTo(room));
}

bool ScrollPage::eventFilter(QObject* watched, QEvent* event) {
    const bool isDone = QScrollArea::eventFilter(watched, event);
    if (watched == widget() && event->type() == QEvent::LayoutRequest) {
        fit();
        updateGeometry();
    }
    return isDone;
}

void ScrollPage::resizeEvent(QResizeEvent* event) {
    fit();
    QScrollArea::resizeEvent(event);
}

} // namespace fathom::widgets
