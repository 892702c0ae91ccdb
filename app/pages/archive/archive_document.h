// SPDX-License-Identifier: GPL-3.0-or-later
// An opened archive and the edits on it that are not saved yet. Each edit is one step that can be undone; the
// config is composed anew in the background after each.
#pragma once

#include "app/models/override_list.h"
#include "app/pages/archive/archive_contents.h"
#include "app/pages/archive/member_source.h"

#include <QObject>
#include <QStringList>

namespace fathom::app {

class JobRunner;

/// GUI thread only.
class ArchiveDocument : public QObject {
    Q_OBJECT
public:
    ArchiveDocument(std::shared_ptr<const ArchiveContents> contents, JobRunner& jobs, QObject* parent);

    [[nodiscard]] const ArchiveContents& contents() const { return *m_contents; }
    [[nodiscard]] const std::shared_ptr<const ArchiveContents>& sharedContents() const { return m_contents; }
    [[nodiscard]] bool isEditable() const { return m_editor.has_value(); }
    /// Only when isEditable().
    [[nodiscard]] const archive::NemoEditor& editor() const { return *m_editor; }
    [[nodiscard]] bool isModified() const { return m_editor && m_editor->isModified(); }
    /// What differs from the archive, as people call it: "optim.lr", "tokenizer.model", "12 tensors".
    [[nodiscard]] const QStringList& unsaved() const { return m_unsaved; }
    [[nodiscard]] const Composition& composition() const { return m_composition; }
    [[nodiscard]] bool isComposing() const { return m_isComposing; }
    /// The tensors to be; null where there are none.
    [[nodiscard]] std::shared_ptr<const StateDict> tensors() const { return m_tensors; }
    /// The content of a member to be; of one that was added, too.
    [[nodiscard]] MemberSource source(const QString& member) const;
    /// The config key that names the member, or empty.
    [[nodiscard]] QString keyOf(const QString& member) const;

    /// While it is locked every edit is refused: what is being saved would not have it.
    void setLocked(bool locked) { m_isLocked = locked; }

    /// The archive was opened again: its edits are in it, or are given up.
    void take(std::shared_ptr<const ArchiveContents> contents);

    void editKey(const QString& path, const QString& typed);
    void editSection(const QString& path, const QString& typed);
    void switchSection(const QString& path, const QString& name);
    void addKey(const QString& path, const QString& typed);
    void removeKey(const QString& path);
    void resetKey(const QString& path);

    /// The file becomes the artifact of the config key; it is read in the background.
    void putArtifact(const QString& key, const QString& file);
    /// The file's content becomes the member's: of an artifact under a name of its own, else in place.
    void replaceMember(const QString& member, const QString& file);
    void renameMember(const QString& member, const QString& name);
    /// An artifact's key becomes null.
    void removeMember(const QString& member);
    void mergeArtifact(const QString& key, const archive::Nemo& other, const QString& otherKey);

    void convertTensors(const QString& pattern, archive::DType dtype);
    void dropTensors(const QString& pattern);
    void renameTensors(const QString& pattern, const QString& name);

    void undo();
    void redo();
    /// Undoes everything; redo() brings it back.
    void revert();

Q_SIGNALS:
    /// Members, tensors, what is unsaved, undo and redo are new.
    void changed();
    /// composition() is new.
    void composed();
    /// An edit was not made.
    void refused(const QString& why);

private:
    [[nodiscard]] bool mayEdit();
    template <class Change> void editConfig(const QString& label, const Change& change);
    template <class T> void finish(const Result<T>& done);
    template <class Use> void withFile(const QString& file, Use use);
    void stateChanged();
    void compose();

    JobRunner& m_jobs;
    std::shared_ptr<const ArchiveContents> m_contents;
    std::optional<archive::NemoEditor> m_editor;
    int m_generation = 0; ///< of the editor's state
    Composition m_composition;
    std::shared_ptr<const std::vector<archive::EditedTensor>> m_tensorEdits; ///< that m_tensors is made of
    std::shared_ptr<const StateDict> m_tensors;
    QStringList m_unsaved;
    bool m_isComposing = false;
    bool m_isLocked = false;
};

} // namespace fathom::app
