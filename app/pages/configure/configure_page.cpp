// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/configure/configure_page.h"

#include "app/bridge/engine_bridge.h"
#include "app/pages/configure/config_comparison.h"
#include "app/pages/configure/config_document.h"
#include "app/pages/configure/config_drafts.h"
#include "app/pages/configure/config_saver.h"
#include "app/pages/configure/configure_view.h"
#include "app/shell/app_context.h"

#include <QApplication>
#include <QFileInfo>
#include <QMessageBox>
#include <QMetaObject>
#include <QPushButton>
#include <QSettings>

#include <algorithm>

namespace fathom::app {

namespace {

constexpr int kRecentFiles = 10;

constexpr QLatin1String kExample("configs/asr/quartznet_prompts.yaml");

} // namespace

ConfigurePage::ConfigurePage(AppContext& context, QObject* parent)
    : Page(parent),
      m_context(context),
      m_document(new ConfigDocument(context.jobs(), this)),
      m_comparison(new ConfigComparison(*m_document, context.jobs(), this)),
      m_saver(new ConfigSaver(*m_document, context.jobs(), this)) {
    connect(&context, &AppContext::configFileOpened, this, &ConfigurePage::open);
    connect(&context, &AppContext::configureCommandRequested, this, &ConfigurePage::openCommand);
    connect(&context, &AppContext::trainCurrentRequested, this, &ConfigurePage::train);
    connect(&context, &AppContext::trainRefused, m_document, &ConfigDocument::addRefusal);
    connect(m_document, &ConfigDocument::stateChanged, this, &Page::badgeChanged);
    connect(m_document, &ConfigDocument::stateChanged, this, &ConfigurePage::saveDraft);
    connect(&context, &AppContext::runStarted, this, [this] { m_isStarting = false; });
    connect(&context, &AppContext::trainRefused, this, [this] {
        m_isStarting = false;
        dropWaiting();
    });
    connect(&context.engine(), &EngineBridge::runListChanged, this, &ConfigurePage::trainNext);
    connect(m_document, &ConfigDocument::composed, this, &Page::badgeChanged);
}

QWidget* ConfigurePage::widget() {
    if (m_view) return m_view;
    m_view = new ConfigureView(*m_document, *m_comparison, *m_saver, m_context.actions());
    m_view->setRecentFiles(m_recent);
    showHint();
    showWaiting();
    connect(m_view, &ConfigureView::dropWaitingRequested, this, &ConfigurePage::dropWaiting);
    connect(m_view, &ConfigureView::openRequested, this, &ConfigurePage::open);
    connect(m_view, &ConfigureView::trainRequested, this, &ConfigurePage::train);
    connect(m_view, &ConfigureView::statusMessage, &m_context, &AppContext::statusMessage);
    return m_view;
}

QString ConfigurePage::badge() const {
    if (m_document->hasError()) return QStringLiteral("!");
    const OverrideList& overrides = m_document->state().overrides;
    return overrides.items.size() > overrides.editedFrom ? QStringLiteral("●") : QString();
}

void ConfigurePage::activated() {
    if (!m_view || m_view->isAncestorOf(QApplication::focusWidget())) return;
    const bool isFirstRun = m_document->isOpen() && !m_hasTrained;
    if (isFirstRun)
        m_view->focusTrain();
    else
        m_view->focusDefault();
}

void ConfigurePage::open(const QString& file) {
    const OverrideList draft = ConfigDrafts(m_context.settings()).load(file);
    m_document->open(file, draft);
    showHint();
    if (!draft.items.empty()) {
        const auto count = draft.items.size();
        Q_EMIT m_context.statusMessage(count == 1 ? tr("1 override from last time is back")
                                                  : tr("%1 overrides from last time are back").arg(count));
    }
    const QString absolute = QFileInfo(file).absoluteFilePath();
    m_recent.removeAll(absolute);
    m_recent.prepend(absolute);
    while (m_recent.size() > kRecentFiles)
        m_recent.removeLast();
    m_context.settings().setValue(QStringLiteral("configure/recent"), m_recent);
    ConfigDrafts(m_context.settings()).keepOnly(m_recent);
    if (m_view) m_view->setRecentFiles(m_recent);
}

void ConfigurePage::openCommand(const QString& command) {
    if (m_document->pasteCommand(command))
        Q_EMIT m_context.pageRequested(id());
    else
        Q_EMIT m_context.statusMessage(tr("The command names no config: %1").arg(command));
}

void ConfigurePage::train() {
    if (!m_document->isOpen()) {
        Q_EMIT m_context.pageRequested(id());
        Q_EMIT m_context.statusMessage(tr("Open a config first"));
        return;
    }
    if (m_document->hasError()) {
        Q_EMIT m_context.pageRequested(id());
        if (m_view) m_view->showBlockingProblem();
        return;
    }
    if (m_document->diskChange()) {
        // What is shown must be what is trained.
        m_document->reload();
        Q_EMIT m_context.statusMessage(
            tr("The config was changed on disk and is read again. Look at it, then train"));
        return;
    }
    m_hasTrained = true;
    showHint();
    const auto requests = m_document->requests(m_context.workspace());
    if (requests.size() == 1) return Q_EMIT m_context.trainRequested(requests.front());
    m_queue.insert(m_queue.end(), requests.begin(), requests.end());
    showWaiting();
    trainNext();
}

void ConfigurePage::trainNext() {
    if (m_queue.empty() || m_isStarting || m_context.engine().activeRuns() > 0) return;
    const run::RunRequest next = m_queue.front();
    m_queue.pop_front();
    m_isStarting = true;
    showWaiting();
    Q_EMIT m_context.statusMessage(m_queue.empty()
                                       ? tr("Starting the last run of the sweep")
                                       : tr("Starting a run of the sweep; %1 more wait").arg(m_queue.size()));
    Q_EMIT m_context.trainRequested(next);
}

void ConfigurePage::dropWaiting() {
    m_queue.clear();
    showWaiting();
}

void ConfigurePage::showWaiting() {
    if (m_view) m_view->setWaitingRuns(m_queue.size());
}

bool ConfigurePage::mayClose() {
    if (m_queue.empty()) return true;
    const auto runs = m_queue.size();
    QMessageBox box(
        QMessageBox::Question, tr("Runs of a sweep wait"),
        runs == 1 ? tr("1 run of the sweep has not started. Closing the window forgets it.")
                  : tr("%1 runs of the sweep have not started. Closing the window forgets them.").arg(runs),
        QMessageBox::Cancel, m_view);
    const QPushButton* const forget = box.addButton(tr("Close anyway"), QMessageBox::AcceptRole);
    box.exec();
    return box.clickedButton() == forget;
}

// Kept at once, so that a crash loses nothing. Without a change there is nothing to keep.
void ConfigurePage::saveDraft() {
    if (!m_document->isOpen()) return;
    QSettings& settings = m_context.settings();
    settings.setValue(QStringLiteral("configure/file"), QFileInfo(m_document->file()).absoluteFilePath());
    ConfigDrafts(settings).save(m_document->file(), m_document->state().overrides);
}

void ConfigurePage::saveState(QSettings& settings) const {
    settings.setValue(QStringLiteral("recent"), m_recent);
    settings.setValue(QStringLiteral("hasTrained"), m_hasTrained);
    if (m_view) m_view->saveState(settings);
}

void ConfigurePage::restoreState(QSettings& settings) {
    m_hasTrained = settings.value(QStringLiteral("hasTrained")).toBool();
    const QStringList recent = settings.value(QStringLiteral("recent")).toStringList();
    for (const QString& file : recent) {
        if (!m_recent.contains(file)) m_recent.append(file);
    }
    if (m_view) {
        m_view->restoreState(settings);
        m_view->setRecentFiles(m_recent);
    }
    if (m_document->isOpen()) return; // named on the command line
    const QString file = settings.value(QStringLiteral("file")).toString();
    if (file.isEmpty()) return;
    m_isRestoring = true; // opening writes settings outside the group that is open now
    QMetaObject::invokeMethod(
        this,
        [this, file] {
            m_isRestoring = false;
            if (!m_document->isOpen()) open(file);
        },
        Qt::QueuedConnection);
}

void ConfigurePage::showHint() {
    if (!m_view) return;
    const bool isExample = m_document->file().endsWith(kExample);
    m_view->setHint(!isExample || m_hasTrained
                        ? QString()
                        : tr("This example teaches a small QuartzNet to transcribe spoken telephone prompts. "
                             "Press Train: curves appear at once, and within minutes it reads words."));
}

bool ConfigurePage::isSettled() const {
    return !m_isRestoring && !m_document->isComposing() && !m_comparison->isComposing() && !m_saver->isBusy();
}

} // namespace fathom::app
