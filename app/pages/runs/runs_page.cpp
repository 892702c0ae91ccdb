// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/runs_page.h"

#include "app/bridge/engine_bridge.h"
#include "app/bridge/job_runner.h"
#include "app/pages/runs/run_delegate.h"
#include "app/shell/action_registry.h"
#include "app/shell/app_context.h"
#include "engine/store/reader.h"
#include "widgets/empty_state.h"
#include "widgets/icon.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QClipboard>
#include <QDesktopServices>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QSettings>
#include <QStackedWidget>
#include <QTableView>
#include <QUrl>
#include <QVBoxLayout>

namespace fathom::app {

namespace {

/// The newest .nemo a run left, or an empty path. Background thread.
QString archiveOf(const std::filesystem::path& workspace, store::RunId run) {
    auto reader = store::Reader::open(workspace);
    if (!reader) return {};
    const auto artifacts = reader->artifacts(run);
    if (!artifacts) return {};
    for (auto it = artifacts->rbegin(); it != artifacts->rend(); ++it)
        if (it->kind == "nemo") return QString::fromStdString(it->path);
    return {};
}

} // namespace

RunsPage::RunsPage(AppContext& context, QObject* parent) : Page(parent), m_context(context) {
    m_filter.setSourceModel(&m_runs);
    addActions();
    connect(&context.engine(), &EngineBridge::runListChanged, this, &RunsPage::apply);
    connect(&context.engine(), &EngineBridge::storeFailed, this, [this] { m_settled = true; });
}

void RunsPage::addActions() {
    const auto add = [this](const char* name, const QString& text, const char* icon, const QKeySequence& keys,
                            const QString& tip, void (RunsPage::*run)()) {
        return m_context.actions().add({.id = QStringLiteral("runs.") + QLatin1String(name),
                                        .text = text,
                                        .icon = QLatin1String(icon),
                                        .shortcut = keys,
                                        .tip = tip,
                                        .page = id()},
                                       this, [this, run] { (this->*run)(); });
    };
    m_open = add("open", tr("Show run"), "train", {}, tr("Show the selected run on the Train page (Enter)"),
                 &RunsPage::openRun);
    m_archive =
        add("archive", tr("Open its model"), "archive", Qt::CTRL | Qt::Key_Return,
            tr("Open the .nemo that the selected run wrote on the Archive page"), &RunsPage::openArchive);
    m_folder = add("folder", tr("Open folder"), "folder", Qt::CTRL | Qt::Key_E,
                   tr("Open the selected run's folder in the file manager"), &RunsPage::openFolder);
    m_copy = add("copy", tr("Copy command"), "copy", QKeySequence::Copy,
                 tr("Copy a command line that repeats the selected run"), &RunsPage::copyCommand);
    m_context.actions().add({.id = QStringLiteral("runs.filter"),
                             .text = tr("Filter runs"),
                             .icon = QStringLiteral("filter"),
                             .shortcut = QKeySequence::Find,
                             .tip = tr("Put the cursor into the filter line"),
                             .page = id()},
                            this, [this] {
                                if (m_line) m_line->setFocus(Qt::ShortcutFocusReason);
                            });
}

QWidget* RunsPage::widget() {
    if (!m_stack) build();
    return m_stack;
}

void RunsPage::build() {
    m_stack = new QStackedWidget;
    auto* empty = new widgets::EmptyState(m_stack);
    empty->set(
        QStringLiteral("runs"), tr("No runs in this workspace"),
        tr("Press Train on Configure, or start fathom-cli train with this workspace: it appears here live."));
    empty->setButton(tr("Train"), QStringLiteral("play"));
    connect(empty, &widgets::EmptyState::buttonClicked, &m_context, &AppContext::trainCurrentRequested);

    auto* page = new QWidget(m_stack);
    m_line = new QLineEdit(page);
    m_line->setClearButtonEnabled(true);
    m_line->setPlaceholderText(
        tr("Filter: words in name, state or overrides; val_wer<0.5; step>100; -failed"));
    m_line->setAccessibleName(tr("Filter runs"));
    m_line->addAction(widgets::icon(QStringLiteral("filter")), QLineEdit::LeadingPosition);
    m_caption = new QLabel(page);
    buildTable(page);
    connect(m_line, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_filter.setFilter(text);
        updateCaption();
    });
    connect(m_line, &QLineEdit::returnPressed, this, [this] {
        if (m_filter.rowCount() > 0 && !m_table->currentIndex().isValid()) m_table->selectRow(0);
        m_table->setFocus();
    });
    auto* bar = new QHBoxLayout;
    bar->addWidget(m_line, 1);
    bar->addWidget(m_caption);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(2 * widgets::kGrid, 2 * widgets::kGrid, 2 * widgets::kGrid,
                               2 * widgets::kGrid);
    layout->addLayout(bar);
    layout->addWidget(m_table, 1);
    m_stack->addWidget(empty);
    m_stack->addWidget(page);
    updateCaption();
    updateActions();
}

