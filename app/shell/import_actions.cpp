// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/import_actions.h"

#include "app/bridge/job_runner.h"
#include "app/shell/action_registry.h"
#include "app/shell/app_context.h"
#include "engine/exchange/importer.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QMetaMethod>
#include <QSettings>

namespace fathom::app {

namespace {

QString settingKey() {
    return QStringLiteral("import/folder");
}

/// What several imports brought, as the user is told.
struct Outcome {
    int newRuns = 0;
    int changedRuns = 0;
    int unchangedRuns = 0;
    qint64 points = 0;
    qint64 damaged = 0;
    QStringList problems{};

    void add(const exchange::ImportReport& report) {
        using Kind = exchange::ImportedRun::Outcome;
        for (const exchange::ImportedRun& run : report.runs) {
            newRuns += run.outcome == Kind::New ? 1 : 0;
            changedRuns += run.outcome == Kind::Updated || run.outcome == Kind::Rewritten ? 1 : 0;
            unchangedRuns += run.outcome == Kind::Unchanged ? 1 : 0;
            points += static_cast<qint64>(run.newPoints);
            if (run.error) problems.append(QString::fromStdString(run.error->message()));
        }
        damaged += static_cast<qint64>(report.counts.badRecords);
    }
};

Outcome importAll(const std::filesystem::path& workspace, const QStringList& paths,
                  const std::stop_token& stop) {
    Outcome outcome;
    for (const QString& path : paths) {
        const auto report = exchange::importRuns(workspace, path.toStdString(), {.stop = stop});
        if (report)
            outcome.add(*report);
        else
            outcome.problems.append(QString::fromStdString(report.error().message()));
    }
    return outcome;
}

} // namespace

ImportActions::ImportActions(AppContext& context, QWidget* window, QObject* parent)
    : QObject(parent), m_context(context), m_window(window) {
    context.actions().add({.id = QStringLiteral("runs.import.folder"),
                           .text = tr("Import runs from a folder…"),
                           .icon = QStringLiteral("import"),
                           .shortcut = Qt::CTRL | Qt::SHIFT | Qt::Key_I,
                           .tip = tr("Runs of TensorBoard, Lightning, MLflow, W&B or another workspace")},
                          this, [this] { chooseFolder(); });
    context.actions().add({.id = QStringLiteral("runs.import.files"),
                           .text = tr("Import runs from files…"),
                           .icon = QStringLiteral("import"),
                           .tip = tr("Event files, CSV files, an MLflow database, W&B logs")},
                          this, [this] { chooseFiles(); });
}

QString ImportActions::lastFolder() const {
    const QString home = QString::fromStdString(m_context.workspace().string());
    return m_context.settings().value(settingKey(), home).toString();
}

void ImportActions::rememberFolder(const QString& path) {
    m_context.settings().setValue(settingKey(), path);
}

void ImportActions::chooseFolder() {
    const QString folder =
        QFileDialog::getExistingDirectory(m_window, tr("Import runs from a folder"), lastFolder());
    if (folder.isEmpty()) return;
    rememberFolder(folder);
    importPaths({folder});
}

void ImportActions::chooseFiles() {
    const QString filter = tr("Logs of runs (*tfevents* *.csv *.tsv *.wandb *.db *.sqlite);;All files (*)");
    const QStringList files =
        QFileDialog::getOpenFileNames(m_window, tr("Import runs from files"), lastFolder(), filter);
    if (files.isEmpty()) return;
    rememberFolder(QFileInfo(files.front()).absolutePath());
    importPaths(files);
}

void ImportActions::importPaths(const QStringList& paths) {
    Q_EMIT m_context.statusMessage(tr("Importing %1 …")
                                       .arg(paths.size() == 1
                                                ? QDir::toNativeSeparators(paths.front())
                                                : tr("%n file(s)", nullptr, static_cast<int>(paths.size()))));
    m_context.jobs().run(
        {}, this,
        [workspace = m_context.workspace(), paths](std::stop_token stop) {
            return importAll(workspace, paths, stop);
        },
        [this](Outcome outcome) {
            QString text = tr("Imported: %1 new runs, %2 updated, %3 unchanged; %4 new points")
                               .arg(outcome.newRuns)
                               .arg(outcome.changedRuns)
                               .arg(outcome.unchangedRuns)
                               .arg(outcome.points);
            if (outcome.damaged > 0) text += tr("; %1 damaged records skipped").arg(outcome.damaged);
            Q_EMIT m_context.statusMessage(text);
            if (outcome.newRuns > 0) Q_EMIT m_context.pageRequested(QStringLiteral("runs"));
            if (outcome.problems.isEmpty()) return;
            const QString problems = outcome.problems.join(QLatin1Char('\n'));
            if (isSignalConnected(QMetaMethod::fromSignal(&ImportActions::failed)))
                Q_EMIT failed(problems);
            else
                QMessageBox::warning(m_window, tr("Not everything was imported"), problems);
        });
}

} // namespace fathom::app
