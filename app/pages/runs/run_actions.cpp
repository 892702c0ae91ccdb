// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/run_actions.h"

#include "app/shell/action_registry.h"

#include <QCoreApplication>

namespace fathom::app {

namespace {

QString text(const char* source) {
    return QCoreApplication::translate("fathom::app::RunActions", source);
}

} // namespace

RunActions::RunActions(ActionRegistry& registry, const QString& page, QObject* context,
                       const std::function<void(QAction*)>& run) {
    const auto add = [&](const char* id, const char* label, const char* icon, const QKeySequence& keys,
                         const char* tip, bool checkable = false) {
        // The action is known only once it was added; it is looked up by its id then.
        const QString name = QStringLiteral("runs.") + QLatin1String(id);
        return registry.add({.id = name,
                             .text = text(label),
                             .icon = QLatin1String(icon),
                             .shortcut = keys,
                             .tip = text(tip),
                             .page = page,
                             .checkable = checkable},
                            context, [&registry, run, name] { run(registry.find(name)); });
    };
    open = add("open", "Show run", "train", {}, "Show the current run on the Train page (Enter)");
    model = add("archive", "Open its model", "archive", Qt::CTRL | Qt::Key_Return,
                "Open the .nemo that the current run wrote on the Archive page");
    tryIt = add("try", "Try its model", "play", Qt::CTRL | Qt::SHIFT | Qt::Key_T,
                "Transcribe, classify or translate with a model that the current run wrote");
    folder = add("folder", "Open folder", "folder", Qt::CTRL | Qt::Key_E,
                 "Open the current run's folder in the file manager");
    copy = add("copy", "Copy command", "copy", QKeySequence::Copy,
               "Copy the command lines that repeat the selected runs");
    clone = add("clone", "Clone and edit", "configure", Qt::CTRL | Qt::SHIFT | Qt::Key_E,
                "Open what the current run trained on Configure, to change it and train again");
    resume = add("resume", "Resume", "play", Qt::CTRL | Qt::SHIFT | Qt::Key_R,
                 "Go on from the last checkpoint in the current run's folder");
    mark = add("mark", "Mark for comparison", "check", {},
               "Mark the selected runs for comparison, or take the marks away (Space)");
    compare = add("compare", "Compare", "compare", Qt::CTRL | Qt::SHIFT | Qt::Key_M,
                  "Compare the marked runs; without marks those that are selected");
    clearMarks = add("clearMarks", "Clear marks", "close", {}, "Take the marks for comparison away");
    star = add("star", "Star", "star", Qt::CTRL | Qt::Key_D,
               "Mark the selected runs with a star, or take it away");
    tag = add("tag", "Tag…", "tag", Qt::CTRL | Qt::Key_T, "Give the selected runs a tag, or take one away");
    note = add("note", "Write a note", "edit", Qt::CTRL | Qt::SHIFT | Qt::Key_N,
               "Put the cursor into the note of the current run");
    archive = add("putAway", "Archive", "import", Qt::CTRL | Qt::SHIFT | Qt::Key_A,
                  "Put the selected runs away, or bring them back; `archived` in the filter shows them");
    trash =
        add("trash", "Move to trash", "trash", QKeySequence::Delete, "Move the selected runs to the trash");
    undo = add("undo", "Undo", "undo", QKeySequence::Undo,
               "Take the last change of stars, tags, notes, archive or trash back");
    openTrash =
        add("openTrash", "Trash…", "trash", {}, "Put runs of the trash back, or delete them for good");
    filter =
        add("filter", "Filter runs", "filter", QKeySequence::Find, "Put the cursor into the filter line");
    columns = add("columns", "Columns…", "columns", Qt::CTRL | Qt::SHIFT | Qt::Key_K,
                  "Choose the columns from metrics, config keys and attributes");
    sortAgain = add("sortAgain", "Sort again", "refresh", Qt::CTRL | Qt::Key_R,
                    "Filter and sort by the values of now; rows keep their place until then");
    panel = add("panel", "Details", "info", Qt::CTRL | Qt::Key_I, "Show or hide the side panel", true);
}

QList<QAction*> RunActions::ofRuns() const {
    return {open, model,   tryIt,   folder, copy, nullptr, clone,   resume, nullptr,
            mark, compare, nullptr, star,   tag,  note,    archive, trash,  undo};
}

} // namespace fathom::app
