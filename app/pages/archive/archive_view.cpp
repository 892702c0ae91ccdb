// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/archive_view.h"

#include "app/bridge/job_runner.h"
#include "app/inference/inference_pane.h"
#include "app/inference/recording_files.h"
#include "app/pages/archive/archive_config_pane.h"
#include "app/pages/archive/archive_edits.h"
#include "app/pages/archive/archive_header.h"
#include "app/pages/archive/artifact_view.h"
#include "app/pages/archive/members_view.h"
#include "app/pages/archive/parts_tree.h"
#include "app/pages/archive/safety_view.h"
#include "app/pages/archive/tensor_view.h"
#include "app/pages/archive/weight_parts_view.h"
#include "widgets/action_button.h"
#include "widgets/empty_state.h"
#include "widgets/notice_bar.h"
#include "widgets/scroll_page.h"
#include "widgets/tab_order.h"
#include "widgets/theme.h"
#include "widgets/wrap_layout.h"

#include <QAction>
#include <QApplication>
#include <QDragEnterEvent>
#include <QFileSystemWatcher>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace fathom::app {

namespace {

using widgets::kGrid;
using widgets::NoticeBar;
using widgets::putIntoTabOrder;

QWidget* problemPage(const QString& title, const Error& error) {
    auto* const empty = new widgets::EmptyState;
    empty->set(QStringLiteral("error"), title, sentence(error));
    return empty;
}

} // namespace

ArchiveView::ArchiveView(std::shared_ptr<const ArchiveContents> contents, JobRunner& jobs,
                         const ArchiveActions& actions, const std::filesystem::path& workspace,
                         QWidget* parent)
    : QWidget(parent),
      m_jobs(jobs),
      m_actions(actions),
      m_document(std::move(contents), jobs, nullptr),
      m_saver(m_document, jobs, workspace, nullptr),
      m_edits(new ArchiveEdits(m_document, m_saver, jobs, this)),
      m_watcher(new QFileSystemWatcher(this)),
      m_header(new ArchiveHeader(m_document)),
      m_notice(new NoticeBar(this)),
      m_parts(new PartsTree(m_document)),
      m_stack(new QStackedWidget),
      m_safety(new SafetyView(jobs, workspace)) {
    build();
    connectDocument();
    connectSaver();
    m_pages.insert(QStringLiteral("safety"), m_safety);
    m_stack->addWidget(m_safety);
    putIntoTabOrder(m_parts, m_safety);
    refresh();
    watch();
    const bool hasWeights = m_document.contents().weights || !m_document.contents().weightParts.empty();
    showPart(hasWeights ? QStringLiteral("weights") : QStringLiteral("config"));
}

void ArchiveView::build() {
    auto* const splitter = new QSplitter;
    splitter->setHandleWidth(2 * kGrid);
    splitter->addWidget(m_parts);
    splitter->addWidget(m_stack);
    splitter->setCollapsible(1, false);
    splitter->setStretchFactor(0, 0);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({32 * kGrid, 100 * kGrid});
    auto* const bottom = new widgets::WrapLayout;
    bottom->addWidget(widgets::actionButton(m_actions.tryIt));
    bottom->addStretch();
    for (QAction* const action : {m_actions.diff, m_actions.revert, m_actions.save, m_actions.saveAs})
        bottom->addWidget(widgets::actionButton(action));
    for (QAction* const action : {m_actions.undo, m_actions.redo})
        m_header->addButton(action);
    m_parts->addActions({m_actions.addArtifact, m_actions.replace, m_actions.rename, m_actions.remove});
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, kGrid, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(m_header);
    layout->addWidget(m_notice);
    layout->addWidget(splitter, 1);
    layout->addLayout(bottom);
    setFocusProxy(m_parts);
    setAcceptDrops(true);
    connect(m_parts, &PartsTree::partChosen, this, &ArchiveView::showChosen);
    connect(m_parts, &PartsTree::fileDropped, &m_document, &ArchiveDocument::replaceMember);
    connect(m_safety, &SafetyView::findingsChanged, this,
            [this] { m_parts->setFindings(m_safety->findings()); });
}

void ArchiveView::connectDocument() {
    connect(&m_document, &ArchiveDocument::changed, this, &ArchiveView::refresh);
    connect(&m_document, &ArchiveDocument::refused, this, [this](const QString& why) {
        m_offersReload = false;
        m_notice->present(NoticeBar::Kind::Error, why, tr("Dismiss"));
    });
    connect(m_notice, &NoticeBar::firstClicked, this, [this] {
        if (m_saver.isSaving()) return m_saver.cancel();
        m_notice->hide();
        if (m_offersReload) m_saver.reload();
    });
    connect(m_notice, &NoticeBar::secondClicked, this, [this] { m_edits->saveAs(); });
    connect(m_watcher, &QFileSystemWatcher::fileChanged, this, &ArchiveView::checkDisk);
}

