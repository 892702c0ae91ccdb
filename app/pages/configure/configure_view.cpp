// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/configure/configure_view.h"

#include "app/models/config_filter.h"
#include "app/models/config_model.h"
#include "app/pages/configure/command_box.h"
#include "app/pages/configure/config_document.h"
#include "app/pages/configure/config_tree_view.h"
#include "app/pages/configure/source_pane.h"
#include "app/shell/action_registry.h"
#include "widgets/elided_label.h"
#include "widgets/empty_state.h"
#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QButtonGroup>
#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace fathom::app {

namespace {

using widgets::kGrid;

QToolButton* toolButton(QAction* action) {
    auto* const button = new QToolButton;
    button->setDefaultAction(action);
    button->setAccessibleName(action->text());
    button->setAutoRaise(true);
    return button;
}

} // namespace

ConfigureView::ConfigureView(ConfigDocument& document, ActionRegistry& actions, QWidget* parent)
    : QWidget(parent),
      m_document(document),
      m_model(new ConfigModel(this)),
      m_filter(new ConfigFilter(this)) {
    m_filter->setSourceModel(m_model);
    m_tree = new ConfigTreeView(*m_model, *m_filter);
    m_source = new SourcePane;
    m_command = new CommandBox;
    setAcceptDrops(true);
    addActions(actions);
    addEditActions(actions);

    m_splitter = new QSplitter(Qt::Horizontal);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(makeTreePane());
    m_splitter->addWidget(m_source);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_splitter->setSizes({110 * kGrid, 60 * kGrid});
    m_splitter->setHandleWidth(kGrid);
    m_empty = new widgets::EmptyState;
    connect(m_empty, &widgets::EmptyState::buttonClicked, m_open, &QAction::trigger);
    m_stack = new QStackedWidget;
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_splitter);

    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(2 * kGrid, kGrid, 2 * kGrid, 2 * kGrid);
    layout->setSpacing(kGrid);
    layout->addWidget(makeHeader());
    layout->addWidget(m_stack, 1);
    layout->addWidget(makeFooter());
    connectDocument();
    showState();
    showComposition();
}

QWidget* ConfigureView::makeHeader() {
    auto* const header = new QWidget;
    auto* const layout = new QVBoxLayout(header);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    auto* const row = new QHBoxLayout;
    row->setSpacing(kGrid / 2);
    m_file = new QToolButton;
    m_file->setAccessibleName(tr("Config file"));
    m_file->setToolTip(tr("The open config; recent files"));
    m_file->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_file->setIcon(widgets::icon(QStringLiteral("yaml")));
    m_file->setPopupMode(QToolButton::InstantPopup);
    m_file->setAutoRaise(true);
    m_file->setFont(widgets::titleFont(font()));
    m_fileMenu = new QMenu(m_file);
    m_file->setMenu(m_fileMenu);
    m_problems = new QToolButton;
    m_problems->setAccessibleName(tr("Problems"));
    m_problems->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_problems->setPopupMode(QToolButton::InstantPopup);
    m_problems->setAutoRaise(true);
    m_problemMenu = new QMenu(m_problems);
    m_problemMenu->setToolTipsVisible(true);
    m_problems->setMenu(m_problemMenu);
    row->addWidget(m_file);
    row->addWidget(m_problems);
    row->addStretch();
    for (QAction* const action : {m_undo, m_redo, m_add, m_remove, m_reset})
        row->addWidget(toolButton(action));
    layout->addLayout(row);
    m_hint = new QLabel;
    m_hint->setWordWrap(true);
    m_hint->hide();
    layout->addWidget(m_hint);
    return header;
}

