// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/archive_page.h"

#include "app/bridge/job_runner.h"
#include "app/pages/archive/archive_view.h"
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
#include <QToolButton>
#include <QVBoxLayout>

namespace fathom::app {

namespace {

using widgets::kGrid;

constexpr int kRecentFiles = 10;

QStringList archivesIn(const QMimeData* data) {
    QStringList files;
    const QList<QUrl> urls = data->urls();
    for (const QUrl& url : urls) {
        const QString file = url.toLocalFile();
        for (const char* const ending : {".nemo", ".ckpt", ".pt"}) {
            if (file.endsWith(QLatin1String(ending), Qt::CaseInsensitive)) files.append(file);
        }
    }
    return files;
}

} // namespace

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
    empty->set(
        QStringLiteral("archive"), tr("No archive is open"),
        tr("Open a .nemo or .ckpt file, or drop one here. It is only read: nothing in it is executed."));
    empty->setButton(tr("Open archive…"), QStringLiteral("open"));
    connect(empty, &widgets::EmptyState::buttonClicked, m_openAction, &QAction::trigger);
    m_tabs = new QTabWidget;
    m_tabs->setDocumentMode(true);
    m_tabs->setMovable(true);
    m_tabs->setAccessibleName(tr("Open archives"));
    auto* const button = new QToolButton;
    button->setDefaultAction(m_openAction);
    button->setPopupMode(QToolButton::MenuButtonPopup);
    button->setAutoRaise(true);
    m_recentMenu = new QMenu(button);
    button->setMenu(m_recentMenu);
    m_tabs->setCornerWidget(button);
    m_stack = new QStackedWidget;
    m_stack->addWidget(empty);
    m_stack->addWidget(m_tabs);
    auto* const layout = new QVBoxLayout(widget);
    layout->setContentsMargins(2 * kGrid, kGrid, 2 * kGrid, 2 * kGrid);
    layout->addWidget(m_stack);
    showRecent();
    return widget;
}

void ArchivePage::addActions() {
    ActionRegistry& actions = m_context.actions();
    m_openAction = actions.add({.id = QStringLiteral("archive.open"),
                                .text = tr("Open archive…"),
                                .icon = QStringLiteral("open"),
                                .shortcut = QKeySequence::Open,
                                .tip = tr("Open a .nemo or checkpoint"),
                                .page = id()},
                               this, [this] { chooseFile(); });
    QAction* const filter =
        actions.add({.id = QStringLiteral("archive.filter"),
                     .text = tr("Filter tensors"),
                     .icon = QStringLiteral("search"),
                     .shortcut = QKeySequence::Find,
                     .tip = tr("Search the tensors of the open archive"),
                     .page = id()},
                    this, [this] {
                        if (auto* const view = qobject_cast<ArchiveView*>(m_tabs->currentWidget()))
                            view->focusFilter();
                    });
    QAction* const close = actions.add({.id = QStringLiteral("archive.close"),
                                        .text = tr("Close archive"),
                                        .icon = QStringLiteral("close"),
                                        .shortcut = QKeySequence::Close,
                                        .tip = tr("Close the archive in front"),
                                        .page = id()},
                                       this, [this] { closeTab(m_tabs->currentIndex()); });
    for (QAction* const action : {m_openAction, filter, close})
        m_widget->addAction(action);
}

void ArchivePage::chooseFile() {
    const QString start = m_recent.isEmpty() ? QString() : QFileInfo(m_recent.first()).path();
    const QStringList files = QFileDialog::getOpenFileNames(
        m_widget, tr("Open archive"), start, tr("Archives (*.nemo *.ckpt *.pt);;All files (*)"));
    for (const QString& file : files)
        open(file);
}

QStringList ArchivePage::openFiles() const {
    QStringList files;
    for (int i = 0; m_tabs && i < m_tabs->count(); ++i)
        files.append(m_tabs->tabToolTip(i));
    return files;
}

void ArchivePage::open(const QString& file) {
    const QString path = QFileInfo(file).absoluteFilePath();
    if (!m_widget) {
        m_wanted.append(path);
        return;
    }
    const auto at = openFiles().indexOf(path);
    if (at >= 0) {
        m_tabs->setCurrentIndex(static_cast<int>(at));
        return;
    }
    ++m_opening;
    m_context.jobs().run(
        QStringLiteral("archive.open ") + path, this, [path](std::stop_token) { return openArchive(path); },
        [this, path](const Result<std::shared_ptr<const ArchiveContents>>& contents) {
            --m_opening;
            show(path, contents);
        });
}

void ArchivePage::show(const QString& file, const Result<std::shared_ptr<const ArchiveContents>>& contents) {
    if (openFiles().contains(file)) return;
    if (!contents) {
        auto* const problem = new widgets::EmptyState;
        const Error& error = contents.error();
        QString text = QString::fromStdString(error.why);
        if (!text.isEmpty()) text[0] = text[0].toUpper();
        if (!error.remedy.empty()) text += QStringLiteral(". ") + QString::fromStdString(error.remedy);
        problem->set(QStringLiteral("error"), QString::fromStdString(error.what), text);
        problem->setButton(tr("Open another archive…"), QStringLiteral("open"));
        connect(problem, &widgets::EmptyState::buttonClicked, m_openAction, &QAction::trigger);
        addTab(problem, file);
        return;
    }
    auto* const view = new ArchiveView(*contents, m_context.jobs());
    connect(view, &ArchiveView::statusMessage, &m_context, &AppContext::statusMessage);
    addTab(view, file);
    remember(file);
}

void ArchivePage::addTab(QWidget* page, const QString& file) {
    const int index = m_tabs->addTab(page, QFileInfo(file).fileName());
    m_tabs->setTabToolTip(index, file);
    auto* const close = new QToolButton;
    close->setIcon(widgets::icon(QStringLiteral("close")));
    close->setIconSize(QSize(kGrid * 3 / 2, kGrid * 3 / 2));
    close->setAutoRaise(true);
    close->setToolTip(tr("Close (Ctrl+W)"));
    close->setAccessibleName(tr("Close %1").arg(QFileInfo(file).fileName()));
    close->setFocusPolicy(Qt::NoFocus); // Ctrl+W does it from the keyboard
    connect(close, &QToolButton::clicked, page, [this, page] { closeTab(m_tabs->indexOf(page)); });
    m_tabs->tabBar()->setTabButton(index, QTabBar::RightSide, close);
    m_tabs->setCurrentIndex(index);
    m_stack->setCurrentIndex(1);
}

void ArchivePage::closeTab(int index) {
    QWidget* const page = m_tabs->widget(index);
    if (!page) return;
    m_tabs->removeTab(index);
    page->deleteLater();
    if (m_tabs->count() == 0) m_stack->setCurrentIndex(0);
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
    if (m_opening > 0) return; // files named on the command line come first
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
