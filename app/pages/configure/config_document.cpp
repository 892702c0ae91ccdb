// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/configure/config_document.h"

#include "app/bridge/job_runner.h"
#include "engine/base/file.h"
#include "engine/config/compose.h"

#include <QDir>
#include <QFileInfo>
#include <QFileSystemWatcher>

#include <set>

namespace fathom::app {

namespace {

constexpr int kReloadDelayMs = 150; // editors write a file in several steps

void collectFiles(const ConfigItem& item, std::set<QString>& files) {
    const bool isFile =
        item.origin && !item.origin->file.isEmpty() &&
        (item.origin->layer == config::Layer::Yaml || item.origin->layer == config::Layer::Group);
    if (isFile) files.insert(item.origin->file);
    for (const ConfigItem& child : item.children)
        collectFiles(child, files);
}

std::filesystem::path primaryPath(const ConfigState& state) {
    std::string name = state.configName.toStdString();
    if (!name.ends_with(".yaml") && !name.ends_with(".yml")) name += ".yaml";
    return std::filesystem::path(state.configPath.toStdString()) / name;
}

} // namespace

Composition composeState(const ConfigState& state) {
    Composition composition;
    composition.primaryFile = QString::fromStdString(primaryPath(state).string());
    config::ComposeRequest request;
    request.configPath = state.configPath.toStdString();
    request.configName = state.configName.toStdString();
    request.overrides = state.overrides.items;
    request.editedFrom = state.overrides.editedFrom;
    Result<config::Config> config = config::compose(request);
    std::set<QString> files{composition.primaryFile};
    if (config) {
        composition.tree = buildConfigTree(*config);
        composition.schedule = previewSchedule(*config);
        composition.config = std::move(*config);
        collectFiles(composition.tree.root, files);
    } else {
        composition.error = config.error();
        if (!config.error().file.empty()) files.insert(QString::fromStdString(config.error().file));
    }
    for (const QString& file : files) {
        if (const auto text = readFile(file.toStdString()))
            composition.sources[file] = QString::fromStdString(*text);
    }
    return composition;
}

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
    m_reload.setSingleShot(true);
    m_reload.setInterval(kReloadDelayMs);
    connect(m_watcher, &QFileSystemWatcher::fileChanged, &m_reload, qOverload<>(&QTimer::start));
    connect(&m_reload, &QTimer::timeout, this, &ConfigDocument::compose);
}

QString ConfigDocument::file() const {
    return isOpen() ? QString::fromStdString(primaryPath(m_state).string()) : QString();
}

std::vector<ConfigProblem> ConfigDocument::problems() const {
    std::vector<ConfigProblem> problems;
    if (m_error) problems.push_back({*m_error, true});
    if (m_refusal) problems.push_back({*m_refusal, true});
    problems.insert(problems.end(), m_tree.problems.begin(), m_tree.problems.end());
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
    m_tree = {};
    m_config.reset();
    m_sources.clear();
    m_undo.clear();
    apply({displayPath(info.absolutePath()), name, overrides});
}

void ConfigDocument::push(const QString& text, ConfigState next, int mergeId) {
    if (next == m_state) return;
    m_undo.push(new Step(*this, text, std::move(next), mergeId));
}

void ConfigDocument::apply(const ConfigState& state) {
    m_state = state;
    m_refusal.reset();
    Q_EMIT stateChanged();
    compose();
}

void ConfigDocument::edit(const QString& path, const QString& typed) {
    ConfigState next = m_state;
    next.overrides.set(path.toStdString(), overrideTextFromInput(typed.toStdString()));
    push(tr("change of %1").arg(path), std::move(next));
}

void ConfigDocument::add(const QString& path, const QString& typed) {
    ConfigState next = m_state;
    next.overrides.add(path.toStdString(), overrideTextFromInput(typed.toStdString()));
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
    ConfigState next = m_state;
    next.overrides = {};
    push(tr("reset of everything"), std::move(next));
}

void ConfigDocument::setCommandLine(const QString& text) {
    const CommandLine line = parseCommandLine(text.toStdString());
    ConfigState next = m_state;
    if (!line.configPath.empty()) next.configPath = QString::fromStdString(line.configPath);
    if (!line.configName.empty()) next.configName = QString::fromStdString(line.configName);
    next.overrides.replace(line.overrides);
    push(tr("change of the command line"), std::move(next), m_typing);
}

QString ConfigDocument::commandLine() const {
    return QString::fromStdString(formatCommandLine(
        {m_state.configPath.toStdString(), m_state.configName.toStdString(), m_state.overrides.items}));
}

run::RunRequest ConfigDocument::request(const std::filesystem::path& workspace) const {
    run::RunRequest request;
    request.configPath = m_state.configPath.toStdString();
    request.configName = m_state.configName.toStdString();
    request.overrides = m_state.overrides.items;
    request.workspace = workspace;
    return request;
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
        [state = m_state](std::stop_token) { return composeState(state); },
        [this](Composition composition) { take(std::move(composition)); });
}

void ConfigDocument::take(Composition composition) {
    m_isComposing = false;
    m_error = composition.error;
    m_sources = std::move(composition.sources);
    m_primaryFile = composition.primaryFile;
    if (composition.config) {
        m_config = std::move(composition.config);
        m_tree = std::move(composition.tree);
        m_schedule = std::move(composition.schedule);
    }
    watch();
    Q_EMIT composed();
}

void ConfigDocument::watch() {
    QStringList wanted;
    for (const auto& [file, text] : m_sources)
        wanted.append(QFileInfo(file).absoluteFilePath());
    const QStringList watched = m_watcher->files();
    for (const QString& file : watched) {
        if (!wanted.contains(file)) m_watcher->removePath(file);
    }
    // A file that was replaced by a rename is no longer watched: adding it again covers that too.
    for (const QString& file : wanted) {
        if (!m_watcher->files().contains(file)) m_watcher->addPath(file);
    }
}

QString displayPath(const QString& path) {
    const QString relative = QDir::current().relativeFilePath(path);
    if (relative.isEmpty()) return QStringLiteral(".");
    return relative.startsWith(QStringLiteral("..")) ? QDir::cleanPath(path) : relative;
}

} // namespace fathom::app
