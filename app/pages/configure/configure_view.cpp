// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/configure/configure_view.h"

#include "app/config_view/add_key_dialog.h"
#include "app/config_view/config_tree_pane.h"
#include "app/config_view/config_tree_view.h"
#include "app/config_view/origin_pane.h"
#include "app/models/config_model.h"
#include "app/pages/configure/command_box.h"
#include "app/pages/configure/config_clipboard.h"
#include "app/pages/configure/config_comparison.h"
#include "app/pages/configure/config_document.h"
#include "app/pages/configure/config_header.h"
#include "app/pages/configure/config_navigator.h"
#include "app/pages/configure/config_saver.h"
#include "app/pages/configure/diff_pane.h"
#include "app/pages/configure/inspector_pane.h"
#include "app/pages/configure/schedule_pane.h"
#include "app/pages/configure/source_pane.h"
#include "app/pages/configure/sweep_pane.h"
#include "widgets/empty_state.h"
#include "widgets/icon.h"
#include "widgets/notice_bar.h"
#include "widgets/theme.h"

#include <QAction>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHeaderView>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace fathom::app {

namespace {

using widgets::kGrid;

QString yamlIn(const QMimeData* data) {
    const QList<QUrl> urls = data->urls();
    for (const QUrl& url : urls) {
        const QString file = url.toLocalFile();
        const bool isYaml = file.endsWith(QStringLiteral(".yaml"), Qt::CaseInsensitive) ||
                            file.endsWith(QStringLiteral(".yml"), Qt::CaseInsensitive);
        if (isYaml) return file;
    }
    return {};
}

} // namespace

ConfigureView::ConfigureView(ConfigDocument& document, ConfigComparison& comparison, ConfigSaver& saver,
                             ActionRegistry& actions, QWidget* parent)
    : QWidget(parent),
      m_document(document),
      m_comparison(comparison),
      m_saver(saver),
      m_actions(actions),
      m_header(new ConfigHeader),
      m_pane(new ConfigTreePane),
      m_model(m_pane->model()),
      m_tree(m_pane->tree()),
      m_inspector(new InspectorPane(m_model, comparison)),
      m_command(new CommandBox),
      m_navigator(new ConfigNavigator({document, *m_pane, *m_inspector, *m_command}, this)),
      m_clipboard(new ConfigClipboard(document, *m_tree, this)) {
    setAcceptDrops(true);
    m_splitter = new QSplitter(Qt::Horizontal);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_pane);
    m_splitter->addWidget(m_inspector);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_splitter->setSizes({110 * kGrid, 60 * kGrid});
    m_splitter->setHandleWidth(kGrid);
    m_empty = new widgets::EmptyState;
    m_stack = new QStackedWidget;
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_splitter);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(2 * kGrid, kGrid, 2 * kGrid, 2 * kGrid);
    layout->setSpacing(kGrid);
    layout->addWidget(m_header);
    layout->addWidget(m_stack, 1);
    layout->addWidget(makeFooter());
    connectActions();
    connectDocument();
    connectTree();
    connectInspector();
    setRecentFiles({});
    showState();
    showComposition();
}

QWidget* ConfigureView::makeFooter() {
    auto* const footer = new QWidget;
    auto* const row = new QHBoxLayout(footer);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kGrid);
    auto* const copy = new QPushButton(widgets::icon(QStringLiteral("copy")), tr("Copy"));
    copy->setToolTip(tr("Copy a fathom-cli command that repeats this run"));
    copy->setAutoDefault(false);
    connect(copy, &QPushButton::clicked, m_clipboard, &ConfigClipboard::copyCommand);
    m_train = new QPushButton(widgets::icon(QStringLiteral("play"), widgets::colorsFor(this).accentText),
                              tr("Train"));
    m_train->setDefault(true);
    m_train->setToolTip(tr("Start a training run with this config (F5)"));
    m_train->setMinimumWidth(16 * kGrid);
    m_train->setFont(widgets::titleFont(font()));
    m_train->installEventFilter(this);
    connect(m_train, &QPushButton::clicked, this, &ConfigureView::trainRequested);
    row->addWidget(m_command, 1, Qt::AlignBottom);
    row->addWidget(copy, 0, Qt::AlignBottom);
    row->addWidget(m_train, 0, Qt::AlignBottom);
    return footer;
}

