// SPDX-License-Identifier: GPL-3.0-or-later
// The actions of the Archive page, made in the registry; they act on the archive in front. Whoever uses them
// connects to triggered().
#pragma once

#include <QList>

class QAction;

namespace fathom::app {

class ActionRegistry;

struct ArchiveActions {
    explicit ArchiveActions(ActionRegistry& registry);
    [[nodiscard]] QList<QAction*> all() const;
    /// Those that need an archive with edits or the possibility of some are off.
    void disableEdits();

    QAction* open;
    QAction* close;
    QAction* filter;
    QAction* diff;
    QAction* tryIt;      ///< its model
    QAction* tokenizers; ///< of no archive
    QAction* undo;
    QAction* redo;
    QAction* save;
    QAction* saveAs;
    QAction* revert;
    // Of what is chosen: a key, an artifact, a member, tensors.
    QAction* add;
    QAction* addArtifact;
    QAction* replace;
    QAction* rename;
    QAction* remove;
    QAction* reset;
    QAction* convert;
};

} // namespace fathom::app
