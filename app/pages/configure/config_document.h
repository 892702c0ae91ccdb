// SPDX-License-Identifier: GPL-3.0-or-later
// The config that the Configure page edits: a file, the overrides on it, and what they compose to.
//
// Every change is one step of the undo stack; each change starts a composition in the background. Until it
// succeeds the last good tree stays, with the error beside it.
#pragma once

#include "app/models/config_tree.h"
#include "app/models/override_list.h"
#include "app/models/override_text.h"
#include "app/models/schedule_preview.h"
#include "engine/run/request.h"

#include <QObject>
#include <QTimer>
#include <QUndoStack>

#include <map>
#include <memory>
#include <optional>

class QFileSystemWatcher;

namespace fathom::app {

class JobRunner;

/// What the user decides; everything else follows from it.
struct ConfigState {
    QString configPath{}; ///< folder, as in --config-path
    QString configName{}; ///< as in --config-name
    OverrideList overrides{};

    friend bool operator==(const ConfigState& a, const ConfigState& b) = default;
};

/// The result of one composition, made in the background.
struct Composition {
    std::optional<config::Config> config{};
    ConfigTree tree{};
    SchedulePreview schedule{};
    std::optional<Error> error{};         ///< set when there is no config
    std::map<QString, QString> sources{}; ///< text of every file that set a value, and of the primary file
    QString primaryFile{};                ///< as the origins name it
};

/// Pure but for reading the files; for a background thread.
[[nodiscard]] Composition composeState(const ConfigState& state);

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
    /// The last tree that composed; empty until one did.
    [[nodiscard]] const ConfigTree& tree() const { return m_tree; }
    [[nodiscard]] const std::map<QString, QString>& sources() const { return m_sources; }
    [[nodiscard]] const SchedulePreview& schedule() const { return m_schedule; }
    [[nodiscard]] const QString& primaryFile() const { return m_primaryFile; }
    [[nodiscard]] const std::optional<config::Config>& config() const { return m_config; }
    /// What prevents composing now, then what is open in the tree.
    [[nodiscard]] std::vector<ConfigProblem> problems() const;
    [[nodiscard]] bool isComposing() const { return m_isComposing; }
    [[nodiscard]] bool hasError() const { return m_error.has_value(); }
    /// "model.optim.lr=0.02", or empty when nothing overrides the key.
    [[nodiscard]] QString overrideOf(const QString& path) const;

    /// Opens a YAML file with these overrides; forgets the undo steps.
    void open(const QString& file, const OverrideList& overrides = {});
    void edit(const QString& path, const QString& typed);
    void add(const QString& path, const QString& typed);
    void remove(const QString& path);
    void reset(const QString& path);
    void resetAll();
    /// What the user typed into the command-line box; steps of one typing merge.
    void setCommandLine(const QString& text);
    /// The next change of the command line is an undo step of its own.
    void endTyping() { ++m_typing; }
    [[nodiscard]] QString commandLine() const;
    /// The request that Train sends.
    [[nodiscard]] run::RunRequest request(const std::filesystem::path& workspace) const;
    /// Adds a problem from outside (the engine refused the run) until the next change.
    void addRefusal(const Error& error);

Q_SIGNALS:
    void stateChanged();
    /// Tree, sources or problems are new.
    void composed();

private:
    class Step;
    void push(const QString& text, ConfigState next, int mergeId = -1);
    void apply(const ConfigState& state);
    void compose();
    void take(Composition composition);
    void watch();

    JobRunner& m_jobs;
    QUndoStack m_undo;
    QFileSystemWatcher* m_watcher = nullptr;
    QTimer m_reload;
    ConfigState m_state;
    ConfigTree m_tree;
    SchedulePreview m_schedule;
    std::optional<config::Config> m_config;
    std::map<QString, QString> m_sources;
    QString m_primaryFile;
    std::optional<Error> m_error;
    std::optional<Error> m_refusal;
    bool m_isComposing = false;
    int m_typing = 0;
};

/// A path relative to the current directory where that is shorter to read, otherwise absolute.
[[nodiscard]] QString displayPath(const QString& path);

} // namespace fathom::app
