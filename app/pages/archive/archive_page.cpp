// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/archive_page.h"

#include "app/bridge/job_runner.h"
#include "app/inference/tokenizer_dialog.h"
#include "app/pages/archive/archive_view.h"
#include "app/pages/archive/diff_view.h"
#include "app/pages/archive/opening_view.h"
#include "app/pages/archive/progress_report.h"
#include "app/pages/archive/unsaved_question.h"
#include "app/shell/action_registry.h"
#include "app/shell/app_context.h"
#include "widgets/empty_state.h"
#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QMimeData>
#include <QSettings>
#include <QStackedWidget>
#include <QTabBar>
#include <QTabWidget>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace fathom::app {

namespace {

using widgets::kGrid;

constexpr int kRecentFiles = 10;

QStringList archivesIn(const QMimeData* data) {
    QStringList files;
    const QList<QUrl> urls = data->urls();
    for (const QUrl& url : urls) {
        const QString file = url.toLocalFile();
        for (const char* const ending : {".nemo", ".ckpt", ".pt", ".safetensors"}) {
            if (file.endsWith(QLatin1String(ending), Qt::CaseInsensitive)) files.append(file);
        }
    }
    return files;
}

constexpr int kOpeningDelayMs = 250;

QString fileFilter() {
    return ArchivePage::tr("Archives (*.nemo *.ckpt *.pt *.safetensors);;All files (*)");
}

} // namespace

/// A file that is being opened.
struct ArchivePage::Opening {
    std::stop_source stop;
    QPointer<OpeningView> view; ///< null until it takes long
};

ArchivePage::ArchivePage(AppContext& context, QObject* parent) : Page(parent), m_context(context) {
    connect(&context, &AppContext::archiveFileOpened, this, &ArchivePage::open);
}

QWidget* ArchivePage::widget() {
    if (m_widget) return m_widget;
    m_widget = makeWidget();
    for (const QString& file : std::exchange(m_wanted, {}))
        open(file);
    return m_widget;
}

QWidget* ArchivePage::makeWidget() {
    auto* const widget = new QWidget;
    widget->setAcceptDrops(true);
    widget->installEventFilter(this);
    m_widget = widget;
    addActions();
    auto* const empty = new widgets::EmptyState;
    empty->set(QStringLiteral("archive"), tr("No archive is open"),
               tr("Open a .nemo or .ckpt file, or drop one here. Nothing in it is executed."));
    empty->setButton(tr("Open archive…"), QStringLiteral("open"));
    connect(empty, &widgets::EmptyState::buttonClicked, m_actions->open, &QAction::trigger);
    m_tabs = new QTabWidget;
    m_tabs->setDocumentMode(true);
    m_tabs->setMovable(true);
    m_tabs->setAccessibleName(tr("Open archives"));
    auto* const button = new QToolButton;
    button->setDefaultAction(m_actions->open);
    button->setPopupMode(QToolButton::MenuButtonPopup);
    button->setAutoRaise(true);
    m_recentMenu = new QMenu(button);
    button->setMenu(m_recentMenu);
    m_tabs->setCornerWidget(button);
    connect(m_tabs, &QTabWidget::currentChanged, this, &ArchivePage::frontChanged);
    m_stack = new QStackedWidget;
    m_stack->addWidget(empty);
    m_stack->addWidget(m_tabs);
    auto* const layout = new QVBoxLayout(widget);
    layout->setContentsMargins(2 * kGrid, kGrid, 2 * kGrid, 2 * kGrid);
    layout->addWidget(m_stack);
    showRecent();
    frontChanged();
    return widget;
}

void ArchivePage::addActions() {
    m_actions.emplace(m_context.actions());
    m_actions->disableEdits();
    for (QAction* const action : m_actions->all()) {
        m_widget->addAction(action);
        connect(action, &QAction::triggered, this, [this, action] {
            if (action == m_actions->open) return chooseFile();
            if (action == m_actions->tokenizers)
                return (new TokenizerDialog(m_context.jobs(), m_widget))->show();
            if (action == m_actions->close) return requestClose(m_tabs->currentIndex());
            if (ArchiveView* const view = front()) view->run(action);
        });
    }
}

void ArchivePage::chooseFile() {
    const QString start = m_recent.isEmpty() ? QString() : QFileInfo(m_recent.first()).path();
    const QStringList files =
        QFileDialog::getOpenFileNames(m_widget, tr("Open archive"), start,
                                      tr("Archives (*.nemo *.ckpt *.pt *.safetensors);;All files (*)"));
    for (const QString& file : files)
        open(file);
}

QStringList ArchivePage::openFiles() const {
    QStringList files;
    for (int i = 0; m_tabs && i < m_tabs->count(); ++i)
        if (!m_tabs->tabToolTip(i).isEmpty()) files.append(m_tabs->tabToolTip(i));
    return files;
}