QWidget* ConfigureView::makeTreePane() {
    auto* const pane = new QWidget;
    auto* const layout = new QVBoxLayout(pane);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    auto* const row = new QHBoxLayout;
    m_filterLine = new QLineEdit;
    m_filterLine->setPlaceholderText(tr("Filter keys, values, layer:edited"));
    m_filterLine->setAccessibleName(tr("Filter"));
    m_filterLine->setClearButtonEnabled(true);
    m_filterLine->addAction(widgets::icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    m_filterLine->installEventFilter(this);
    row->addWidget(m_filterLine, 1);
    m_show = new QButtonGroup(this);
    const QStringList names{tr("All"), tr("Overrides"), tr("Problems")};
    for (int i = 0; i < names.size(); ++i) {
        auto* const button = new QToolButton;
        button->setText(names[i]);
        button->setCheckable(true);
        button->setChecked(i == 0);
        button->setAutoRaise(true);
        m_show->addButton(button, i);
        row->addWidget(button);
    }
    layout->addLayout(row);
    m_banner = new QWidget;
    m_banner->setAutoFillBackground(true);
    auto* const bannerRow = new QHBoxLayout(m_banner);
    bannerRow->setContentsMargins(kGrid, kGrid / 2, kGrid / 2, kGrid / 2);
    m_bannerText = new widgets::ElidedLabel;
    auto* const undo = new QPushButton(tr("Undo the last change"));
    connect(undo, &QPushButton::clicked, m_undo, &QAction::trigger);
    connect(m_undo, &QAction::changed, undo, [this, undo] { undo->setVisible(m_undo->isEnabled()); });
    bannerRow->addWidget(m_bannerText, 1);
    bannerRow->addWidget(undo);
    m_banner->hide();
    layout->addWidget(m_banner);
    layout->addWidget(m_tree, 1);
    connect(m_filterLine, &QLineEdit::textChanged, this, &ConfigureView::filterChanged);
    connect(m_show, &QButtonGroup::idClicked, this, &ConfigureView::filterChanged);
    return pane;
}

QWidget* ConfigureView::makeFooter() {
    auto* const footer = new QWidget;
    auto* const row = new QHBoxLayout(footer);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kGrid);
    auto* const copy = new QPushButton(widgets::icon(QStringLiteral("copy")), tr("Copy"));
    copy->setToolTip(tr("Copy a fathom-cli command that repeats this run"));
    copy->setAutoDefault(false);
    connect(copy, &QPushButton::clicked, this, &ConfigureView::copyCommand);
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

void ConfigureView::addActions(ActionRegistry& actions) {
    const QString page = QStringLiteral("configure");
    m_open = actions.add({.id = QStringLiteral("configure.open"),
                          .text = tr("Open config…"),
                          .icon = QStringLiteral("open"),
                          .shortcut = QKeySequence::Open,
                          .tip = tr("Open a YAML config"),
                          .page = page},
                         this, [this] { chooseFile(); });
    m_undo = actions.add({.id = QStringLiteral("configure.undo"),
                          .text = tr("Undo"),
                          .icon = QStringLiteral("undo"),
                          .shortcut = QKeySequence::Undo,
                          .tip = tr("Take back the last change"),
                          .page = page},
                         this, [this] { m_document.undoStack().undo(); });
    m_redo = actions.add({.id = QStringLiteral("configure.redo"),
                          .text = tr("Redo"),
                          .icon = QStringLiteral("redo"),
                          .shortcut = QKeySequence::Redo,
                          .tip = tr("Make the last undone change again"),
                          .page = page},
                         this, [this] { m_document.undoStack().redo(); });
    addAction(actions.add({.id = QStringLiteral("configure.filter"),
                           .text = tr("Filter the config"),
                           .icon = QStringLiteral("search"),
                           .shortcut = QKeySequence::Find,
                           .tip = tr("Search keys, values and layers"),
                           .page = page},
                          this, [this] {
                              m_filterLine->setFocus();
                              m_filterLine->selectAll();
                          }));
    addAction(actions.add({.id = QStringLiteral("configure.copyCommand"),
                           .text = tr("Copy command line"),
                           .icon = QStringLiteral("terminal"),
                           .shortcut = QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C),
                           .tip = tr("Copy a fathom-cli command that repeats this run"),
                           .page = page},
                          this, [this] { copyCommand(); }));
    addAction(actions.add({.id = QStringLiteral("configure.resetAll"),
                           .text = tr("Reset all overrides"),
                           .icon = QStringLiteral("reset"),
                           .shortcut = {},
                           .tip = tr("Drop every override, as the files say"),
                           .page = page},
                          this, [this] { m_document.resetAll(); }));
    for (QAction* const action : {m_open, m_undo, m_redo})
        addAction(action);
}

