// SPDX-License-Identifier: GPL-3.0-or-later
// The config that the Configure page edits: a file, the overrides on it, and what they compose to.
//
// Every change is one step of the undo stack; each change starts a composition in the background. Overrides
// that do not compose are left out of the tree and reported. Files are read when they are opened and
// reloaded: a change on disk is announced and waits for reload().
#pragma once

#include "app/models/config_edits.h"
#include "app/models/config_save.h"
#include "engine/run/request.h"

#include <QObject>
#include <QTimer>
#include <QUndoStack>

#include <optional>

class QFileSystemWatcher;

namespace fathom::app {

class JobRunner;

/// Files that were changed by someone else since they were read.
struct DiskChange {
    QStringList files{};
    int values = 0;               ///< keys that would be different
    std::optional<Error> error{}; ///< what is on disk does not compose
};

/// GUI thread only.
class ConfigDocument : public QObject {
    Q_OBJECT
public:
    ConfigDocument(JobRunner& jobs, QObject* parent);

    [[nodiscard]] const ConfigState& state() const { return m_state; }
    [[nodiscard]] bool isOpen() const { return !m_state.configName.isEmpty(); }
    /// "configs/asr/quartznet_prompts.yaml"
    [[nodiscard]] QString file() const;
    [[nodiscard]] QUndoStack& undoStack() { return m_undo; }
    /// The last composition that gave a tree; an empty one until there was one.
    [[nodiscard]] const Composition& composition() const { return m_composition; }
    [[nodiscard]] const ConfigTree& tree() const { return m_composition.tree; }
    [[nodiscard]] bool hasTree() const { return !m_composition.tree.root.children.empty(); }
    /// What prevents composing now, then what is open in the tree.
    [[nodiscard]] std::vector<ConfigProblem> problems() const;
    [[nodiscard]] bool isComposing() const { return m_isComposing; }
    /// Something prevents a run.
    [[nodiscard]] bool hasError() const { return !m_composition.errors.empty() || m_refusal.has_value(); }
    /// "model.optim.lr=0.02", or empty when nothing overrides the key.
    [[nodiscard]] QString overrideOf(const QString& path) const;
    [[nodiscard]] const std::optional<DiskChange>& diskChange() const { return m_diskChange; }
    /// Which run of the sweep the tree shows.
    [[nodiscard]] int sweepJob() const { return m_sweepJob; }

    /// Opens a YAML file with these overrides; forgets the undo steps.
    void open(const QString& file, const OverrideList& overrides = {});
    /// Reads the files again.
    void reload();
    void showSweepJob(int job);

    void edit(const QString& path, const QString& typed);
    /// The whole section as text: only what differs from now becomes overrides.
    void editSection(const QString& path, const QString& typed);
    /// The name of an optimizer or scheduler: keys that the other one does not have go, and those of its that
    /// an earlier switch removed come back. Its own defaults follow by themselves.
    void switchSection(const QString& path, const QString& name);
    /// Another option of a config group ("model/encoder").
    void editGroup(const QString& groupKey, const QString& option);
    void add(const QString& path, const QString& typed);
    void remove(const QString& path);
    void reset(const QString& path);
    void resetAll();
    /// Other overrides, as one undo step.
    void setOverrides(const QString& text, const OverrideList& overrides);
    /// Files that were written by us are what they are from now on; nothing else of them changed.
    void takeWritten(const std::vector<FileChange>& changes);
    void apply(const ConfigFix& fix);
    /// Every first fix that does more than drop an override.
    void applyMechanicalFixes();
    /// What the user typed into the command-line box; steps of one typing merge.
    void setCommandLine(const QString& text);
    /// A command from elsewhere: with a program it replaces everything, else its overrides are added. False
    /// when there is no override and no config in the text.
    bool pasteCommand(const QString& text);
    /// The next change of the command line is an undo step of its own.
    void endTyping() { ++m_typing; }
    [[nodiscard]] QString commandLine() const;
    /// The requests that Train sends: one, or those of the sweep.
    [[nodiscard]] std::vector<run::RunRequest> requests(const std::filesystem::path& workspace) const;
    /// Adds a problem from outside (the engine refused the run) until the next change.
    void addRefusal(const Error& error);

Q_SIGNALS:
    void stateChanged();
    /// Tree, sources or problems are new.
    void composed();
    /// diskChange() is another one, or gone.
    void diskChangeNoticed();

private:
    class Step;
    void push(const QString& text, ConfigState next, int mergeId = -1);
    void apply(const ConfigState& state);
    void compose();
    void take(Composition composition);
    void watch();
    void checkDisk();
    void noticeDisk(Composition onDisk);
    [[nodiscard]] ComposedConfig composedConfig() const { return {m_composition.config, m_composition.tree.root}; }
    [[nodiscard]] QString folderFor(const QString& configPath, const QString& script) const;

    JobRunner& m_jobs;
    QUndoStack m_undo;
    QFileSystemWatcher* m_watcher = nullptr;
    QTimer m_diskDelay;
    ConfigState m_state;
    Composition m_composition;
    SourceTexts m_texts; ///< what compositions read instead of the disk
    std::optional<DiskChange> m_diskChange;
    std::optional<Error> m_refusal;
    bool m_isComposing = false;
    int m_typing = 0;
    int m_sweepJob = 0;
};

} // namespace fathom::app