void RunsPage::buildTable(QWidget* parent) {
    m_table = new QTableView(parent);
    m_table->setModel(&m_filter);
    m_table->setItemDelegate(new RunDelegate(m_table));
    m_table->setAccessibleName(tr("Runs"));
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setSortingEnabled(true);
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed); // 20,000 rows of one height
    m_table->verticalHeader()->setDefaultSectionSize(m_table->fontMetrics().height() + 12);
    QHeaderView* header = m_table->horizontalHeader();
    header->setHighlightSections(false);
    header->setSectionsMovable(true);
    header->setStretchLastSection(true);
    header->setSortIndicator(-1, Qt::DescendingOrder);
    const QFontMetrics metrics = m_table->fontMetrics();
    const int widths[] = {14, 26, 17, 15, 16, 12, 11, 9, 11, 9, 20};
    for (int column = 0; column < RunTableModel::ColumnCount; ++column)
        header->resizeSection(column, widths[column] * metrics.averageCharWidth() + 2 * widgets::kGrid);
    m_table->addActions({m_open, m_archive, m_folder, m_copy});
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
    connect(m_table, &QTableView::activated, m_open, &QAction::trigger);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &RunsPage::updateActions);
}

QString RunsPage::badge() const {
    return m_runs.activeCount() > 0 ? QString::number(m_runs.activeCount()) : QString();
}

void RunsPage::activated() {
    if (!m_table) return;
    m_table->setFocus();
    if (!m_table->currentIndex().isValid() && m_filter.rowCount() > 0) m_table->selectRow(0);
}

void RunsPage::apply(const RunListNewsPtr& news) {
    const qint64 selected = current() != nullptr ? static_cast<qint64>(current()->run.id) : -1;
    m_runs.apply(*news);
    m_settled = true;
    updateCaption();
    Q_EMIT badgeChanged();
    if (!news->complete || !m_table) return;
    const int row = std::max(0, m_runs.rowOf(selected)); // a fresh list forgets the selection
    const QModelIndex index = m_filter.mapFromSource(m_runs.index(row, 0));
    if (index.isValid()) m_table->selectRow(index.row());
}

void RunsPage::updateCaption() {
    if (!m_stack) return;
    m_stack->setCurrentIndex(m_runs.rowCount() == 0 ? 0 : 1);
    const int all = m_runs.rowCount();
    const int shown = m_filter.rowCount();
    m_caption->setText(shown == all
                           ? (all == 1 ? tr("1 run") : tr("%1 runs").arg(widgets::formatCount(all)))
                           : tr("%1 of %2 runs").arg(widgets::formatCount(shown), widgets::formatCount(all)));
}

void RunsPage::updateActions() {
    const RunRow* row = current();
    for (QAction* action : {m_open, m_archive, m_copy})
        action->setEnabled(row != nullptr);
    m_folder->setEnabled(row != nullptr && !row->run.directory.empty());
}

const RunRow* RunsPage::current() const {
    if (!m_table || !m_table->currentIndex().isValid()) return nullptr;
    return &m_runs.at(m_filter.mapToSource(m_table->currentIndex()).row());
}

void RunsPage::openRun() {
    if (const RunRow* row = current()) Q_EMIT m_context.showRunRequested(static_cast<qint64>(row->run.id));
}

void RunsPage::openFolder() {
    if (const RunRow* row = current())
        QDesktopServices::openUrl(QUrl::fromLocalFile(QString::fromStdString(row->run.directory)));
}

void RunsPage::copyCommand() {
    const RunRow* row = current();
    if (row == nullptr) return;
    QGuiApplication::clipboard()->setText(QString::fromStdString(row->run.command));
    Q_EMIT m_context.statusMessage(tr("Command of %1 copied").arg(QString::fromStdString(row->run.title())));
}

void RunsPage::openArchive() {
    const RunRow* row = current();
    if (row == nullptr) return;
    m_context.jobs().run(
        QStringLiteral("runs.archive"), this,
        [workspace = m_context.workspace(), run = row->run.id](std::stop_token) {
            return archiveOf(workspace, run);
        },
        [this, title = QString::fromStdString(row->run.title())](const QString& path) {
            if (path.isEmpty())
                Q_EMIT m_context.statusMessage(tr("%1 has written no model").arg(title));
            else
                Q_EMIT m_context.openFileRequested(path);
        });
}

void RunsPage::saveState(QSettings& settings) const {
    if (!m_table) return;
    settings.setValue(QStringLiteral("header"), m_table->horizontalHeader()->saveState());
    settings.setValue(QStringLiteral("filter"), m_line->text());
}

void RunsPage::restoreState(QSettings& settings) {
    if (!m_table) return;
    m_table->horizontalHeader()->restoreState(settings.value(QStringLiteral("header")).toByteArray());
    m_line->setText(settings.value(QStringLiteral("filter")).toString());
}

} // namespace fathom::app
