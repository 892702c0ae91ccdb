// SPDX-License-Identifier: GPL-3.0-or-later
// The way of the Tab key through widgets that are made late.
#pragma once

class QWidget;

namespace fathom::widgets {

/// Tab goes from `before` through what is inside `page`, in its order, though it was made later than what
/// stands behind. Both have their place in the window already.
void putIntoTabOrder(QWidget* before, const QWidget* page);

} // namespace fathom::widgets
