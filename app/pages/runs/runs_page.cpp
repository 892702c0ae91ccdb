// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/runs_page.h"

#include "app/bridge/engine_bridge.h"
#include "app/bridge/job_runner.h"
#include "app/models/run_cell_text.h"
#include "app/pages/runs/column_menus.h"
#include "app/pages/runs/compare_bar.h"
#include "app/pages/runs/filter_line.h"
#include "app/pages/runs/known_values.h"
#include "app/pages/runs/resume_request.h"
#include "app/pages/runs/run_models.h"
#include "app/pages/runs/run_panel.h"
#include "app/pages/runs/run_summary.h"
#include "app/pages/runs/runs_view.h"
#include "app/pages/runs/sparklines.h"
#include "app/pages/runs/trash_dialog.h"
#include "app/shell/action_registry.h"
#include "app/shell/app_context.h"
#include "engine/store/reader.h"
#include "widgets/passing_menu.h"

#include <QClipboard>
#include <QDesktopServices>
#include <QGuiApplication>
#include <QInputDialog>
#include <QMenu>
#include <QPlainTextEdit>
#include <QSettings>
#include <QSplitter>
#include <QTabWidget>
#include <QUrl>

#include <algorithm>

namespace fathom::app {

namespace {

constexpr int kPanelDelayMs = 120; // a held arrow key passes many runs

QString titleOf(const store::Run& run) {
    return QString::fromStdString(run.title());
}

bool isAny(const std::vector<store::Run>& runs, bool store::Run::*flag, bool value) {
    return std::any_of(runs.begin(), runs.end(), [&](const store::Run& run) { return run.*flag == value; });
}

} // namespace

RunsPage::RunsPage(AppContext& context, QObject* parent)
    : Page(parent),
      m_context(context),
      m_columns(m_runs, context),
      m_edits(context),
      m_actions(context.actions(), QStringLiteral("runs"), this,
                [this](QAction* action) { trigger(action); }) {
    m_actions.panel->setChecked(true);
    m_runs.setColumns(defaultColumns({}));
    connect(&context.engine(), &EngineBridge::runListChanged, this, &RunsPage::apply);
    connect(&context.engine(), &EngineBridge::storeFailed, this, [this] { m_settled = true; });
    connect(&m_columns, &RunColumns::schemaChanged, this, &RunsPage::applySchema);
    m_panelDelay.setSingleShot(true);
    m_panelDelay.setInterval(kPanelDelayMs);
    connect(&m_panelDelay, &QTimer::timeout, this, &RunsPage::showCurrent);
    updateActions();
}

QWidget* RunsPage::widget() {
    if (!m_view) build();
    return m_view;
}

void RunsPage::build() {
    m_view = new RunsView(m_runs, m_actions, m_context);
    m_menus = new ColumnMenus(m_runs, m_columns, *m_view, m_view);
    m_view->filter().setKnownValues(
        [this](const query::Field& field) { return knownValues(m_runs.table(), field); });
    if (m_columns.hasSchema()) m_view->filter().setSchema(m_columns.schema());
    connectModel();
    connectView();
    m_columns.readNames();
    updateActions();
    updateMarks();
    showCurrent();
}

void RunsPage::connectModel() {
    connect(&m_runs, &RunTableModel::linesChanged, m_view, [this] {
        m_view->updateCaption();
        updateActions();
    });
    connect(&m_runs, &RunTableModel::markedChanged, m_view, [this] { updateMarks(); });
    connect(&m_runs, &RunTableModel::runsChanged, m_view, [this](const std::vector<store::RunId>& runs) {
        const store::Run* run = current();
        if (run != nullptr && std::find(runs.begin(), runs.end(), run->id) != runs.end())
            m_panelDelay.start();
        updateActions();
    });
    connect(&m_columns, &RunColumns::failed, m_view, [this](const Error& error) {
        if (m_runs.runCount() > 0) m_view->tell(QString::fromStdString(error.message()));
    });
    connect(&m_edits, &RunEdits::undoChanged, m_view, [this] { updateActions(); });
    connect(&m_edits, &RunEdits::failed, m_view,
            [this](const Error& error) { m_view->tell(QString::fromStdString(error.message())); });
    connect(&m_edits, &RunEdits::done, m_view, [this](const QString& text, bool isTrash) {
        if (isTrash)
            m_view->offerUndo(text);
        else
            m_view->hideNotice();
        Q_EMIT m_context.statusMessage(text);
    });
}

void RunsPage::connectView() {
    RunTableView& table = m_view->table();
    connect(&m_view->filter(), &FilterLine::filterChanged, this,
            [this](const query::Filter& filter) { m_runs.setFilter(filter); });
    connect(&m_view->filter(), &FilterLine::accepted, this, [this, &table] {
        if (!table.currentIndex().isValid() && m_runs.rowCount() > 0) table.selectFirstRun();
        table.setFocus();
    });
    connect(&table, &RunTableView::runActivated, m_actions.open, &QAction::trigger);
    connect(&table, &RunTableView::markRequested, m_actions.mark, &QAction::trigger);
    connect(&table, &QWidget::customContextMenuRequested, this, &RunsPage::showContextMenu);
    connect(&table, &RunTableView::runSelectionChanged, this, [this] {
        updateActions();
        m_panelDelay.start();
    });
    connect(m_menus, &ColumnMenus::columnsEdited, this, [this] { m_hasColumns = true; });
    connect(m_menus, &ColumnMenus::defaultsRequested, this, [this] {
        m_hasColumns = false;
        m_runs.setColumns(defaultColumns(m_columns.schema()));
    });
    connect(m_view, &RunsView::undoClicked, m_actions.undo, &QAction::trigger);
    connect(m_view, &RunsView::trashClicked, m_actions.openTrash, &QAction::trigger);
    RunPanel& panel = m_view->panel();
    connect(&panel, &RunPanel::artifactActivated, &m_context, &AppContext::openFileRequested);
    connect(&panel.summary(), &RunSummary::noteEdited, &m_edits, &RunEdits::setNote);
    connect(&panel.summary(), &RunSummary::tagsEdited, this, &RunsPage::setTags);
}

void RunsPage::trigger(QAction* action) {
    const store::Run* run = current();
    if (action == m_actions.filter && m_view) return m_view->filter().focusLine();
    if (action == m_actions.columns && m_view) return m_menus->choose();
    if (action == m_actions.panel) return togglePanel(action->isChecked());
    if (action == m_actions.sortAgain) return m_runs.refresh();
    if (action == m_actions.undo) return m_edits.undo();
    if (action == m_actions.clearMarks)
        return m_runs.setMarked(std::vector<store::RunId>(m_runs.marked()), false);
    if (action == m_actions.compare) return compare();
    if (action == m_actions.openTrash) {
        auto* dialog = new TrashDialog(m_context, m_view);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        return dialog->open();
    }
    if (run == nullptr) return;
    if (action == m_actions.open) return Q_EMIT m_context.showRunRequested(static_cast<qint64>(run->id));
    if (action == m_actions.model) return openModel(m_context, *run);
    if (action == m_actions.tryIt) return tryModels(m_context, *run, m_view);
    if (action == m_actions.folder) {
        const QString folder = QString::fromStdString(run->directory);
        if (!QDesktopServices::openUrl(QUrl::fromLocalFile(folder)))
            Q_EMIT m_context.statusMessage(tr("No program is set up to open %1").arg(folder));
        return;
    }
    if (action == m_actions.copy) return copyCommands();
    if (action == m_actions.clone)
        return Q_EMIT m_context.configureCommandRequested(QString::fromStdString(run->command));
    if (action == m_actions.resume) return resume(*run);
    if (action == m_actions.mark) return toggleMarks();
    if (action == m_actions.star) return toggleStar();
    if (action == m_actions.tag) return askForTag();
    if (action == m_actions.note) return writeNote();
    if (action == m_actions.archive) return toggleArchived();
    if (action == m_actions.trash) return m_edits.trash(selected());
}

QString RunsPage::badge() const {
    return m_runs.activeCount() > 0 ? QString::number(m_runs.activeCount()) : QString();
}

void RunsPage::activated() {
    if (!m_view) return;
    m_view->table().setFocus();
    if (!m_view->table().currentIndex().isValid() && m_runs.rowCount() > 0) m_view->table().selectFirstRun();
}

void RunsPage::apply(const RunListNewsPtr& news) {
    m_runs.apply(news);
    m_settled = true;
    Q_EMIT badgeChanged();
    if (!m_view) return;
    m_view->updateCaption();
    if (news->complete && !m_view->table().currentIndex().isValid() && m_runs.rowCount() > 0)
        m_view->table().selectFirstRun();
}

void RunsPage::applySchema() {
    if (m_view) m_view->filter().setSchema(m_columns.schema());
    if (!m_hasColumns) m_runs.setColumns(defaultColumns(m_columns.schema()));
}

bool RunsPage::isSettled() const {
    return m_settled && !m_columns.isLoading() && !m_runs.isWaiting() && !m_panelDelay.isActive() &&
           (!m_view || (!m_view->panel().isLoading() && !m_view->sparklines().isBusy()));
}

const store::Run* RunsPage::current() const {
    return m_view ? m_view->table().currentRun() : nullptr;
}

std::vector<store::Run> RunsPage::selected() const {
    std::vector<store::Run> runs;
    if (!m_view) return runs;
    for (const store::RunId id : m_view->table().selectedRuns())
        if (const int line = m_runs.lineOf(id); line >= 0) runs.push_back(*m_runs.run(line));
    if (const store::Run* run = current(); runs.empty() && run != nullptr) runs.push_back(*run);
    return runs;
}

void RunsPage::updateActions() {
    const store::Run* run = current();
    for (QAction* action :
         {m_actions.open, m_actions.model, m_actions.tryIt, m_actions.copy, m_actions.clone, m_actions.mark,
          m_actions.star, m_actions.tag, m_actions.note, m_actions.archive, m_actions.trash})
        action->setEnabled(run != nullptr);
    m_actions.folder->setEnabled(run != nullptr && !run->directory.empty());
    m_actions.resume->setEnabled(run != nullptr && canResume(*run));
    m_actions.undo->setEnabled(m_edits.canUndo());
    m_actions.undo->setStatusTip(m_edits.canUndo() ? m_edits.undoText() : QString());
    const bool hasSelection = m_view && m_view->table().selectionModel()->selectedRows().size() > 1;
    m_actions.compare->setEnabled(m_runs.marked().size() > 1 || hasSelection);
    m_actions.clearMarks->setEnabled(!m_runs.marked().empty());
}

void RunsPage::updateMarks() {
    QStringList titles;
    for (const store::RunId id : m_runs.marked())
        if (const auto row = m_runs.table().rowOf(id)) titles.append(titleOf(m_runs.table().run(*row)));
    m_view->marks().setRuns(titles);
    updateActions();
}

void RunsPage::showCurrent() {
    if (!m_view || !m_actions.panel->isChecked()) return;
    if (const store::Run* run = current())
        m_view->panel().show(*run);
    else
        m_view->panel().showNothing(tr("Choose a run in the table to see its metrics, config and files."));
}

void RunsPage::showContextMenu(const QPoint& at) {
    QMenu* const menu = widgets::passingMenu(m_view);
    for (QAction* action : m_actions.ofRuns())
        action == nullptr ? menu->addSeparator() : (menu->addAction(action), action);
    menu->addSeparator();
    menu->addAction(m_actions.openTrash);
    menu->popup(m_view->table().viewport()->mapToGlobal(at));
}

void RunsPage::copyCommands() {
    QStringList commands;
    const std::vector<store::Run> runs = selected();
    for (const store::Run& run : runs)
        commands.append(QString::fromStdString(run.command));
    QGuiApplication::clipboard()->setText(commands.join(QLatin1Char('\n')));
    Q_EMIT m_context.statusMessage(runs.size() == 1 ? tr("Command of %1 copied").arg(titleOf(runs.front()))
                                                    : tr("Commands of %1 runs copied").arg(runs.size()));
}

void RunsPage::resume(const store::Run& run) {
    Q_EMIT m_context.trainRequested(resumeRequest(run, m_context.workspace()));
}

void RunsPage::toggleMarks() {
    const std::vector<store::Run> runs = selected();
    const auto& marked = m_runs.marked();
    std::vector<store::RunId> ids;
    for (const store::Run& run : runs)
        ids.push_back(run.id);
    const bool isMarked = std::all_of(ids.begin(), ids.end(), [&](store::RunId id) {
        return std::find(marked.begin(), marked.end(), id) != marked.end();
    });
    m_runs.setMarked(ids, !isMarked);
}

void RunsPage::compare() {
    QList<qint64> runs;
    for (const store::RunId id : m_runs.marked())
        runs.append(static_cast<qint64>(id));
    if (runs.isEmpty())
        for (const store::Run& run : selected())
            runs.append(static_cast<qint64>(run.id));
    if (runs.size() > 1) Q_EMIT m_context.compareRequested(runs);
}

void RunsPage::toggleStar() {
    const std::vector<store::Run> runs = selected();
    m_edits.setStarred(runs, isAny(runs, &store::Run::starred, false));
}

void RunsPage::toggleArchived() {
    const std::vector<store::Run> runs = selected();
    m_edits.setArchived(runs, isAny(runs, &store::Run::archived, false));
}

void RunsPage::askForTag() {
    const std::vector<store::Run> runs = selected();
    QStringList known;
    for (const std::string& tag :
         knownValues(m_runs.table(), {.kind = query::Field::Kind::Attribute, .name = "tags"}))
        known.append(QString::fromStdString(tag));
    bool isAccepted = false;
    const QString tag =
        QInputDialog::getItem(m_view, tr("Tag"), tr("A tag for the selected runs; -tag takes it away:"),
                              known, -1, true, &isAccepted);
    if (!isAccepted || tag.trimmed().isEmpty()) return;
    if (tag.startsWith(QLatin1Char('-')))
        m_edits.removeTag(runs, tag.mid(1));
    else
        m_edits.addTag(runs, tag);
}

void RunsPage::setTags(const store::Run& run, const QStringList& tags) {
    for (const QString& tag : tags)
        m_edits.addTag({run}, tag);
    for (const std::string& tag : run.tags)
        if (!tags.contains(QString::fromStdString(tag)))
            m_edits.removeTag({run}, QString::fromStdString(tag));
}

void RunsPage::writeNote() {
    m_actions.panel->setChecked(true);
    togglePanel(true);
    m_view->panel().tabs().setCurrentIndex(0);
    m_view->panel().findChild<QPlainTextEdit*>()->setFocus(Qt::ShortcutFocusReason);
}

void RunsPage::togglePanel(bool on) {
    if (!m_view) return;
    m_view->panel().setVisible(on);
    if (on) showCurrent();
}

void RunsPage::saveState(QSettings& settings) const {
    if (!m_view) return;
    TableLayout layout;
    if (m_hasColumns) layout.columns = m_runs.columns();
    layout.sort = m_runs.sort();
    layout.groups = m_runs.groups();
    layout.pinned = m_view->table().pinnedCount();
    layout.widths = m_view->table().widths();
    layout.filter = m_view->filter().text();
    saveLayout(settings, m_context.workspace(), layout);
    settings.setValue(QStringLiteral("splitter"), m_view->splitter().saveState());
    settings.setValue(QStringLiteral("panel"), m_actions.panel->isChecked());
}

void RunsPage::restoreState(QSettings& settings) {
    if (!m_view) return;
    const TableLayout layout = loadLayout(settings, m_context.workspace());
    m_hasColumns = !layout.columns.empty();
    m_view->table().setWidths(layout.widths);
    m_view->table().setPinnedCount(layout.pinned);
    if (m_hasColumns) m_runs.setColumns(layout.columns);
    m_runs.setGroups(layout.groups);
    m_runs.setSort(layout.sort);
    m_view->filter().setText(layout.filter);
    m_view->splitter().restoreState(settings.value(QStringLiteral("splitter")).toByteArray());
    const bool hasPanel = settings.value(QStringLiteral("panel"), true).toBool();
    m_actions.panel->setChecked(hasPanel);
    togglePanel(hasPanel);
}

} // namespace fathom::app