void ConfigureView::connectActions() {
    const auto on = [this](QAction* action, auto slot) { connect(action, &QAction::triggered, this, slot); };
    on(m_actions.open, [this] { chooseFile(); });
    on(m_actions.save, [this] { m_saver.save(); });
    on(m_actions.undo, [this] { m_document.undoStack().undo(); });
    on(m_actions.redo, [this] { m_document.undoStack().redo(); });
    on(m_actions.filter, [this] { m_pane->focusFilter(); });
    on(m_actions.copyCommand, [this] { m_clipboard->copyCommand(); });
    on(m_actions.pasteCommand, [this] { m_clipboard->pasteCommand(); });
    on(m_actions.resetAll, [this] { m_document.resetAll(); });
    on(m_actions.compareFiles, [this] {
        m_comparison.compareWithFiles();
        m_inspector->showDiff();
    });
    on(m_actions.nextProblem, [this] { m_navigator->nextProblem(); });
    on(m_actions.add, [this] { addKey(); });
    on(m_actions.remove, [this] { removeKey(); });
    on(m_actions.restore, [this] { m_document.reset(m_tree->currentPath()); });
    on(m_actions.reset, [this] { m_document.reset(m_tree->currentPath()); });
    on(m_actions.editText, [this] { m_tree->editAsText(); });
    on(m_actions.copyOverride, [this] { m_clipboard->copyOverride(); });
    on(m_actions.source, [this] { m_navigator->showSource(m_tree->currentSource()); });
    for (QAction* const action :
         {m_actions.add, m_actions.remove, m_actions.restore, m_actions.reset, m_actions.editText,
          m_actions.copyOverride, m_actions.pasteCommand, m_actions.source})
        m_tree->addAction(action);
    for (QAction* const action :
         {m_actions.open, m_actions.save, m_actions.undo, m_actions.redo, m_actions.filter,
          m_actions.copyCommand, m_actions.pasteCommand, m_actions.resetAll, m_actions.compareFiles,
          m_actions.nextProblem, m_actions.add})
        addAction(action);
    for (QAction* const action :
         {m_actions.save, m_actions.undo, m_actions.redo, m_actions.add, m_actions.remove, m_actions.reset})
        m_header->addButton(action);
    connect(m_empty, &widgets::EmptyState::buttonClicked, m_actions.open, &QAction::trigger);
}

void ConfigureView::connectDocument() {
    connect(&m_document, &ConfigDocument::stateChanged, this, &ConfigureView::showState);
    connect(&m_document, &ConfigDocument::composed, this, &ConfigureView::showComposition);
    connect(&m_document, &ConfigDocument::diskChangeNoticed, this, &ConfigureView::showDiskChange);
    connect(&m_comparison, &ConfigComparison::changed, this, &ConfigureView::showDifferences);
    connect(m_command, &CommandBox::lineTyped, &m_document, &ConfigDocument::setCommandLine);
    connect(m_command, &CommandBox::commandPasted, &m_document, &ConfigDocument::pasteCommand);
    connect(m_command, &CommandBox::typingEnded, &m_document, &ConfigDocument::endTyping);
    connect(m_header, &ConfigHeader::openRequested, this, &ConfigureView::openRequested);
    connect(m_header, &ConfigHeader::problemChosen, m_navigator, &ConfigNavigator::showProblem);
    connect(m_header, &ConfigHeader::fixAllRequested, &m_document, &ConfigDocument::applyMechanicalFixes);
    connect(m_pane->errorNotice(), &widgets::NoticeBar::firstClicked, m_actions.undo, &QAction::trigger);
    connect(m_pane->queueNotice(), &widgets::NoticeBar::firstClicked, this,
            &ConfigureView::dropWaitingRequested);
    connect(m_pane->diskNotice(), &widgets::NoticeBar::firstClicked, &m_document, &ConfigDocument::reload);
    connect(&m_saver, &ConfigSaver::saved, this, &ConfigureView::statusMessage);
    connect(&m_saver, &ConfigSaver::failed, this, [this](const QString& text) {
        auto* const box = new QMessageBox(QMessageBox::Warning, tr("The edits were not saved"), text,
                                          QMessageBox::Ok, this);
        box->setAttribute(Qt::WA_DeleteOnClose);
        box->open();
    });
    QUndoStack& stack = m_document.undoStack();
    const auto names = [this, &stack] {
        m_actions.undo->setEnabled(stack.canUndo());
        m_actions.redo->setEnabled(stack.canRedo());
        m_actions.undo->setText(stack.canUndo() ? tr("Undo %1").arg(stack.undoText()) : tr("Undo"));
        m_actions.redo->setText(stack.canRedo() ? tr("Redo %1").arg(stack.redoText()) : tr("Redo"));
    };
    connect(&stack, &QUndoStack::indexChanged, this, names);
    connect(&stack, &QUndoStack::cleanChanged, this, names);
    names();
}

