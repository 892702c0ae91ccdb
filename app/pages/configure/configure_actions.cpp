// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/configure/configure_actions.h"

#include "app/shell/action_registry.h"

#include <QCoreApplication>

namespace fathom::app {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("ConfigureActions", text);
}

/// Makes actions of this page.
class Maker {
public:
    explicit Maker(ActionRegistry& registry) : m_registry(registry) {}
    QAction* operator()(const char* id, const QString& text, const char* icon, const QKeySequence& shortcut,
                        const QString& tip) {
        return m_registry.add({.id = QStringLiteral("configure.") + QLatin1String(id),
                               .text = text,
                               .icon = QLatin1String(icon),
                               .shortcut = shortcut,
                               .tip = tip,
                               .page = QStringLiteral("configure")},
                              &m_registry, [] {});
    }

private:
    ActionRegistry& m_registry;
};

} // namespace

ConfigureActions::ConfigureActions(ActionRegistry& registry) {
    Maker make(registry);
    open = make("open", tr("Open config…"), "open", QKeySequence::Open, tr("Open a YAML config"));
    save = make("save", tr("Save edits into the file"), "save", QKeySequence::Save,
                tr("Write the edited values into the YAML files; nothing else in them changes"));
    undo = make("undo", tr("Undo"), "undo", QKeySequence::Undo, tr("Take back the last change"));
    redo = make("redo", tr("Redo"), "redo", QKeySequence::Redo, tr("Make the last undone change again"));
    filter = make("filter", tr("Filter the config"), "search", QKeySequence::Find,
                  tr("Search keys, values, layers and files"));
    copyCommand = make("copyCommand", tr("Copy command line"), "terminal", Qt::CTRL | Qt::SHIFT | Qt::Key_C,
                       tr("Copy a fathom-cli command that repeats this run"));
    pasteCommand = make("pasteCommand", tr("Paste command line"), "import", Qt::CTRL | Qt::SHIFT | Qt::Key_V,
                        tr("Apply the command line or the overrides in the clipboard"));
    resetAll =
        make("resetAll", tr("Reset all overrides"), "reset", {}, tr("Drop every override, as the files say"));
    compareFiles = make("compareFiles", tr("Compare with the files"), "diff", Qt::CTRL | Qt::Key_D,
                        tr("Show what the overrides change"));
    nextProblem =
        make("nextProblem", tr("Next problem"), "warning", Qt::Key_F8, tr("Go to the next problem"));
    add = make("add", tr("Add key…"), "plus", Qt::Key_Insert, tr("Add a key that the config does not have"));
    remove = make("remove", tr("Remove key"), "minus", QKeySequence::Delete,
                  tr("Remove the selected key by an override"));
    restore = make("restore", tr("Restore key"), "undo", {}, tr("Bring the removed key back"));
    reset = make("reset", tr("Reset to the layer below"), "reset", Qt::CTRL | Qt::Key_Backspace,
                 tr("Drop the override of the selected key"));
    editText = make("editText", tr("Edit as text"), "edit", Qt::SHIFT | Qt::Key_F2,
                    tr("Edit the value, or the whole section, in override grammar"));
    copyOverride = make("copyOverride", tr("Copy as override"), "copy", QKeySequence::Copy,
                        tr("Copy key=value of the selected key"));
    source = make("source", tr("Show where it was set"), "file", Qt::Key_F4,
                  tr("Show the line that set the selected value"));
    // Copying is meant for what has the focus: other widgets have texts of their own to copy.
    copyOverride->setShortcutContext(Qt::WidgetWithChildrenShortcut);
}

} // namespace fathom::app