void ArchiveView::connectSaver() {
    const auto progress = [this](double part) {
        m_notice->present(NoticeBar::Kind::Information, tr("Saving: %1 %").arg(static_cast<int>(part * 100)),
                          tr("Cancel"));
    };
    connect(&m_saver, &ArchiveSaver::started, this, [this, progress] {
        progress(0);
        updateActions();
    });
    connect(&m_saver, &ArchiveSaver::progressed, this, progress);
    connect(&m_saver, &ArchiveSaver::saved, this,
            [this](const QString& target, bool wasInPlace, const QString& note) {
                m_offersReload = false;
                m_notice->hide();
                if (!note.isEmpty()) m_notice->present(NoticeBar::Kind::Information, note, tr("Dismiss"));
                watch();
                Q_EMIT titleChanged();
                Q_EMIT statusMessage(wasInPlace ? tr("Saved in place: %1").arg(target)
                                                : tr("Saved %1").arg(target));
            });
    connect(&m_saver, &ArchiveSaver::failed, this, [this](const QString& why, bool isStale) {
        m_offersReload = isStale;
        m_notice->present(NoticeBar::Kind::Error, why, isStale ? tr("Reload") : tr("Dismiss"),
                          isStale ? tr("Save as…") : QString());
        updateActions();
    });
}

void ArchiveView::showPart(const QString& part) {
    m_parts->showPart(part);
}

QString ArchiveView::part() const {
    return m_parts->part();
}

QString ArchiveView::unsavedText() const {
    return m_header->unsavedText();
}

bool ArchiveView::isSettled() const {
    const bool isReading = m_artifact && !m_parts->artifact().isEmpty() && !m_artifact->isSettled();
    return !m_document.isComposing() && !m_saver.isSaving() && !m_safety->isChecking() && !isReading;
}

/// The document is another one, or has other edits: everything follows, and stays where it was.
void ArchiveView::refresh() {
    if (m_shown != m_document.sharedContents()) takeContents();
    m_header->refresh();
    m_parts->refresh();
    if (m_tensors && m_document.tensors()) m_tensors->setTensors(m_document.tensors());
    if (m_members) m_members->refresh();
    showModel();
    const QString artifact = m_parts->artifact();
    if (m_artifact && !artifact.isEmpty()) m_artifact->show(artifact, m_document.source(artifact));
    updateActions();
    Q_EMIT titleChanged();
}

/// The file was opened, or opened again: what could not be read may be readable now.
void ArchiveView::takeContents() {
    m_shown = m_document.sharedContents();
    m_safety->setContents(m_shown);
    m_parts->setFindings(std::nullopt);
    if (m_try) m_try->setFile(m_shown->path.toStdString());
    for (const auto& [part, isProblem] :
         {std::pair(QStringLiteral("config"), !m_config), std::pair(QStringLiteral("weights"), !m_tensors)}) {
        if (!isProblem || !m_pages.contains(part)) continue;
        delete m_pages.take(part);
        if (m_parts->part() == part) showChosen();
    }
}

void ArchiveView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    updateActions();
}

void ArchiveView::showChosen() {
    const QString part = m_parts->part();
    if (part.isEmpty()) return;
    const QString artifact = m_parts->artifact();
    const QString page = artifact.isEmpty() ? part : QStringLiteral("artifact");
    if (!m_pages.contains(page)) {
        m_pages.insert(page, new widgets::ScrollPage(makePage(page)));
        m_stack->addWidget(m_pages[page]);
        putIntoTabOrder(m_parts, m_pages[page]);
    }
    if (!artifact.isEmpty()) m_artifact->show(artifact, m_document.source(artifact));
    // What is left must not take the focus out of the page.
    const bool hadFocus = m_stack->isAncestorOf(QApplication::focusWidget());
    m_stack->setCurrentWidget(m_pages[page]);
    if (hadFocus) m_parts->setFocus();
    updateActions();
}

QWidget* ArchiveView::makePage(const QString& part) {
    if (part == QStringLiteral("config")) return makeConfig();
    if (part == QStringLiteral("members")) return makeMembers();
    if (part == QStringLiteral("artifact")) return makeArtifact();
    if (part == QStringLiteral("weights")) return makeWeights();
    if (part == QStringLiteral("try")) return makeTry();
    return makeArtifacts();
}

