// SPDX-License-Identifier: GPL-3.0-or-later
// What can be done on the Runs page, as actions of the registry.
#pragma once

#include <QAction>
#include <QList>

#include <functional>

namespace fathom::app {

class ActionRegistry;

struct RunActions {
    /// `run(action)` is called with the action that was triggered, while `context` lives.
    RunActions(ActionRegistry& registry, const QString& page, QObject* context,
               const std::function<void(QAction*)>& run);

    QAction* open;
    QAction* model; ///< its .nemo
    QAction* tryIt; ///< its model
    QAction* folder;
    QAction* copy;
    QAction* clone;
    QAction* resume;
    QAction* mark;
    QAction* compare;
    QAction* clearMarks;
    QAction* star;
    QAction* tag;
    QAction* note;
    QAction* archive; ///< put away
    QAction* trash;
    QAction* undo;
    QAction* openTrash;
    QAction* filter;
    QAction* columns;
    QAction* sortAgain;
    QAction* panel;

    /// Those that need a run, in the order of the context menu; nullptr is a separator.
    [[nodiscard]] QList<QAction*> ofRuns() const;
};

} // namespace fathom::app
