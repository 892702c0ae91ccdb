// SPDX-License-Identifier: GPL-3.0-or-later
// A push button for an action: enabled, visible and named as the action is.
#pragma once

class QAction;
class QPushButton;
class QWidget;

namespace fathom::widgets {

[[nodiscard]] QPushButton* actionButton(QAction* action, QWidget* parent = nullptr);

} // namespace fathom::widgets