QWidget* ArchiveView::makeConfig() {
    if (m_document.contents().configYaml.isEmpty() && m_document.contents().configError)
        return problemPage(tr("The config cannot be read"), *m_document.contents().configError);
    m_config = new ArchiveConfigPane(m_document);
    for (QAction* const action : {m_actions.add, m_actions.remove, m_actions.reset})
        m_config->addButton(action);
    connect(m_config, &ArchiveConfigPane::currentChanged, this, &ArchiveView::updateActions);
    return m_config;
}

QWidget* ArchiveView::makeWeights() {
    if (!m_document.contents().weights && m_document.contents().weightParts.empty())
        return problemPage(tr("The weights cannot be read"), *m_document.contents().weightsError);
    if (!m_document.contents().weights) {
        auto* const parts = new WeightPartsView(m_document.sharedContents(), m_jobs);
        connect(parts, &WeightPartsView::statusMessage, this, &ArchiveView::statusMessage);
        return parts;
    }
    m_tensors = new TensorView(m_jobs);
    m_tensors->setTensors(m_document.tensors());
    if (m_document.isEditable())
        m_tensors->setEditActions({m_actions.convert, m_actions.rename, m_actions.remove});
    connect(m_tensors, &TensorView::statusMessage, this, &ArchiveView::statusMessage);
    return m_tensors;
}

QWidget* ArchiveView::makeArtifact() {
    m_artifact = new ArtifactView(m_jobs);
    if (m_document.isEditable()) {
        for (QAction* const action : {m_actions.replace, m_actions.rename, m_actions.remove})
            m_artifact->addButton(action);
    }
    connect(m_artifact, &ArtifactView::statusMessage, this, &ArchiveView::statusMessage);
    return m_artifact;
}

QWidget* ArchiveView::makeArtifacts() {
    auto* const empty = new widgets::EmptyState;
    empty->set(QStringLiteral("folder"), tr("Artifacts"),
               tr("Files that the config names: tokenizers, vocabularies, normalizers. Choose one at the "
                  "left to see it; drop a file on one to put it in its place."));
    if (m_document.isEditable()) {
        empty->setButton(m_actions.addArtifact->text(), QStringLiteral("plus"));
        connect(empty, &widgets::EmptyState::buttonClicked, m_actions.addArtifact, &QAction::trigger);
    }
    return empty;
}

QWidget* ArchiveView::makeMembers() {
    m_members = new MembersView(m_document);
    if (m_document.isEditable()) {
        for (QAction* const action : {m_actions.replace, m_actions.rename, m_actions.remove})
            m_members->addButton(action);
    }
    connect(m_members, &MembersView::currentChanged, this, &ArchiveView::updateActions);
    return m_members;
}

QWidget* ArchiveView::makeTry() {
    m_try = new InferencePane(m_jobs);
    m_try->setFile(m_document.contents().path.toStdString());
    connect(m_try, &InferencePane::statusMessage, this, &ArchiveView::statusMessage);
    showModel();
    return m_try;
}

/// What is restored is the file.
void ArchiveView::showModel() {
    if (!m_try) return;
    m_try->setNote(m_document.isModified() ? tr("as it was saved: the edits are not in it") : QString());
}

/// Recordings that are dropped anywhere on the archive are for its model.
void ArchiveView::dragEnterEvent(QDragEnterEvent* event) {
    if (m_document.contents().weights && hasRecordings(*event->mimeData())) event->acceptProposedAction();
}

void ArchiveView::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    showPart(QStringLiteral("try"));
    m_try->take(*event->mimeData());
}

QString ArchiveView::currentMember() const {
    if (!m_parts->artifact().isEmpty()) return m_parts->artifact();
    return m_parts->part() == QStringLiteral("members") && m_members ? m_members->current() : QString();
}

