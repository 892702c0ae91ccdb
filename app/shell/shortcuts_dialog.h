// SPDX-License-Identifier: GPL-3.0-or-later
// F1: every action with its keys, made from the registry, with a search line.
#pragma once

#include <QDialog>

namespace fathom::app {

class ActionRegistry;

class ShortcutsDialog : public QDialog {
    Q_OBJECT
public:
    ShortcutsDialog(const ActionRegistry& actions, QWidget* parent);
};

} // namespace fathom::app
