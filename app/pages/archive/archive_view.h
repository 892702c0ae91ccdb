// SPDX-License-Identifier: GPL-3.0-or-later
// One opened archive: what it holds at the left, the chosen part at the right, what is unsaved on top.
#pragma once

#include "app/pages/archive/archive_actions.h"
#include "app/pages/archive/archive_document.h"
#include "app/pages/archive/archive_saver.h"

#include <QHash>
#include <QWidget>

class QFileSystemWatcher;
class QStackedWidget;

namespace fathom::widgets {
class NoticeBar;
}

namespace fathom::app {

class ArchiveConfigPane;
class ArchiveEdits;
class ArchiveHeader;
class ArtifactView;
class InferencePane;
class JobRunner;
class MembersView;
class PartsTree;
class SafetyView;
class TensorView;

class ArchiveView : public QWidget {
    Q_OBJECT
public:
    ArchiveView(std::shared_ptr<const ArchiveContents> contents, JobRunner& jobs,
                const ArchiveActions& actions, const std::filesystem::path& workspace,
                QWidget* parent = nullptr);

    [[nodiscard]] ArchiveDocument& document() { return m_document; }
    [[nodiscard]] ArchiveSaver& saver() { return m_saver; }
    /// "config", "weights", "artifact NAME", "members", "safety" or "try".
    void showPart(const QString& part);
    [[nodiscard]] QString part() const;
    [[nodiscard]] bool isSettled() const;
    /// Sets what the page's actions can do on what is chosen here.
    void updateActions();
    /// Does what one of the page's actions stands for.
    void run(const QAction* action);
    [[nodiscard]] QString unsavedText() const;
    /// Shows one line with up to one button above the archive.
    [[nodiscard]] widgets::NoticeBar* notice() const { return m_notice; }

Q_SIGNALS:
    void statusMessage(const QString& text);
    /// Path or unsaved edits are others.
    void titleChanged();
    void diffRequested();

protected:
    void showEvent(QShowEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void build();
    void connectDocument();
    void connectSaver();
    QWidget* makePage(const QString& part);
    QWidget* makeConfig();
    QWidget* makeWeights();
    QWidget* makeArtifact();
    QWidget* makeArtifacts();
    QWidget* makeMembers();
    QWidget* makeTry();
    void showModel();
    void showChosen();
    void refresh();
    void takeContents();
    void watch();
    void checkDisk();
    [[nodiscard]] QString currentMember() const;

    JobRunner& m_jobs;
    const ArchiveActions& m_actions;
    ArchiveDocument m_document;
    ArchiveSaver m_saver;
    ArchiveEdits* m_edits;
    QFileSystemWatcher* m_watcher;
    ArchiveHeader* m_header;
    widgets::NoticeBar* m_notice;
    PartsTree* m_parts;
    QStackedWidget* m_stack;
    QHash<QString, QWidget*> m_pages; ///< made when first shown
    ArchiveConfigPane* m_config = nullptr;
    TensorView* m_tensors = nullptr;
    ArtifactView* m_artifact = nullptr;
    MembersView* m_members = nullptr;
    InferencePane* m_try = nullptr;
    SafetyView* m_safety;
    std::shared_ptr<const ArchiveContents> m_shown;
    bool m_offersReload = false;
};

} // namespace fathom::app