void ConfigureView::connectTree() {
    // Queued: the editor that asks is still open, and the answer replaces rows.
    const auto queued = Qt::QueuedConnection;
    connect(&m_model, &ConfigModel::editRequested, &m_document, &ConfigDocument::edit, queued);
    connect(&m_model, &ConfigModel::sectionEditRequested, &m_document, &ConfigDocument::editSection, queued);
    connect(&m_model, &ConfigModel::groupEditRequested, &m_document, &ConfigDocument::editGroup, queued);
    connect(&m_model, &ConfigModel::switchRequested, &m_document, &ConfigDocument::switchSection, queued);
    connect(m_tree, &ConfigTreeView::fixRequested, this, &ConfigureView::fix, queued);
    connect(m_tree, &ConfigTreeView::pathChosen, this, [this] {
        m_navigator->markSource(m_tree->currentSource());
        m_inspector->origin()->setKey(m_tree->currentSource());
        updateActions();
    });
    connect(m_tree, &ConfigTreeView::sourceRequested, m_navigator, &ConfigNavigator::showSource);
}

void ConfigureView::connectInspector() {
    connect(m_navigator, &ConfigNavigator::statusMessage, this, &ConfigureView::statusMessage);
    connect(m_clipboard, &ConfigClipboard::statusMessage, this, &ConfigureView::statusMessage);
    connect(m_inspector->source(), &SourcePane::lineChosen, this, [this](const QString& file, int line) {
        const QString path = m_model.pathAtLine(file, line);
        if (!path.isEmpty()) m_pane->revealPath(path);
    });
    connect(m_inspector->source(), &SourcePane::leaveRequested, m_tree, qOverload<>(&QWidget::setFocus));
    connect(m_inspector->origin(), &OriginPane::assignmentClicked, m_navigator, &ConfigNavigator::showSource);
    connect(m_inspector->origin(), &OriginPane::keyClicked, m_pane, &ConfigTreePane::revealPath);
    connect(m_inspector->sweep(), &SweepPane::jobChosen, &m_document, &ConfigDocument::showSweepJob);
    DiffPane* const diff = m_inspector->diff();
    connect(diff, &DiffPane::keyChosen, m_pane, &ConfigTreePane::revealPath);
    connect(diff, &DiffPane::removeRequested, &m_document, &ConfigDocument::remove);
    connect(diff, &DiffPane::takeRequested, this,
            [this](const QString& path, const QString& value, bool isNew) {
                if (isNew)
                    m_document.add(path, value);
                else
                    m_document.edit(path, value);
            });
}

void ConfigureView::showState() {
    m_header->setFile(m_document.file());
    m_command->showLine(m_document.isOpen() ? m_document.commandLine() : QString());
    m_inspector->diff()->setLeftTitle(QFileInfo(m_document.file()).fileName());
    const bool isNewFile = m_shownFile != m_document.file();
    m_shownFile = m_document.file();
    m_isFresh = m_isFresh || isNewFile;
    updateActions();
}

void ConfigureView::showComposition() {
    const Composition& composition = m_document.composition();
    m_inspector->source()->setSources(composition.sources, composition.primaryFile);
    m_inspector->schedule()->setSchedule(composition.schedule);
    m_inspector->setSweep(composition.sweep, m_document.sweepJob());
    showTree();
    showProblems();
    showEmptyState();
    if (m_document.hasTree())
        m_navigator->markSource(m_tree->currentSource());
    else
        m_navigator->markError();
    m_inspector->origin()->setKey(m_tree->currentSource());
    const auto runs = composition.sweep.jobs.size();
    m_train->setText(runs > 1 ? tr("Train %1 runs").arg(runs) : tr("Train"));
    updateActions();
}

void ConfigureView::showTree() {
    const QString current = m_tree->currentPath();
    // Without a tree the notice above says what is wrong; a row would say it twice.
    const ConfigItem& root = m_document.tree().root;
    m_pane->setTree(m_document.hasTree() ? withProblems(root, m_document.problems()) : root);
    if (m_isFresh && m_document.hasTree()) {
        m_isFresh = false;
        m_tree->expandByDefault();
        if (!m_wantedExpanded.isEmpty()) m_tree->expandPaths(m_wantedExpanded);
        if (m_wantedPath.isEmpty() || !m_tree->selectPath(m_wantedPath)) m_tree->selectFirst();
        m_wantedExpanded.clear();
        m_wantedPath.clear();
    } else if (!m_wantedPath.isEmpty() && m_tree->selectPath(m_wantedPath)) {
        m_wantedPath.clear();
    } else if (current != m_tree->currentPath()) {
        m_tree->selectPath(current);
    }
}

