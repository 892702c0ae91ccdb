// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/archive_config_pane.h"

#include "app/config_view/add_key_dialog.h"
#include "app/config_view/config_tree_pane.h"
#include "app/config_view/config_tree_view.h"
#include "app/config_view/origin_pane.h"
#include "app/models/config_model.h"
#include "app/pages/archive/archive_document.h"
#include "widgets/action_button.h"
#include "widgets/code_view.h"
#include "widgets/notice_bar.h"
#include "widgets/theme.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>

namespace fathom::app {

using widgets::CodeView;
using widgets::kGrid;

ArchiveConfigPane::ArchiveConfigPane(ArchiveDocument& document, QWidget* parent)
    : QWidget(parent),
      m_document(document),
      m_pane(new ConfigTreePane),
      m_texts(new QTabWidget),
      m_source(new CodeView),
      m_result(new CodeView),
      m_origin(new OriginPane(m_pane->model())),
      m_buttons(new QHBoxLayout) {
    m_source->setAccessibleName(tr("Config as text"));
    m_result->setAccessibleName(tr("Config as it will be saved"));
    m_texts->setDocumentMode(true);
    m_texts->addTab(m_source, tr("In the archive"));
    m_texts->addTab(m_result, tr("As it will be saved"));
    // Values are long here and rarely computed; the header's menu brings the other columns.
    for (QAction* const toggle : tree()->header()->actions())
        toggle->setChecked(false);
    auto* const side = new QSplitter(Qt::Vertical);
    side->setChildrenCollapsible(false);
    side->setHandleWidth(kGrid);
    side->addWidget(m_texts);
    side->addWidget(m_origin);
    side->setStretchFactor(0, 1);
    auto* const splitter = new QSplitter;
    splitter->setChildrenCollapsible(false);
    splitter->setHandleWidth(2 * kGrid);
    auto* const left = new QWidget;
    auto* const column = new QVBoxLayout(left);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kGrid);
    column->addWidget(m_pane, 1);
    column->addLayout(m_buttons);
    m_buttons->addStretch();
    splitter->addWidget(left);
    splitter->addWidget(side);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    splitter->setSizes({60 * kGrid, 40 * kGrid});
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(splitter);
    setFocusProxy(tree());
    connectTree();
    show();
}

ConfigTreeView* ArchiveConfigPane::tree() const {
    return m_pane->tree();
}

void ArchiveConfigPane::connectTree() {
    // Queued: the editor that asks is still open, and the answer replaces rows.
    const auto queued = Qt::QueuedConnection;
    ConfigModel& model = m_pane->model();
    connect(&model, &ConfigModel::editRequested, &m_document, &ArchiveDocument::editKey, queued);
    connect(&model, &ConfigModel::sectionEditRequested, &m_document, &ArchiveDocument::editSection, queued);
    connect(&model, &ConfigModel::switchRequested, &m_document, &ArchiveDocument::switchSection, queued);
    connect(&m_document, &ArchiveDocument::composed, this, &ArchiveConfigPane::show);
    connect(tree(), &ConfigTreeView::pathChosen, this, [this] {
        markSource();
        m_origin->setKey(tree()->currentSource());
        Q_EMIT currentChanged();
    });
    connect(tree(), &ConfigTreeView::sourceRequested, this, [this] {
        m_texts->setCurrentWidget(m_source);
        markSource();
    });
    connect(m_source, &CodeView::lineChosen, this, [this](int line) {
        const QString path = m_pane->model().pathAtLine(configFileName(), line);
        if (!path.isEmpty()) m_pane->revealPath(path);
    });
    connect(m_origin, &OriginPane::keyClicked, m_pane, &ConfigTreePane::revealPath);
    connect(m_origin, &OriginPane::assignmentClicked, this, [this](const QModelIndex& index) {
        m_texts->setCurrentWidget(m_source);
        m_source->markLine(index.data(ConfigModel::LineRole).toInt());
    });
}

