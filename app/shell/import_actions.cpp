// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/import_actions.h"

#include "app/bridge/job_runner.h"
#include "app/bridge/post.h"
#include "app/shell/action_registry.h"
#include "app/shell/app_context.h"
#include "app/shell/import_bar.h"
#include "engine/exchange/importer.h"
#include "widgets/number_format.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFileDialog>
#include <QFileInfo>
#include <QSettings>

#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace fathom::app {

namespace {

QString settingKey() {
    return QStringLiteral("import/folder");
}

constexpr int kTellMs = 50; ///< between two words about the progress

struct Quantity {
    std::int64_t number = 0;
    QString one{};  ///< with %1 for the number
    QString many{}; ///< empty: like one
};

/// "1 event, 3 files", without what there is none of.
QString listed(const std::vector<Quantity>& all) {
    QStringList parts;
    for (const Quantity& it : all)
        if (it.number > 0)
            parts.append((it.number == 1 || it.many.isEmpty() ? it.one : it.many)
                             .arg(widgets::formatCount(static_cast<qint64>(it.number))));
    return parts.join(QStringLiteral(", "));
}

/// What several imports brought, as the user is told.
struct Outcome {
    int newRuns = 0;
    int changedRuns = 0;
    int unchangedRuns = 0;
    bool isStopped = false;
    QString whereStopped{};
    exchange::ImportCounts counts{};
    qint64 newPoints = 0;
    QStringList problems{};

    void add(const exchange::ImportReport& report) {
        using Kind = exchange::ImportedRun::Outcome;
        for (const exchange::ImportedRun& run : report.runs) {
            newRuns += run.outcome == Kind::New ? 1 : 0;
            changedRuns += run.outcome == Kind::Updated || run.outcome == Kind::Rewritten ? 1 : 0;
            unchangedRuns += run.outcome == Kind::Unchanged ? 1 : 0;
            newPoints += static_cast<qint64>(run.newPoints);
            if (run.error) problems.append(QString::fromStdString(run.error->message()));
        }
        for (const std::string& warning : report.counts.warnings)
            problems.append(QString::fromStdString(warning));
        counts.add(report.counts);
    }

    /// "4 new runs, 1 unchanged; 172 new points, 1 event": what there is none of is not said.
    [[nodiscard]] QString broughtIn() const {
        const QString runs =
            listed({{newRuns, ImportActions::tr("%1 new run"), ImportActions::tr("%1 new runs")},
                    {changedRuns, ImportActions::tr("%1 updated"), {}},
                    {unchangedRuns, ImportActions::tr("%1 unchanged"), {}}});
        QStringList rest{listed(
            {{newPoints, ImportActions::tr("%1 new point"), ImportActions::tr("%1 new points")},
             {static_cast<std::int64_t>(counts.events), ImportActions::tr("%1 event"),
              ImportActions::tr("%1 events")},
             {static_cast<std::int64_t>(counts.samples), ImportActions::tr("%1 sample"),
              ImportActions::tr("%1 samples")},
             {static_cast<std::int64_t>(counts.artifacts), ImportActions::tr("%1 file"),
              ImportActions::tr("%1 files")},
             {static_cast<std::int64_t>(counts.purged),
              ImportActions::tr("%1 point made obsolete by a restart"),
              ImportActions::tr("%1 points made obsolete by a restart")},
             {static_cast<std::int64_t>(counts.badRecords), ImportActions::tr("%1 damaged record skipped"),
              ImportActions::tr("%1 damaged records skipped")}})};
        for (const auto& [kind, number] : counts.skipped)
            rest.append(
                ImportActions::tr("%1 of kind %2 left out")
                    .arg(widgets::formatCount(static_cast<qint64>(number)), QString::fromStdString(kind)));
        rest.removeAll(QString());
        QStringList parts{runs, rest.join(QStringLiteral(", "))};
        parts.removeAll(QString());
        return parts.isEmpty() ? ImportActions::tr("nothing") : parts.join(QStringLiteral("; "));
    }