void ConfigureView::showProblems() {
    const auto problems = m_document.problems();
    m_header->setProblems(problems, m_document.hasError());
    m_header->setProblemsVisible(m_document.isOpen());
    // A refused override has a row of its own in the tree; what has no row is said above it.
    const bool isHomeless = !problems.empty() && problems.front().isBlocking && problems.front().argument < 0;
    const bool hasPlace = m_document.hasTree() || !m_document.composition().sources.empty();
    widgets::NoticeBar* const notice = m_pane->errorNotice();
    if (hasPlace && isHomeless) {
        notice->present(widgets::NoticeBar::Kind::Error, sentence(problems.front().error),
                        m_document.undoStack().canUndo() ? tr("Undo the last change") : QString());
    } else {
        notice->hide();
    }
}

void ConfigureView::showDiskChange() {
    widgets::NoticeBar* const notice = m_pane->diskNotice();
    const auto& change = m_document.diskChange();
    if (!change) return notice->hide();
    const QString file = change->files.isEmpty() ? QFileInfo(m_document.file()).fileName()
                                                 : QFileInfo(change->files.front()).fileName();
    const QString text =
        change->error
            ? tr("%1 was changed on disk and does not compose: %2").arg(file, sentence(*change->error))
        : change->values == 1 ? tr("%1 was changed on disk: 1 value differs").arg(file)
                              : tr("%1 was changed on disk: %2 values differ").arg(file).arg(change->values);
    notice->present(widgets::NoticeBar::Kind::Information, text, tr("Reload"));
}

void ConfigureView::showDifferences() {
    if (!m_comparison.isActive()) return m_pane->setDifferences(std::nullopt);
    QSet<QString> paths;
    for (const ConfigDifference& difference : m_comparison.differences())
        paths.insert(difference.path);
    m_pane->setDifferences(paths);
}

void ConfigureView::showEmptyState() {
    const auto problems = m_document.problems();
    if (!m_document.isOpen()) {
        m_empty->set(QStringLiteral("yaml"), tr("No config is open"),
                     tr("Open a YAML config, or drop one here."));
        m_empty->setButton(tr("Open config…"), QStringLiteral("open"));
    } else if (!m_document.hasTree() && !problems.empty()) {
        m_empty->set(QStringLiteral("error"), tr("This config cannot be read"),
                     sentence(problems.front().error));
        m_empty->setButton(tr("Open another config…"), QStringLiteral("open"));
    } else if (!m_document.hasTree()) {
        m_empty->set(QStringLiteral("yaml"), tr("This config is empty"),
                     tr("Add a key (Insert), or write into the file: it is read again when it changes."));
        m_empty->setButton(tr("Open another config…"), QStringLiteral("open"));
    }
    // A broken file that can be read shows its text beside the message, at the line.
    const bool hasText = !m_document.composition().sources.empty();
    const bool isBroken = !m_document.hasTree() && hasText && !problems.empty();
    const bool showsSplit = m_document.hasTree() || isBroken;
    m_stack->setCurrentIndex(showsSplit ? 1 : 0);
}

void ConfigureView::fix(int problem) {
    const auto problems = m_document.problems();
    if (problem < 0 || problem >= static_cast<int>(problems.size())) return;
    const auto& fixes = problems[static_cast<std::size_t>(problem)].fixes;
    if (!fixes.empty()) m_document.apply(fixes.front());
}

void ConfigureView::updateActions() {
    const QModelIndex index = m_tree->currentSource();
    const QString path = m_tree->currentPath();
    const bool isOpen = m_document.isOpen();
    const bool isKey = index.isValid() && !path.isEmpty();
    const bool isRemoved = index.data(ConfigModel::RemovedRole).toBool();
    const bool isDefault = index.data(ConfigModel::DefaultRole).toBool();
    m_actions.add->setEnabled(isOpen);
    m_train->setEnabled(isOpen && (m_document.hasTree() || m_document.isComposing()));
    m_actions.save->setEnabled(m_saver.canSave());
    m_actions.remove->setEnabled(isKey && !isRemoved && !isDefault);
    m_actions.restore->setVisible(isRemoved);
    m_actions.reset->setEnabled(isKey && m_document.state().overrides.touches(path.toStdString()));
    m_actions.editText->setEnabled(isKey && !isRemoved);
    m_actions.copyOverride->setEnabled(isKey);
    m_actions.compareFiles->setEnabled(isOpen);
    m_actions.resetAll->setEnabled(!m_document.state().overrides.items.empty());
}

