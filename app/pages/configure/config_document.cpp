// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/configure/config_document.h"

#include "app/bridge/job_runner.h"
#include "app/models/command_line.h"
#include "app/models/config_diff.h"
#include "app/models/config_edits.h"
#include "engine/base/file.h"
#include "engine/config/override.h"

#include <QDir>
#include <QFileInfo>
#include <QFileSystemWatcher>

#include <algorithm>

namespace fathom::app {

namespace {

constexpr int kDiskDelayMs = 150; // editors write a file in several steps

} // namespace

/// One change of the whole state: small, and nothing can get out of step.
class ConfigDocument::Step : public QUndoCommand {
public:
    Step(ConfigDocument& document, const QString& text, ConfigState next, int mergeId)
        : QUndoCommand(text),
          m_document(document),
          m_before(document.m_state),
          m_after(std::move(next)),
          m_mergeId(mergeId) {}

    void undo() override { m_document.apply(m_before); }
    void redo() override { m_document.apply(m_after); }
    [[nodiscard]] int id() const override { return m_mergeId; }
    bool mergeWith(const QUndoCommand* other) override {
        if (m_mergeId < 0 || other->id() != m_mergeId) return false;
        m_after = static_cast<const Step*>(other)->m_after;
        return true;
    }

private:
    ConfigDocument& m_document;
    ConfigState m_before;
    ConfigState m_after;
    int m_mergeId;
};

ConfigDocument::ConfigDocument(JobRunner& jobs, QObject* parent)
    : QObject(parent), m_jobs(jobs), m_watcher(new QFileSystemWatcher(this)) {
    m_diskDelay.setSingleShot(true);
    m_diskDelay.setInterval(kDiskDelayMs);
    connect(m_watcher, &QFileSystemWatcher::fileChanged, &m_diskDelay, qOverload<>(&QTimer::start));
    connect(m_watcher, &QFileSystemWatcher::directoryChanged, &m_diskDelay, qOverload<>(&QTimer::start));
    connect(&m_diskDelay, &QTimer::timeout, this, &ConfigDocument::checkDisk);
}

QString ConfigDocument::file() const {
    return isOpen() ? primaryFileOf(m_state) : QString();
}

std::vector<ConfigProblem> ConfigDocument::problems() const {
    std::vector<ConfigProblem> problems = m_composition.errors;
    if (m_refusal) problems.push_back({*m_refusal, true, -1, {}});
    const auto& open = m_composition.tree.problems;
    problems.insert(problems.end(), open.begin(), open.end());
    return problems;
}

QString ConfigDocument::overrideOf(const QString& path) const {
    const auto& items = m_state.overrides.items;
    for (auto item = items.rbegin(); item != items.rend(); ++item) {
        if (splitOverride(*item).key == path.toStdString()) return QString::fromStdString(*item);
    }
    return {};
}

void ConfigDocument::open(const QString& file, const OverrideList& overrides) {
    const QFileInfo info(file);
    const QString name = info.suffix() == QStringLiteral("yaml") ? info.completeBaseName() : info.fileName();
    m_composition = {};
    m_texts.clear();
    m_undo.clear();
    m_sweepJob = 0;
    apply({displayPath(info.absolutePath()), name, overrides});
}

void ConfigDocument::reload() {
    m_texts.clear();
    m_diskChange.reset();
    Q_EMIT diskChangeNoticed();
    compose();
}

void ConfigDocument::showSweepJob(int job) {
    if (job == m_sweepJob) return;
    m_sweepJob = job;
    compose();
}

void ConfigDocument::push(const QString& text, ConfigState next, int mergeId) {
    if (next == m_state) return;
    m_undo.push(new Step(*this, text, std::move(next), mergeId));
}

void ConfigDocument::apply(const ConfigState& state) {
    const bool isOtherFile = state.configPath != m_state.configPath || state.configName != m_state.configName;
    m_state = state;
    m_refusal.reset();
    if (isOtherFile) m_texts.clear();
    compose();
    Q_EMIT stateChanged();
}

void ConfigDocument::edit(const QString& path, const QString& typed) {
    ConfigState next = m_state;
    const ConfigItem* const row = findKey(m_composition.tree.root, path);
    const std::string text = typed.trimmed().toStdString();
    const bool isSweep = isMeantAsSweep(text, row ? row->type : Value::Type::String);
    setKey(next.overrides, composedConfig(), path.toStdString(),
           isSweep ? text : config::overrideTextFromInput(text));
    push(tr("change of %1").arg(path), std::move(next));
}

void ConfigDocument::editSection(const QString& path, const QString& typed) {
    ConfigState next = m_state;
    setSection(next.overrides, composedConfig(), path.toStdString(), typed.trimmed().toStdString());
    push(tr("change of %1").arg(path), std::move(next));
}

void ConfigDocument::switchSection(const QString& path, const QString& name) {
    ConfigState next = m_state;
    app::switchSection(next.overrides, composedConfig(), path.toStdString(), name.toStdString());
    push(tr("choice of %1").arg(name), std::move(next));
}

void ConfigDocument::editGroup(const QString& groupKey, const QString& option) {
    ConfigState next = m_state;
    next.overrides.set(groupKey.toStdString(), option.toStdString());
    push(tr("choice of %1").arg(groupKey), std::move(next));
}

void ConfigDocument::add(const QString& path, const QString& typed) {
    ConfigState next = m_state;
    next.overrides.add(path.toStdString(), config::overrideTextFromInput(typed.toStdString()));
    push(tr("adding %1").arg(path), std::move(next));
}

void ConfigDocument::remove(const QString& path) {
    ConfigState next = m_state;
    next.overrides.remove(path.toStdString());
    push(tr("removal of %1").arg(path), std::move(next));
}

void ConfigDocument::reset(const QString& path) {
    ConfigState next = m_state;
    if (next.overrides.reset(path.toStdString())) push(tr("reset of %1").arg(path), std::move(next));
}

void ConfigDocument::resetAll() {
    setOverrides(tr("reset of everything"), {});
}

void ConfigDocument::setOverrides(const QString& text, const OverrideList& overrides) {
    ConfigState next = m_state;
    next.overrides = overrides;
    push(text, std::move(next));
}

void ConfigDocument::takeWritten(const std::vector<FileChange>& changes) {
    for (const FileChange& change : changes) {
        const auto text = m_texts.find(change.file);
        if (text != m_texts.end()) text->second = QString::fromStdString(change.after);
    }
    compose();
}

void ConfigDocument::apply(const ConfigFix& fix) {
    ConfigState next = m_state;
    next.overrides.put(static_cast<std::size_t>(fix.argument), fix.replacement);
    push(fix.text, std::move(next));
}

void ConfigDocument::applyMechanicalFixes() {
    ConfigState next = m_state;
    const auto problems = this->problems();
    for (const ConfigProblem& problem : problems) {
        const bool isMechanical = !problem.fixes.empty() && !problem.fixes.front().replacement.empty();
        if (isMechanical)
            next.overrides.put(static_cast<std::size_t>(problem.argument), problem.fixes.front().replacement);
    }
    push(tr("fixes"), std::move(next));
}

void ConfigDocument::setCommandLine(const QString& text) {
    const CommandLine line = parseCommandLine(text.toStdString());
    ConfigState next = m_state;
    if (!line.configPath.empty()) next.configPath = QString::fromStdString(line.configPath);
    if (!line.configName.empty()) next.configName = QString::fromStdString(line.configName);
    next.overrides.replace(line.overrides);
    push(tr("change of the command line"), std::move(next), m_typing);
}

bool ConfigDocument::pasteCommand(const QString& text) {
    const CommandLine line = parseCommandLine(text.toStdString());
    if (line.overrides.empty() && line.configName.empty() && line.configPath.empty()) return false;
    ConfigState next = m_state;
    if (!line.configPath.empty())
        next.configPath =
            folderFor(QString::fromStdString(line.configPath), QString::fromStdString(line.script));
    if (!line.configName.empty()) next.configName = QString::fromStdString(line.configName);
    const bool isWhole = line.hasProgram || !line.configName.empty();
    std::vector<std::string> items = line.overrides;
    if (!isWhole) items.insert(items.begin(), m_state.overrides.items.begin(), m_state.overrides.items.end());
    next.overrides.replace(std::move(items));
    push(tr("pasted command"), std::move(next));
    return true;
}

/// Hydra looks for a relative folder beside the script, fathom-cli in the current directory.
QString ConfigDocument::folderFor(const QString& configPath, const QString& script) const {
    if (script.isEmpty() || QDir::isAbsolutePath(configPath)) return configPath;
    const QString besideScript = QFileInfo(script).dir().filePath(configPath);
    const bool isThere = QFileInfo(besideScript).isDir() || !QFileInfo(configPath).isDir();
    return isThere ? displayPath(QDir::current().absoluteFilePath(QDir::cleanPath(besideScript)))
                   : configPath;
}

QString ConfigDocument::commandLine() const {
    CommandLine line;
    line.configPath = m_state.configPath.toStdString();
    line.configName = m_state.configName.toStdString();
    line.overrides = m_state.overrides.items;
    return QString::fromStdString(formatCommandLine(line));
}

std::vector<run::RunRequest> ConfigDocument::requests(const std::filesystem::path& workspace) const {
    run::RunRequest request;
    request.configPath = m_state.configPath.toStdString();
    request.configName = m_state.configName.toStdString();
    request.overrides = m_state.overrides.items;
    request.workspace = workspace;
    if (m_composition.sweep.jobs.empty()) return {request};
    std::vector<run::RunRequest> requests;
    for (const SweepJob& job : m_composition.sweep.jobs) {
        request.overrides = job.overrides;
        requests.push_back(request);
    }
    return requests;
}

void ConfigDocument::addRefusal(const Error& error) {
    m_refusal = error;
    Q_EMIT composed();
}

void ConfigDocument::compose() {
    if (!isOpen()) return;
    m_isComposing = true;
    m_jobs.run(
        QStringLiteral("configure.compose"), this,
        [state = m_state, options = ComposeOptions{m_texts, m_sweepJob}](std::stop_token) {
            return composeState(state, options);
        },
        [this](Composition composition) { take(std::move(composition)); });
}

void ConfigDocument::take(Composition composition) {
    m_isComposing = false;
    for (const auto& [file, text] : composition.sources)
        m_texts.try_emplace(file, text);
    if (!composition.config && m_composition.config) {
        // The files alone do not compose: what they were stays in sight, with the reason.
        m_composition.errors = std::move(composition.errors);
        m_composition.sources = std::move(composition.sources);
        m_composition.primaryFile = composition.primaryFile;
    } else {
        m_composition = std::move(composition);
    }
    const int jobs = static_cast<int>(m_composition.sweep.jobs.size());
    m_sweepJob = std::clamp(m_sweepJob, 0, std::max(0, jobs - 1));
    watch();
    Q_EMIT composed();
}

void ConfigDocument::watch() {
    QStringList wanted;
    for (const auto& [file, text] : m_composition.sources)
        wanted.append(QFileInfo(file).absoluteFilePath());
    if (wanted.isEmpty()) wanted.append(QFileInfo(m_composition.primaryFile).absolutePath());
    const QStringList watched = m_watcher->files() + m_watcher->directories();
    for (const QString& file : watched) {
        if (!wanted.contains(file)) m_watcher->removePath(file);
    }
    // A file that was replaced by a rename is no longer watched: adding it again covers that too.
    for (const QString& file : wanted) {
        if (!watched.contains(file) || !m_watcher->files().contains(file)) m_watcher->addPath(file);
    }
}

void ConfigDocument::checkDisk() {
    if (!isOpen()) return;
    m_jobs.run(
        QStringLiteral("configure.disk"), this,
        [state = m_state, job = m_sweepJob](std::stop_token) {
            return composeState(state, {.frozen = {}, .sweepJob = job});
        },
        [this](Composition onDisk) { noticeDisk(std::move(onDisk)); });
}

void ConfigDocument::noticeDisk(Composition onDisk) {
    watch();
    DiskChange change;
    for (const auto& [file, text] : m_texts) {
        const auto now = onDisk.sources.find(file);
        const bool isGone = now == onDisk.sources.end() && !QFileInfo::exists(file);
        if (isGone || (now != onDisk.sources.end() && now->second != text)) change.files.append(file);
    }
    const bool isNew = !onDisk.sources.empty() && m_texts.empty(); // it could not be read before
    if (change.files.isEmpty() && !isNew) {
        if (m_diskChange) reload(); // it is again what it was
        return;
    }
    if (onDisk.config && m_composition.config)
        change.values = static_cast<int>(compareConfigs(m_composition.tree.root, onDisk.tree.root).size());
    else if (!onDisk.errors.empty())
        change.error = onDisk.errors.front().error;
    // Nothing of the user's is at stake: comments only, or a file that did not compose before.
    if (!m_composition.config || (onDisk.config && change.values == 0)) return reload();
    m_diskChange = std::move(change);
    Q_EMIT diskChangeNoticed();
}

} // namespace fathom::app