void ArchivePage::open(const QString& file) {
    const QString path = QFileInfo(file).absoluteFilePath();
    if (!m_widget) {
        m_wanted.append(path);
        return;
    }
    for (int i = 0; i < m_tabs->count(); ++i) {
        if (m_tabs->tabToolTip(i) == path) return m_tabs->setCurrentIndex(i);
    }
    if (m_opening.contains(path)) return;
    auto opening = std::make_shared<Opening>();
    m_opening.insert(path, opening);
    QTimer::singleShot(kOpeningDelayMs, this, [this, path] { showOpening(path); });
    const Progress progress = progressTo(m_context.jobs(), this, [opening](double part) {
        if (opening->view) opening->view->setProgress(part);
    });
    m_context.jobs().run(
        QString(), this,
        [path, opening, progress](std::stop_token runner) {
            const std::stop_callback link(runner, [&opening] { opening->stop.request_stop(); });
            return openArchive(path, {.stop = opening->stop.get_token(), .progress = progress});
        },
        [this, path, opening](const Result<std::shared_ptr<const ArchiveContents>>& contents) {
            m_opening.remove(path);
            if (opening->view) closeTab(opening->view);
            if (!opening->stop.stop_requested()) show(path, contents);
        });
}

/// What takes longer than a moment shows that it is under way.
void ArchivePage::showOpening(const QString& file) {
    const auto opening = m_opening.value(file);
    if (!opening || opening->view || !m_widget) return;
    opening->view = new OpeningView(file);
    connect(opening->view, &widgets::EmptyState::buttonClicked, this,
            [opening] { opening->stop.request_stop(); });
    addTab(opening->view, {}, QFileInfo(file).fileName());
}

void ArchivePage::show(const QString& file, const Result<std::shared_ptr<const ArchiveContents>>& contents) {
    if (openFiles().contains(file)) return;
    if (contents) {
        showView(file, *contents);
        return remember(file);
    }
    auto* const problem = new widgets::EmptyState;
    const Error& error = contents.error();
    QStringList sentences;
    for (const std::string& part : {error.why, error.remedy}) {
        QString text = QString::fromStdString(part);
        if (text.isEmpty()) continue;
        text[0] = text[0].toUpper();
        sentences.append(text.endsWith(QLatin1Char('.')) ? text : text + QLatin1Char('.'));
    }
    problem->set(QStringLiteral("error"), QString::fromStdString(error.what),
                 sentences.join(QLatin1Char(' ')));
    problem->setButton(tr("Open another archive…"), QStringLiteral("open"));
    connect(problem, &widgets::EmptyState::buttonClicked, m_actions->open, &QAction::trigger);
    addTab(problem, file, QFileInfo(file).fileName());
}

void ArchivePage::showView(const QString& file, std::shared_ptr<const ArchiveContents> contents) {
    auto* const view =
        new ArchiveView(std::move(contents), m_context.jobs(), *m_actions, m_context.workspace());
    connect(view, &ArchiveView::statusMessage, &m_context, &AppContext::statusMessage);
    connect(view, &ArchiveView::titleChanged, this, [this, view] { showTitle(view); });
    connect(view, &ArchiveView::diffRequested, this, &ArchivePage::chooseDiff);
    addTab(view, file, QFileInfo(file).fileName());
}

/// Tab and badge say what is unsaved; after "Save as" the tab is another file's.
void ArchivePage::showTitle(ArchiveView* view) {
    const int index = m_tabs->indexOf(view);
    if (index < 0) return;
    const QString path = view->document().contents().path;
    const QString name = QFileInfo(path).fileName();
    const bool isModified = view->document().isModified();
    m_tabs->setTabText(index, isModified ? QStringLiteral("● %1").arg(name) : name);
    if (m_tabs->tabToolTip(index) != path) {
        m_tabs->setTabToolTip(index, path);
        remember(path);
    }
    Q_EMIT badgeChanged();
}

QString ArchivePage::badge() const {
    const auto all = views();
    const bool isModified =
        std::any_of(all.begin(), all.end(), [](ArchiveView* view) { return view->document().isModified(); });
    return isModified ? QStringLiteral("●") : QString();
}

bool ArchivePage::mayClose() {
    for (ArchiveView* const view : views()) {
        if (!view->document().isModified()) continue;
        Q_EMIT m_context.pageRequested(id()); // one sees what the question is about
        m_tabs->setCurrentWidget(view);
        if (!mayLeave(*view)) return false;
    }
    return true;
}

bool ArchivePage::isSettled() const {
    const auto all = views();
    for (int i = 0; m_tabs && i < m_tabs->count(); ++i) {
        const auto* const diff = qobject_cast<DiffView*>(m_tabs->widget(i));
        if (diff && !diff->isSettled()) return false;
    }
    return m_opening.isEmpty() &&
           std::all_of(all.begin(), all.end(), [](ArchiveView* view) { return view->isSettled(); });
}

ArchiveView* ArchivePage::front() const {
    return m_tabs ? qobject_cast<ArchiveView*>(m_tabs->currentWidget()) : nullptr;
}

QList<ArchiveView*> ArchivePage::views() const {
    QList<ArchiveView*> all;
    for (int i = 0; m_tabs && i < m_tabs->count(); ++i) {
        if (auto* const view = qobject_cast<ArchiveView*>(m_tabs->widget(i))) all.append(view);
    }
    return all;
}

