// SPDX-License-Identifier: GPL-3.0-or-later
// A menu for once: fill it, then popup(). It deletes itself when it closes, or goes with its parent while it
// is open; one on the stack that runs exec() would be deleted twice then.
#pragma once

class QMenu;
class QWidget;

namespace fathom::widgets {

/// Owned by `parent`.
[[nodiscard]] QMenu* passingMenu(QWidget* parent);

} // namespace fathom::widgets