void ArchiveView::updateActions() {
    if (!isVisible()) return; // the actions are those of the archive in front
    const QString part = m_parts->part();
    const bool isEditable = m_document.isEditable() && !m_saver.isSaving();
    const bool isConfig = part == QStringLiteral("config") && m_config;
    const bool isWeights = part == QStringLiteral("weights") && m_tensors;
    const bool isMember = !currentMember().isEmpty();
    const bool isModified = m_document.isModified();
    const archive::NemoEditor* const editor = m_document.isEditable() ? &m_document.editor() : nullptr;
    const auto named = [](QAction* action, const QString& verb, const std::string& what) {
        action->setText(what.empty() ? verb
                                     : QStringLiteral("%1: %2").arg(verb, QString::fromStdString(what)));
        action->setToolTip(QStringLiteral("%1 (%2)").arg(
            action->text(), action->shortcut().toString(QKeySequence::NativeText)));
    };
    named(m_actions.undo, tr("Undo"), editor ? editor->undoText() : std::string());
    named(m_actions.redo, tr("Redo"), editor ? editor->redoText() : std::string());
    m_actions.undo->setEnabled(isEditable && editor->canUndo());
    m_actions.redo->setEnabled(isEditable && editor->canRedo());
    m_actions.save->setEnabled(isEditable && isModified);
    m_actions.saveAs->setEnabled(isEditable);
    m_actions.revert->setEnabled(isEditable && isModified);
    m_actions.diff->setEnabled(true);
    m_actions.tryIt->setEnabled(m_document.contents().weights != nullptr);
    m_actions.add->setEnabled(isEditable);
    m_actions.addArtifact->setEnabled(isEditable);
    m_actions.replace->setEnabled(isEditable && isMember);
    m_actions.rename->setEnabled(isEditable && (isMember || isWeights));
    m_actions.remove->setEnabled(isEditable &&
                                 (isMember || isWeights || (isConfig && m_config->canRemove())));
    m_actions.reset->setEnabled(isEditable && isConfig && m_config->canReset());
    m_actions.convert->setEnabled(isEditable && isWeights);
    m_actions.filter->setEnabled(isConfig || isWeights || (m_artifact && !m_parts->artifact().isEmpty()));
}

void ArchiveView::run(const QAction* action) {
    const QString member = currentMember();
    const bool isConfig = m_parts->part() == QStringLiteral("config") && m_config;
    const bool isWeights = m_parts->part() == QStringLiteral("weights") && m_tensors;
    using Edit = TensorEditDialog::Edit;
    if (action == m_actions.undo) return m_document.undo();
    if (action == m_actions.redo) return m_document.redo();
    if (action == m_actions.revert) return m_document.revert();
    if (action == m_actions.save) return m_edits->save();
    if (action == m_actions.saveAs) return m_edits->saveAs();
    if (action == m_actions.diff) return Q_EMIT diffRequested();
    if (action == m_actions.tryIt) {
        showPart(QStringLiteral("try"));
        return m_try->setFocus(Qt::ShortcutFocusReason);
    }
    if (action == m_actions.filter) {
        if (isConfig) return m_config->focusFilter();
        if (isWeights) return m_tensors->focusFilter();
        if (m_artifact) m_artifact->focusFilter();
    }
    if (action == m_actions.add && isConfig) return m_config->addKey();
    if (action == m_actions.add || action == m_actions.addArtifact) return m_edits->addArtifact();
    if (action == m_actions.reset && isConfig) return m_config->resetKey();
    if (action == m_actions.remove && isConfig) return m_config->removeKey();
    if (isWeights && action == m_actions.convert)
        return m_edits->editTensors(Edit::Convert, m_tensors->currentPattern());
    if (isWeights && action == m_actions.rename)
        return m_edits->editTensors(Edit::Rename, m_tensors->currentPattern());
    if (isWeights && action == m_actions.remove)
        return m_edits->editTensors(Edit::Drop, m_tensors->currentPattern());
    if (member.isEmpty()) return;
    if (action == m_actions.replace) return m_edits->replace(member);
    if (action == m_actions.rename) return m_edits->rename(member);
    if (action == m_actions.remove) return m_document.removeMember(member);
}

void ArchiveView::watch() {
    if (!m_watcher->files().isEmpty()) m_watcher->removePaths(m_watcher->files());
    if (m_document.contents().nemo && m_document.contents().nemo->identity())
        m_watcher->addPath(m_document.contents().path);
}

/// A file that was changed by someone else is announced; reloading waits for the user.
void ArchiveView::checkDisk() {
    if (m_saver.isSaving()) return;
    m_jobs.run(
        QStringLiteral("archive.disk.%1").arg(reinterpret_cast<quintptr>(this)), this,
        [nemo = *m_document.contents().nemo](std::stop_token) {
            const auto now = identify(nemo.path());
            return !now || *now != nemo.identity();
        },
        [this](bool isStale) {
            if (!isStale || m_saver.isSaving()) return watch();
            m_offersReload = true;
            m_notice->present(NoticeBar::Kind::Information, tr("This archive was changed on disk"),
                              m_document.isModified() ? tr("Reload and drop the edits") : tr("Reload"));
        });
}

} // namespace fathom::app