void ArchivePage::frontChanged() {
    m_actions->close->setEnabled(m_tabs->count() > 0);
    if (ArchiveView* const view = front()) return view->updateActions();
    m_actions->disableEdits();
    m_actions->filter->setEnabled(false);
}

void ArchivePage::chooseDiff() {
    const ArchiveView* const view = front();
    if (!view) return;
    const QString now = m_tabs->tabToolTip(m_tabs->currentIndex());
    const QString other = QFileDialog::getOpenFileName(
        m_widget, tr("Compare %1 with").arg(QFileInfo(now).fileName()), QFileInfo(now).path(), fileFilter());
    if (!other.isEmpty()) diff(now, other);
}

void ArchivePage::diff(const QString& before, const QString& after) {
    auto* const view = new DiffView(before, after, m_context.jobs());
    addTab(view, {}, view->title());
}

void ArchivePage::addTab(QWidget* page, const QString& file, const QString& title) {
    const int index = m_tabs->addTab(page, title);
    m_tabs->setTabToolTip(index, file);
    auto* const close = new QToolButton;
    close->setIcon(widgets::icon(QStringLiteral("close")));
    close->setIconSize(QSize(kGrid * 3 / 2, kGrid * 3 / 2));
    close->setAutoRaise(true);
    close->setToolTip(tr("Close (Ctrl+W)"));
    close->setAccessibleName(tr("Close %1").arg(title));
    close->setFocusPolicy(Qt::NoFocus); // Ctrl+W does it from the keyboard
    connect(close, &QToolButton::clicked, page, [this, page] { requestClose(m_tabs->indexOf(page)); });
    m_tabs->tabBar()->setTabButton(index, QTabBar::RightSide, close);
    m_tabs->setCurrentIndex(index);
    m_stack->setCurrentIndex(1);
}

void ArchivePage::requestClose(int index) {
    QWidget* const page = m_tabs->widget(index);
    if (auto* const view = qobject_cast<ArchiveView*>(page))
        askAboutUnsaved(*view, [this, page] { closeTab(page); });
    else if (auto* const opening = qobject_cast<OpeningView*>(page))
        Q_EMIT opening->buttonClicked();
    else if (page)
        closeTab(page);
}

void ArchivePage::closeTab(QWidget* page) {
    const int index = m_tabs->indexOf(page);
    if (index < 0) return;
    m_tabs->removeTab(index);
    page->deleteLater();
    if (m_tabs->count() == 0) m_stack->setCurrentIndex(0);
    frontChanged();
    Q_EMIT badgeChanged();
    activated();
}

// The page's shortcuts need the focus within it.
void ArchivePage::activated() {
    if (!m_widget || m_widget->isAncestorOf(QApplication::focusWidget())) return;
    QWidget* const shown = m_stack->currentIndex() == 0 ? m_stack->currentWidget() : m_tabs->currentWidget();
    if (shown) shown->setFocus();
}

void ArchivePage::remember(const QString& file) {
    m_recent.removeAll(file);
    m_recent.prepend(file);
    while (m_recent.size() > kRecentFiles)
        m_recent.removeLast();
    showRecent();
}

void ArchivePage::showRecent() {
    m_recentMenu->clear();
    for (const QString& file : m_recent) {
        QAction* const action = m_recentMenu->addAction(widgets::icon(QStringLiteral("archive")), file);
        connect(action, &QAction::triggered, this, [this, file] { open(file); });
    }
    m_recentMenu->setEnabled(!m_recent.isEmpty());
}

void ArchivePage::saveState(QSettings& settings) const {
    if (!m_widget) return;
    settings.setValue(QStringLiteral("open"), openFiles());
    settings.setValue(QStringLiteral("current"), m_tabs->currentIndex());
    settings.setValue(QStringLiteral("recent"), m_recent);
}

void ArchivePage::restoreState(QSettings& settings) {
    const QStringList recent = settings.value(QStringLiteral("recent")).toStringList();
    for (const QString& file : recent) {
        if (!m_recent.contains(file)) m_recent.append(file);
    }
    showRecent();
    if (!m_opening.isEmpty()) return; // files named on the command line come first
    const QStringList files = settings.value(QStringLiteral("open")).toStringList();
    for (const QString& file : files) {
        if (QFileInfo::exists(file)) open(file);
    }
}

bool ArchivePage::eventFilter(QObject* watched, QEvent* event) {
    if (watched != m_widget) return Page::eventFilter(watched, event);
    if (event->type() == QEvent::DragEnter) {
        auto* const enter = static_cast<QDragEnterEvent*>(event);
        if (!archivesIn(enter->mimeData()).isEmpty()) enter->acceptProposedAction();
        return true;
    }
    if (event->type() == QEvent::Drop) {
        auto* const drop = static_cast<QDropEvent*>(event);
        drop->acceptProposedAction();
        for (const QString& file : archivesIn(drop->mimeData()))
            open(file);
        return true;
    }
    return Page::eventFilter(watched, event);
}

} // namespace fathom::app
