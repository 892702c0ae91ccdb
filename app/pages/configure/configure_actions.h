// SPDX-License-Identifier: GPL-3.0-or-later
// The actions of the Configure page, made in the registry. Whoever uses them connects to triggered().
#pragma once

class QAction;

namespace fathom::app {

class ActionRegistry;

struct ConfigureActions {
    explicit ConfigureActions(ActionRegistry& registry);

    QAction* open;
    QAction* save;
    QAction* undo;
    QAction* redo;
    QAction* filter;
    QAction* copyCommand;
    QAction* pasteCommand;
    QAction* resetAll;
    QAction* compareFiles;
    QAction* nextProblem;
    // Of the current key.
    QAction* add;
    QAction* remove;
    QAction* restore;
    QAction* reset;
    QAction* editText;
    QAction* copyOverride;
    QAction* source;
};

} // namespace fathom::app
