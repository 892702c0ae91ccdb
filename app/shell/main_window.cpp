// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/main_window.h"

#include "app/bridge/engine_bridge.h"
#include "app/models/run_state_text.h"
#include "app/shell/action_registry.h"
#include "app/shell/app_context.h"
#include "app/shell/command_palette.h"
#include "app/shell/page.h"
#include "app/shell/rail.h"
#include "app/shell/run_status_bar.h"
#include "app/shell/shortcuts_dialog.h"
#include "app/shell/sql_window.h"
#include "widgets/elided_label.h"
#include "widgets/fit_screen.h"
#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QCloseEvent>
#include <QDir>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QStackedWidget>
#include <QTimer>
#include <QToolButton>
#include <QUrl>

namespace fathom::app {

namespace {
constexpr std::size_t kNone = static_cast<std::size_t>(-1);
constexpr const char* kOpened = "*.yaml *.yml *.nemo *.ckpt *.svg *.pdf *.png *.pgf";

/// The page that opens files of this suffix; empty where none does.
QString pageFor(const QString& suffix) {
    static constexpr std::pair<const char*, const char*> kPages[] = {
        {"yaml", "configure"}, {"yml", "configure"}, {"nemo", "archive"}, {"ckpt", "archive"},
        {"svg", "compare"},    {"pdf", "compare"},   {"png", "compare"},  {"pgf", "compare"}};
    for (const auto& [known, page] : kPages)
        if (suffix.compare(QLatin1String(known), Qt::CaseInsensitive) == 0) return QString::fromLatin1(page);
    return {};
}

QString keysOf(const QAction* action) {
    return action->shortcut().toString(QKeySequence::NativeText);
}
} // namespace

MainWindow::MainWindow(AppContext& context, std::vector<std::unique_ptr<Page>>& pages, QWidget* parent)
    : QWidget(parent),
      m_context(context),
      m_pages(pages),
      m_widgets(pages.size(), nullptr),
      m_wasShown(pages.size(), false) {
    setWindowIcon(widgets::icon(QStringLiteral("fathom")));
    const QString workspace = QString::fromStdString(context.workspace().filename().string());
    setWindowTitle(tr("Fathom — %1").arg(workspace));
    setAcceptDrops(true);
    addActions();
    build();
    connectContext();
    restoreGeometryAndPage();
}

MainWindow::~MainWindow() = default;

void MainWindow::build() {
    m_rail = new Rail(this);
    m_stack = new QStackedWidget(this);
    m_status = new RunStatusBar(m_context, this);
    m_palette = new CommandPalette(this);
    for (std::size_t i = 0; i < m_pages.size(); ++i) {
        const Page& page = *m_pages[i];
        m_rail->addPage(page.title(), page.iconName(), tr("%1 (Ctrl+%2)").arg(page.title()).arg(i + 1));
        connect(&page, &Page::badgeChanged, this,
                [this, i] { m_rail->setBadge(static_cast<int>(i), m_pages[i]->badge()); });
    }
    connect(m_rail, &Rail::picked, this, [this](int index) { showIndex(static_cast<std::size_t>(index)); });
    auto* middle = new QHBoxLayout;
    middle->setSpacing(0);
    middle->addWidget(m_rail);
    middle->addWidget(m_stack, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(buildHeader());
    layout->addLayout(middle, 1);
    layout->addWidget(m_status);
}

void MainWindow::addBar(QWidget* bar) {
    auto* const column = static_cast<QVBoxLayout*>(layout());
    column->insertWidget(column->indexOf(m_status), bar);
}

QWidget* MainWindow::buildHeader() {
    auto* header = new QWidget(this);
    auto* title = new widgets::ElidedLabel(header);
    title->setText(windowTitle());
    title->setToolTip(QString::fromStdString(m_context.workspace().string()));
    const QAction* palette = m_context.actions().find(QStringLiteral("palette.show"));
    auto* search = new QPushButton(widgets::icon(QStringLiteral("search")),
                                   tr("Search or run a command    %1").arg(keysOf(palette)), header);
    search->setFocusPolicy(Qt::TabFocus);
    search->setAutoDefault(false);
    connect(search, &QPushButton::clicked, palette, &QAction::trigger);
    auto* theme = new QToolButton(header);
    theme->setDefaultAction(m_context.actions().find(QStringLiteral("view.theme.toggle")));
    theme->setAccessibleName(theme->defaultAction()->text());
    auto* keys = new QToolButton(header);
    keys->setDefaultAction(m_context.actions().find(QStringLiteral("help.shortcuts")));
    keys->setAccessibleName(keys->defaultAction()->text());
    auto* layout = new QHBoxLayout(header);
    layout->setContentsMargins(2 * widgets::kGrid, 6, widgets::kGrid, 6);
    layout->addWidget(title, 1);
    layout->addWidget(search);
    layout->addWidget(theme);
    layout->addWidget(keys);
    return header;
}

void MainWindow::addActions() {
    ActionRegistry& actions = m_context.actions();
    connect(&actions, &ActionRegistry::added, this, &MainWindow::adoptAction);
    for (std::size_t i = 0; i < m_pages.size(); ++i) {
        const Page& page = *m_pages[i];
        actions.add({.id = QStringLiteral("page.") + page.id(),
                     .text = tr("Go to %1").arg(page.title()),
                     .icon = page.iconName(),
                     .shortcut = QKeySequence(QStringLiteral("Ctrl+%1").arg(i + 1)),
                     .tip = tr("Bring the page %1 up").arg(page.title())},
                    this, [this, i] { showIndex(i); });
    }
    actions.add({.id = QStringLiteral("file.open"),
                 .text = tr("Open file…"),
                 .icon = QStringLiteral("open"),
                 .shortcut = Qt::CTRL | Qt::SHIFT | Qt::Key_O,
                 .tip = tr("Open a config, an archive, or an exported figure to draw it again")},
                this, [this] { chooseFile(); });
    actions.add({.id = QStringLiteral("runs.sql"),
                 .text = tr("SQL console"),
                 .icon = QStringLiteral("terminal"),
                 .shortcut = Qt::CTRL | Qt::SHIFT | Qt::Key_Q,
                 .tip = tr("Ask the store of runs in SQL, which cannot change it")},
                this, [this] { openSql(); });
    actions.add({.id = QStringLiteral("palette.show"),
                 .text = tr("Search or run a command"),
                 .icon = QStringLiteral("search"),
                 .shortcut = Qt::CTRL | Qt::Key_K,
                 .tip = tr("Search actions, pages and runs")},
                this, [this] { presentPalette(); });
    actions.add({.id = QStringLiteral("help.shortcuts"),
                 .text = tr("Keyboard shortcuts"),
                 .icon = QStringLiteral("keyboard"),
                 .shortcut = Qt::Key_F1,
                 .tip = tr("Every action and its keys")},
                this, [this] { ShortcutsDialog(m_context.actions(), this).exec(); });
    actions.add({.id = QStringLiteral("app.quit"),
                 .text = tr("Quit"),
                 .icon = QStringLiteral("quit"),
                 .shortcut = Qt::CTRL | Qt::Key_Q,
                 .tip = tr("Close the window; where you are is remembered")},
                this, [this] { close(); });
    for (QAction* action : actions.actions())
        adoptAction(action);
}

/// Makes the action's shortcut work: everywhere, or on its page.
void MainWindow::adoptAction(QAction* action) {
    const QString pageId = ActionRegistry::pageOf(action);
    if (pageId.isEmpty()) return addAction(action);
    const std::size_t index = indexOf(pageId);
    if (index != kNone && m_widgets[index] != nullptr) m_widgets[index]->addAction(action);
}

void MainWindow::connectContext() {
    EngineBridge& engine = m_context.engine();
    connect(&m_context, &AppContext::pageRequested, this, &MainWindow::showPage);
    connect(&m_context, &AppContext::openFileRequested, this, &MainWindow::openFile);
    connect(&m_context, &AppContext::trainRequested, &engine,
            [this, &engine](const run::RunRequest& request) {
                Q_EMIT m_context.statusMessage(tr("Starting…"));
                engine.start(request);
            });
    connect(&engine, &EngineBridge::runStarted, &m_context, &AppContext::runStarted);
    connect(&engine, &EngineBridge::startFailed, &m_context, &AppContext::trainRefused);
    connect(&engine, &EngineBridge::startFailed, this,
            [this] { Q_EMIT m_context.statusMessage(tr("The run was not started")); });
    connect(&engine, &EngineBridge::storeFailed, this, [this](const Error& error) {
        Q_EMIT m_context.statusMessage(QString::fromStdString(error.message()));
    });
    connect(&engine, &EngineBridge::runListChanged, this, &MainWindow::rememberRuns);
}

std::size_t MainWindow::indexOf(const QString& pageId) const {
    for (std::size_t i = 0; i < m_pages.size(); ++i)
        if (m_pages[i]->id() == pageId) return i;
    return kNone;
}

void MainWindow::ensureWidget(std::size_t index) {
    if (m_widgets[index] != nullptr) return;
    Page& page = *m_pages[index];
    m_widgets[index] = page.widget();
    m_stack->addWidget(m_widgets[index]);
    QSettings& settings = m_context.settings();
    settings.beginGroup(page.id());
    page.restoreState(settings);
    settings.endGroup();
    for (QAction* action : m_context.actions().actions())
        if (ActionRegistry::pageOf(action) == page.id()) m_widgets[index]->addAction(action);
}

void MainWindow::showIndex(std::size_t index) {
    ensureWidget(index);
    m_current = index;
    m_wasShown[index] = true;
    m_rail->setCurrent(static_cast<int>(index));
    m_stack->setCurrentWidget(m_widgets[index]);
    m_pages[index]->activated();
}

void MainWindow::showPage(const QString& pageId) {
    const std::size_t index = indexOf(pageId);
    if (index == kNone || (index == m_current && m_widgets[index] != nullptr)) return;
    showIndex(index);
}

QString MainWindow::currentPage() const {
    return m_pages[m_current]->id();
}

void MainWindow::openFile(const QString& path) {
    const QString found = pageFor(QFileInfo(path).suffix());
    const QString page = found.isEmpty() ? QStringLiteral("archive") : found;
    showPage(page);
    const QString absolute = QFileInfo(path).absoluteFilePath();
    if (page == QLatin1String("configure"))
        Q_EMIT m_context.configFileOpened(absolute);
    else if (page == QLatin1String("compare"))
        Q_EMIT m_context.figureFileOpened(absolute);
    else
        Q_EMIT m_context.archiveFileOpened(absolute);
}

void MainWindow::chooseFile() {
    const QString filter =
        tr("Configs, archives and exported figures (%1);;All files (*)").arg(QLatin1String(kOpened));
    const QString file = QFileDialog::getOpenFileName(this, tr("Open file"), {}, filter);
    if (!file.isEmpty()) openFile(file);
}

void MainWindow::openSql() {
    if (m_sql == nullptr) m_sql = new SqlWindow(m_context, this);
    m_sql->show();
    m_sql->raise();
    m_sql->activateWindow();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    QStringList others;
    for (const QUrl& url : event->mimeData()->urls()) {
        if (!url.isLocalFile()) continue;
        const QFileInfo file(url.toLocalFile());
        if (file.isFile() && !pageFor(file.suffix()).isEmpty())
            openFile(file.filePath());
        else
            others.append(file.filePath());
    }
    event->acceptProposedAction();
    if (!others.isEmpty()) Q_EMIT importRequested(others);
}

void MainWindow::buildPagesWhenIdle() {
    for (std::size_t i = 0; i < m_widgets.size(); ++i) {
        if (m_widgets[i] != nullptr) continue;
        ensureWidget(i);
        QTimer::singleShot(0, this, &MainWindow::buildPagesWhenIdle);
        return;
    }
}

void MainWindow::rememberRuns(const RunListNewsPtr& news) {
    if (news->complete) m_runs.clear();
    for (const RunRow& row : news->rows)
        m_runs.insert(static_cast<qint64>(row.run.id),
                      {QString::fromStdString(row.run.title()), row.run.state});
}

/// Those of the page in sight come first, so that of two of one name it is the one meant.
QList<QAction*> MainWindow::paletteActions() const {
    QList<QAction*> actions = m_context.actions().actions();
    actions.removeIf([](const QAction* each) { return each->objectName() == QLatin1String("palette.show"); });
    std::stable_partition(actions.begin(), actions.end(), [this](const QAction* each) {
        return ActionRegistry::pageOf(each) == currentPage();
    });
    return actions;
}

/// With its page where another page has an action of the same name.
QString MainWindow::titleInPalette(const QAction* action) const {
    const QString page = ActionRegistry::pageOf(action);
    const QList<QAction*> actions = m_context.actions().actions();
    const bool taken = std::any_of(actions.begin(), actions.end(), [&](const QAction* each) {
        return each->text() == action->text() && ActionRegistry::pageOf(each) != page;
    });
    const auto own =
        std::find_if(m_pages.begin(), m_pages.end(), [&](const auto& each) { return each->id() == page; });
    return taken && own != m_pages.end() ? tr("%1 (%2)").arg(action->text(), (*own)->title())
                                         : action->text();
}

void MainWindow::presentPalette() {
    std::vector<PaletteItem> items;
    for (QAction* action : paletteActions()) {
        const QString pageId = ActionRegistry::pageOf(action);
        items.push_back({titleInPalette(action), keysOf(action), action->icon().name(), action->isEnabled(),
                         [this, action, pageId] {
                             if (!pageId.isEmpty()) showPage(pageId);
                             action->trigger();
                         }});
    }
    QList<qint64> ids = m_runs.keys();
    std::sort(ids.begin(), ids.end(), std::greater<>());
    for (const qint64 id : ids) {
        const KnownRun& run = m_runs[id];
        items.push_back({run.title, stateText(run.state), stateIcon(run.state), true,
                         [this, id] { Q_EMIT m_context.showRunRequested(id); }});
    }
    m_palette->present(std::move(items));
}

void MainWindow::closeEvent(QCloseEvent* event) {
    for (const auto& page : m_pages)
        if (!page->mayClose()) return event->ignore();
    if (m_context.engine().activeRuns() > 0) {
        QMessageBox box(QMessageBox::Question, tr("A run is going on"),
                        tr("A run is going on. Closing the window stops it within one step and keeps "
                           "what it has logged."),
                        QMessageBox::Cancel, this);
        const QPushButton* stop = box.addButton(tr("Stop and quit"), QMessageBox::AcceptRole);
        box.exec();
        if (box.clickedButton() != stop) return event->ignore();
    }
    saveState();
    event->accept();
}

void MainWindow::paintEvent(QPaintEvent* event) {
    QWidget::paintEvent(event);
    if (m_painted) return;
    m_painted = true;
    QTimer::singleShot(0, this, &MainWindow::firstPainted); // after this frame reached the screen
}

void MainWindow::saveState() {
    QSettings& settings = m_context.settings();
    settings.setValue(QStringLiteral("geometry"), saveGeometry());
    settings.setValue(QStringLiteral("page"), currentPage());
    for (std::size_t i = 0; i < m_pages.size(); ++i) {
        if (!m_wasShown[i]) continue; // its sizes are of no window; what was saved before holds
        settings.beginGroup(m_pages[i]->id());
        m_pages[i]->saveState(settings);
        settings.endGroup();
    }
}

void MainWindow::restoreGeometryAndPage() {
    const QSettings& settings = m_context.settings();
    widgets::resizeToFit(*this, {1440, 900});
    restoreGeometry(settings.value(QStringLiteral("geometry")).toByteArray());
    const std::size_t stored = indexOf(settings.value(QStringLiteral("page")).toString());
    showIndex(stored == kNone ? 0 : stored);
}

} // namespace fathom::app
