// SPDX-License-Identifier: GPL-3.0-or-later
// What every page is handed: the shared services, and the signals by which pages reach each other without
// knowing each other.
#pragma once

#include "engine/base/result.h"
#include "engine/run/request.h"

#include <QList>
#include <QObject>
#include <QString>

#include <filesystem>

class QSettings;

namespace fathom::app {

class ActionRegistry;
class EngineBridge;
class JobRunner;

/// GUI thread only. The services outlive every page.
class AppContext : public QObject {
    Q_OBJECT
public:
    struct Services {
        ActionRegistry& actions;
        JobRunner& jobs;
        EngineBridge& engine;
        QSettings& settings;
    };
    AppContext(const Services& services, std::filesystem::path workspace, QObject* parent = nullptr);

    [[nodiscard]] ActionRegistry& actions() const { return m_services.actions; }
    [[nodiscard]] JobRunner& jobs() const { return m_services.jobs; }
    [[nodiscard]] EngineBridge& engine() const { return m_services.engine; }
    [[nodiscard]] QSettings& settings() const { return m_services.settings; }
    /// Folder of runs.sqlite.
    [[nodiscard]] const std::filesystem::path& workspace() const { return m_workspace; }

Q_SIGNALS:
    /// Someone pressed Train without saying what (F5, palette): Configure answers with trainRequested for its
    /// document.
    void trainCurrentRequested();
    /// Start this; the engine answers with runStarted or trainRefused.
    void trainRequested(const fathom::run::RunRequest& request);
    void runStarted(qint64 runId);
    /// The config could not be composed or checked; no run exists.
    void trainRefused(const fathom::Error& error);
    /// Show this run on the Train page and bring that page to the front.
    void showRunRequested(qint64 runId);
    /// Compare these runs, the first one as the baseline.
    void compareRequested(const QList<qint64>& runs);
    /// Open on Configure what this command line trains, its overrides ready to be edited.
    void configureCommandRequested(const QString& command);
    /// Open a file on the page for its kind: .yaml on Configure, exported figures on Compare, everything else
    /// on Archive. Shell brings the page up.
    void openFileRequested(const QString& path);
    /// The shell's answer to openFileRequested, addressed to one page.
    void configFileOpened(const QString& path);
    void archiveFileOpened(const QString& path);
    void figureFileOpened(const QString& path);
    /// Bring a page to the front.
    void pageRequested(const QString& pageId);
    /// One line in the status bar for a few seconds.
    void statusMessage(const QString& text);

private:
    Services m_services;
    std::filesystem::path m_workspace;
};

} // namespace fathom::app