    [[nodiscard]] QString summary() const {
        if (isStopped && !whereStopped.isEmpty())
            return ImportActions::tr("Import stopped: %1. Import again to go on.").arg(whereStopped);
        if (isStopped) return ImportActions::tr("Import stopped: %1").arg(broughtIn());
        if (newRuns + changedRuns + unchangedRuns == 0 && !problems.isEmpty())
            return ImportActions::tr("Nothing was imported: %1").arg(problems.front());
        return ImportActions::tr("Imported: %1").arg(broughtIn());
    }
};

using Tell = std::function<void(const exchange::ImportProgress&)>;

Outcome importAll(const std::filesystem::path& workspace, const QStringList& paths,
                  const exchange::SourceOptions& source, const std::stop_token& stop, const Tell& tell) {
    Outcome outcome;
    for (const QString& path : paths) {
        if (stop.stop_requested()) break;
        const auto report = exchange::importRuns(workspace, path.toStdString(),
                                                 {.source = source, .stop = stop, .progress = tell});
        if (report)
            outcome.add(*report);
        else if (report.error().kind == ErrorKind::Interrupted)
            outcome.whereStopped = QString::fromStdString(report.error().why);
        else
            outcome.problems.append(QString::fromStdString(report.error().message()));
    }
    outcome.isStopped = stop.stop_requested();
    return outcome;
}

QString progressText(const exchange::ImportProgress& progress) {
    const QString name = QString::fromStdString(progress.name);
    const QString points = widgets::formatCount(static_cast<qint64>(progress.points));
    if (progress.totalRuns < 2) return ImportActions::tr("Importing %1: %2 points").arg(name, points);
    return ImportActions::tr("Importing %1, run %2 of %3: %4 points")
        .arg(name)
        .arg(progress.runs + 1)
        .arg(progress.totalRuns)
        .arg(points);
}

} // namespace

ImportActions::ImportActions(AppContext& context, QWidget* window, QObject* parent)
    : QObject(parent), m_context(context), m_window(window), m_bar(new ImportBar) {
    connect(m_bar, &ImportBar::cancelRequested, this, [this] {
        m_waiting.clear();
        m_stop.request_stop();
    });
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
    context.actions().add({.id = QStringLiteral("runs.merge"),
                           .text = tr("Merge another workspace…"),
                           .icon = QStringLiteral("import"),
                           .tip = tr("Copy the runs of another Fathom workspace into this one")},
                          this, [this] { chooseWorkspace(); });
}

ImportActions::~ImportActions() {
    if (m_bar && m_bar->parent() == nullptr) delete m_bar; // nobody showed it
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

void ImportActions::chooseWorkspace() {
    const QString folder =
        QFileDialog::getExistingDirectory(m_window, tr("Merge another workspace"), lastFolder());
    if (folder.isEmpty()) return;
    rememberFolder(folder);
    importPaths({folder}, exchange::Format::Workspace);
}

void ImportActions::importPaths(const QStringList& paths, std::optional<exchange::Format> format) {
    m_waiting.push_back({paths, format});
    if (m_bar->isBusy()) return;
    startNext();
}

void ImportActions::startNext() {
    const Order order = m_waiting.front();
    m_waiting.erase(m_waiting.begin());
    m_stop = {};
    m_bar->begin(tr("Importing %1 …")
                     .arg(order.paths.size() == 1 ? QDir::toNativeSeparators(order.paths.front())
                                                  : tr("%1 files").arg(order.paths.size())));
    const auto tell = [jobs = &m_context.jobs(), bar = m_bar,
                       last = QElapsedTimer()](const exchange::ImportProgress& progress) mutable {
        if (last.isValid() && last.elapsed() < kTellMs) return;
        last.start();
        post(jobs, [bar, progress] { // the bar may go at any moment; the jobs wait for this thread
            if (bar)
                bar->setProgress(static_cast<int>(progress.runs), static_cast<int>(progress.totalRuns),
                                 progressText(progress));
        });
    };
    m_context.jobs().run(
        {}, this,
        [workspace = m_context.workspace(), order, tell,
         cancel = m_stop](const std::stop_token& stop) mutable {
            const std::stop_callback ending(stop, [&] { cancel.request_stop(); }); // the window closes
            return importAll(workspace, order.paths, {.format = order.format}, cancel.get_token(), tell);
        },
        [this](const Outcome& outcome) {
            m_summaries.append(outcome.summary());
            m_problems.append(outcome.problems);
            if (outcome.newRuns > 0) Q_EMIT m_context.pageRequested(QStringLiteral("runs"));
            if (!m_waiting.empty()) return startNext();
            m_bar->finish(std::exchange(m_summaries, {}).join(QStringLiteral(" — ")),
                          std::exchange(m_problems, {}));
        });
}

} // namespace fathom::app