void ConfigureView::addKey() {
    if (!m_document.isOpen()) return;
    const QModelIndex index = m_tree->currentSource();
    QString section = m_tree->currentPath();
    if (index.data(ConfigModel::LeafRole).toBool()) section = section.section(QLatin1Char('.'), 0, -2);
    AddKeyDialog dialog(section.isEmpty() ? QString() : section + QLatin1Char('.'), this);
    if (dialog.exec() != QDialog::Accepted) return;
    m_wantedPath = dialog.key();
    m_document.add(dialog.key(), dialog.value());
}

/// Hydra deletes only what has a value: `~key` of null or ??? is an error of its.
void ConfigureView::removeKey() {
    const QString path = m_tree->currentPath();
    const ConfigItem* const row = findKey(m_document.tree().root, path);
    const bool isNull = row && row->kind == ConfigKind::Scalar && row->type == Value::Type::Null;
    if (row && (row->isMissing || isNull))
        return Q_EMIT statusMessage(
            tr("Hydra cannot remove %1, which has no value: give it one, or take it out of the file")
                .arg(path));
    m_document.remove(path);
}

void ConfigureView::setRecentFiles(const QStringList& files) {
    m_header->setRecentFiles(m_actions.open, files);
    m_inspector->diff()->setRecentFiles(files);
}

void ConfigureView::setHint(const QString& text) {
    m_header->setHint(text);
}

void ConfigureView::setWaitingRuns(std::size_t runs) {
    widgets::NoticeBar* const notice = m_pane->queueNotice();
    if (runs == 0) return notice->hide();
    notice->present(widgets::NoticeBar::Kind::Information,
                    runs == 1 ? tr("1 run of the sweep waits for the one under way")
                              : tr("%1 runs of the sweep wait for the one under way").arg(runs),
                    tr("Do not start"));
}

void ConfigureView::focusTrain() {
    m_train->setFocus(Qt::TabFocusReason);
}

void ConfigureView::focusDefault() {
    if (m_document.hasTree())
        m_tree->setFocus();
    else
        m_empty->setFocus();
}

bool ConfigureView::showBlockingProblem() {
    if (!m_document.hasError()) return false;
    m_navigator->showProblem(0);
    Q_EMIT statusMessage(sentence(m_document.problems().front().error));
    return true;
}

void ConfigureView::saveState(QSettings& settings) const {
    settings.setValue(QStringLiteral("splitter"), m_splitter->saveState());
    settings.setValue(QStringLiteral("columns"), m_tree->header()->saveState());
    settings.setValue(QStringLiteral("expanded"), m_tree->expandedPaths());
    settings.setValue(QStringLiteral("current"), m_tree->currentPath());
}

void ConfigureView::restoreState(QSettings& settings) {
    m_splitter->restoreState(settings.value(QStringLiteral("splitter")).toByteArray());
    m_tree->header()->restoreState(settings.value(QStringLiteral("columns")).toByteArray());
    m_wantedExpanded = settings.value(QStringLiteral("expanded")).toStringList();
    m_wantedPath = settings.value(QStringLiteral("current")).toString();
}

void ConfigureView::chooseFile() {
    const QString start = m_document.isOpen() ? m_document.file() : QString();
    const QString file = QFileDialog::getOpenFileName(this, tr("Open config"), start,
                                                      tr("YAML configs (*.yaml *.yml);;All files (*)"));
    if (!file.isEmpty()) Q_EMIT openRequested(file);
}

void ConfigureView::dragEnterEvent(QDragEnterEvent* event) {
    if (!yamlIn(event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void ConfigureView::dropEvent(QDropEvent* event) {
    const QString file = yamlIn(event->mimeData());
    if (file.isEmpty()) return;
    event->acceptProposedAction();
    Q_EMIT openRequested(file);
}

bool ConfigureView::eventFilter(QObject* watched, QEvent* event) {
    if (watched != m_train || event->type() != QEvent::KeyPress) return QWidget::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key != Qt::Key_Return && key != Qt::Key_Enter) return false;
    m_train->animateClick();
    return true;
}

} // namespace fathom::app
