// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/archive_actions.h"

#include "app/shell/action_registry.h"

#include <QCoreApplication>

namespace fathom::app {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("ArchiveActions", text);
}

/// Makes actions of this page.
class Maker {
public:
    explicit Maker(ActionRegistry& registry) : m_registry(registry) {}
    QAction* operator()(const char* id, const QString& text, const char* icon, const QKeySequence& shortcut,
                        const QString& tip) {
        return m_registry.add({.id = QStringLiteral("archive.") + QLatin1String(id),
                               .text = text,
                               .icon = QLatin1String(icon),
                               .shortcut = shortcut,
                               .tip = tip,
                               .page = QStringLiteral("archive")},
                              &m_registry, [] {});
    }

private:
    ActionRegistry& m_registry;
};

} // namespace

ArchiveActions::ArchiveActions(ActionRegistry& registry) {
    Maker make(registry);
    open = make("open", tr("Open archive…"), "open", QKeySequence::Open, tr("Open a .nemo or checkpoint"));
    close =
        make("close", tr("Close archive"), "close", QKeySequence::Close, tr("Close the archive in front"));
    filter = make("filter", tr("Filter this part"), "search", QKeySequence::Find,
                  tr("Search the keys, tensors or tokens on screen"));
    diff = make("diff", tr("Diff with…"), "diff", Qt::CTRL | Qt::Key_D,
                tr("Compare config, members and weights with another archive"));
    tryIt = make("try", tr("Try it"), "play", Qt::CTRL | Qt::Key_T,
                 tr("Restore the model and transcribe, classify or translate with it"));
    tokenizers = make("tokenizers", tr("Tokenizers…"), "tag", {}, tr("Open, try or train a tokenizer"));
    undo = make("undo", tr("Undo"), "undo", QKeySequence::Undo, tr("Take back the last edit"));
    redo = make("redo", tr("Redo"), "redo", QKeySequence::Redo, tr("Make the last undone edit again"));
    save = make("save", tr("Save…"), "save", QKeySequence::Save,
                tr("Show what saving changes in the archive, then save"));
    saveAs = make("saveAs", tr("Save as…"), "save", Qt::CTRL | Qt::SHIFT | Qt::Key_S,
                  tr("Save the edited archive under another name"));
    revert = make("revert", tr("Revert"), "reset", {}, tr("Undo every edit"));
    add = make("add", tr("Add…"), "plus", Qt::Key_Insert, tr("Add a config key, or an artifact"));
    addArtifact = make("addArtifact", tr("Add artifact…"), "plus", {},
                       tr("Add a file, or an artifact of another archive, and the key that names it"));
    replace = make("replace", tr("Replace…"), "import", {},
                   tr("Put a file in the place of the chosen artifact or member"));
    rename = make("rename", tr("Rename…"), "edit", {}, tr("Give the chosen member or tensors other names"));
    remove = make("remove", tr("Remove"), "minus", QKeySequence::Delete,
                  tr("Remove the chosen key, artifact, member or tensors"));
    reset = make("reset", tr("Reset key"), "reset", Qt::CTRL | Qt::Key_Backspace,
                 tr("Drop the edits of the chosen key"));
    convert = make("convert", tr("Convert dtype…"), "tensor", {},
                   tr("Store tensors as bfloat16, float16 or another floating-point dtype"));
}

QList<QAction*> ArchiveActions::all() const {
    return {open,   close,  filter, diff,        tryIt,   tokenizers, undo,   redo,  save,
            saveAs, revert, add,    addArtifact, replace, rename,     remove, reset, convert};
}

void ArchiveActions::disableEdits() {
    for (QAction* const action : {diff, tryIt, undo, redo, save, saveAs, revert, add, addArtifact, replace,
                                  rename, remove, reset, convert})
        action->setEnabled(false);
}

} // namespace fathom::app