void ArchiveConfigPane::show() {
    const Composition& composition = m_document.composition();
    const QString current = tree()->currentPath();
    // What is open or odd is told before saving; here only what does not compose.
    m_pane->setTree(composition.tree.root);
    m_source->setCode(m_document.contents().configYaml, CodeView::Language::Yaml);
    const bool isEdited = m_document.isEditable() && !m_document.editor().configEdits().empty();
    m_texts->setTabVisible(1, isEdited);
    if (isEdited)
        m_result->setCode(QString::fromStdString(m_document.editor().configYaml()), CodeView::Language::Yaml);
    const auto& error = m_document.contents().configError;
    if (error) {
        m_pane->errorNotice()->present(widgets::NoticeBar::Kind::Error, sentence(*error), {});
        m_source->markLine(error->line);
    } else {
        m_pane->errorNotice()->hide();
    }
    if (m_isFresh && !composition.tree.root.children.empty()) {
        m_isFresh = false;
        tree()->expandByDefault();
        tree()->selectFirst();
    } else if (!m_wanted.isEmpty() && tree()->selectPath(m_wanted)) {
        m_wanted.clear();
    } else if (current != tree()->currentPath()) {
        tree()->selectPath(current);
    }
    markSource();
    m_origin->setKey(tree()->currentSource());
    Q_EMIT currentChanged();
}

/// The line of the current key, of what an edit of it beats, or of the nearest key above it that the file
/// has.
void ArchiveConfigPane::markSource() {
    if (m_document.contents().configError) return;
    const auto lineOf = [](const QModelIndex& index) {
        return index.data(ConfigModel::FileRole).toString() == configFileName()
                   ? index.data(ConfigModel::LineRole).toInt()
                   : 0;
    };
    int line = 0;
    for (QModelIndex index = tree()->currentSource(); index.isValid() && line == 0; index = index.parent()) {
        line = lineOf(index);
        for (int row = 0; line == 0 && row < index.model()->rowCount(index); ++row) {
            const QModelIndex beat = index.model()->index(row, 0, index);
            if (beat.data(ConfigModel::KindRole).toInt() == static_cast<int>(ConfigKind::Beat))
                line = lineOf(beat);
        }
    }
    m_source->markLine(line);
}

void ArchiveConfigPane::addKey() {
    if (!m_document.isEditable()) return;
    QString section = tree()->currentPath();
    if (tree()->currentSource().data(ConfigModel::LeafRole).toBool())
        section = section.section(QLatin1Char('.'), 0, -2);
    AddKeyDialog dialog(section.isEmpty() ? QString() : section + QLatin1Char('.'), this);
    if (dialog.exec() != QDialog::Accepted) return;
    m_wanted = dialog.key();
    m_document.addKey(dialog.key(), dialog.value());
}

bool ArchiveConfigPane::canRemove() const {
    const QModelIndex index = tree()->currentSource();
    return m_document.isEditable() && index.isValid() && !tree()->currentPath().isEmpty() &&
           !index.data(ConfigModel::RemovedRole).toBool() && !index.data(ConfigModel::DefaultRole).toBool();
}

void ArchiveConfigPane::removeKey() {
    if (canRemove()) m_document.removeKey(tree()->currentPath());
}

bool ArchiveConfigPane::canReset() const {
    const std::string path = tree()->currentPath().toStdString();
    return m_document.isEditable() && !path.empty() &&
           OverrideList{m_document.editor().configEdits(), 0}.touches(path);
}

void ArchiveConfigPane::resetKey() {
    if (canReset()) m_document.resetKey(tree()->currentPath());
}

void ArchiveConfigPane::addButton(QAction* action) {
    m_buttons->insertWidget(m_buttons->count() - 1, widgets::actionButton(action));
    tree()->addAction(action);
}

void ArchiveConfigPane::focusFilter() {
    m_pane->focusFilter();
}

} // namespace fathom::app