void ConfigureView::addEditActions(ActionRegistry& actions) {
    const QString page = QStringLiteral("configure");
    m_add = actions.add({.id = QStringLiteral("configure.add"),
                         .text = tr("Add key…"),
                         .icon = QStringLiteral("plus"),
                         .shortcut = QKeySequence(Qt::Key_Insert),
                         .tip = tr("Add a key that the config does not have"),
                         .page = page},
                        this, [this] { addKey(); });
    m_remove = actions.add({.id = QStringLiteral("configure.remove"),
                            .text = tr("Remove key"),
                            .icon = QStringLiteral("minus"),
                            .shortcut = QKeySequence::Delete,
                            .tip = tr("Remove the selected key by an override"),
                            .page = page},
                           this, [this] { m_document.remove(m_tree->currentPath()); });
    m_reset = actions.add({.id = QStringLiteral("configure.reset"),
                           .text = tr("Reset to the layer below"),
                           .icon = QStringLiteral("reset"),
                           .shortcut = QKeySequence(Qt::CTRL | Qt::Key_Backspace),
                           .tip = tr("Drop the override of the selected key"),
                           .page = page},
                          this, [this] { m_document.reset(m_tree->currentPath()); });
    m_copy = actions.add({.id = QStringLiteral("configure.copyOverride"),
                          .text = tr("Copy as override"),
                          .icon = QStringLiteral("copy"),
                          .shortcut = QKeySequence::Copy,
                          .tip = tr("Copy key=value of the selected key"),
                          .page = page},
                         this, [this] { copyOverride(); });
    auto* const source = actions.add({.id = QStringLiteral("configure.source"),
                                      .text = tr("Show where it was set"),
                                      .icon = QStringLiteral("file"),
                                      .shortcut = QKeySequence(Qt::Key_F4),
                                      .tip = tr("Show the line that set the selected value"),
                                      .page = page},
                                     this, [this] { showSource(m_tree->currentSource()); });
    for (QAction* const action : {m_add, m_remove, m_reset, m_copy, source})
        m_tree->addAction(action);
    // Deleting and copying are meant for the tree, not for the text fields beside it; adding works from
    // anywhere.
    addAction(m_add);
}

void ConfigureView::connectDocument() {
    connect(&m_document, &ConfigDocument::stateChanged, this, &ConfigureView::showState);
    connect(&m_document, &ConfigDocument::composed, this, &ConfigureView::showComposition);
    connect(m_model, &ConfigModel::editRequested, &m_document, &ConfigDocument::edit, Qt::QueuedConnection);
    connect(m_command, &CommandBox::lineTyped, &m_document, &ConfigDocument::setCommandLine);
    connect(m_command, &CommandBox::typingEnded, &m_document, &ConfigDocument::endTyping);
    connect(m_tree, &ConfigTreeView::pathChosen, this, [this] {
        markSource(m_tree->currentSource());
        updateActions();
    });
    connect(m_tree, &ConfigTreeView::sourceRequested, this, &ConfigureView::showSource);
    connect(m_source, &SourcePane::lineChosen, this, [this](const QString& file, int line) {
        const QString path = m_model->pathAtLine(file, line);
        if (!path.isEmpty() && !m_tree->selectPath(path))
            Q_EMIT statusMessage(tr("%1 is hidden by the filter").arg(path));
    });
    QUndoStack& stack = m_document.undoStack();
    const auto names = [this, &stack] {
        m_undo->setEnabled(stack.canUndo());
        m_redo->setEnabled(stack.canRedo());
        m_undo->setText(stack.canUndo() ? tr("Undo %1").arg(stack.undoText()) : tr("Undo"));
        m_redo->setText(stack.canRedo() ? tr("Redo %1").arg(stack.redoText()) : tr("Redo"));
    };
    connect(&stack, &QUndoStack::indexChanged, this, names);
    connect(&stack, &QUndoStack::cleanChanged, this, names);
    names();
}

void ConfigureView::setRecentFiles(const QStringList& files) {
    m_fileMenu->clear();
    m_fileMenu->addAction(m_open);
    if (!files.isEmpty()) m_fileMenu->addSeparator();
    for (const QString& file : files) {
        QAction* const action =
            m_fileMenu->addAction(widgets::icon(QStringLiteral("yaml")), displayPath(file));
        connect(action, &QAction::triggered, this, [this, file] { Q_EMIT openRequested(file); });
    }
}

void ConfigureView::setHint(const QString& text) {
    m_hint->setText(text);
    m_hint->setVisible(!text.isEmpty());
}

void ConfigureView::focusTrain() {
    m_train->setFocus(Qt::TabFocusReason);
}

bool ConfigureView::showBlockingProblem() {
    if (!m_document.hasError()) return false;
    const auto problems = m_document.problems();
    m_tree->selectPath(QString::fromStdString(problems.front().error.key));
    Q_EMIT statusMessage(sentence(problems.front().error));
    return true;
}

void ConfigureView::saveState(QSettings& settings) const {
    settings.setValue(QStringLiteral("splitter"), m_splitter->saveState());
    settings.setValue(QStringLiteral("columns"), m_tree->header()->saveState());
    settings.setValue(QStringLiteral("expanded"), m_tree->expandedPaths());
    settings.setValue(QStringLiteral("current"), m_tree->currentPath());
}

void ConfigureView::chooseFile() {
    const QString start = m_document.isOpen() ? m_document.file() : QString();
    const QString file = QFileDialog::getOpenFileName(this, tr("Open config"), start,
                                                      tr("YAML configs (*.yaml *.yml);;All files (*)"));
    if (!file.isEmpty()) Q_EMIT openRequested(file);
}

} // namespace fathom::app
