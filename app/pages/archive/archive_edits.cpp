// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/archive_edits.h"

#include "app/models/artifact_preview.h"
#include "app/pages/archive/artifact_dialog.h"
#include "app/pages/archive/save_dialog.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QInputDialog>

namespace fathom::app {

ArchiveEdits::ArchiveEdits(ArchiveDocument& document, ArchiveSaver& saver, JobRunner& jobs, QWidget* owner)
    : QObject(owner), m_document(document), m_saver(saver), m_jobs(jobs), m_owner(owner) {
    connect(&m_saver, &ArchiveSaver::previewed, this, &ArchiveEdits::showPreview);
}

void ArchiveEdits::addArtifact() {
    if (!m_document.isEditable()) return;
    QStringList keys;
    for (const auto& artifact : m_document.editor().artifacts())
        keys.append(QString::fromStdString(artifact.key));
    auto* const dialog = new ArtifactDialog(keys, m_jobs, m_owner);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        if (dialog->other())
            m_document.mergeArtifact(dialog->key(), dialog->other()->original(), dialog->otherKey());
        else
            m_document.putArtifact(dialog->key(), dialog->file());
    });
    dialog->open();
}

void ArchiveEdits::replace(const QString& member) {
    const QString file = QFileDialog::getOpenFileName(
        m_owner, tr("Put this file in the place of %1").arg(artifactName(member)));
    if (!file.isEmpty()) m_document.replaceMember(member, file);
}

void ArchiveEdits::rename(const QString& member) {
    const QString now = artifactPath(member);
    auto* const dialog = new QInputDialog(m_owner);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Rename %1").arg(artifactName(member)));
    dialog->setLabelText(tr("New name of the member. Config keys that name it follow."));
    dialog->setTextValue(now);
    dialog->resize(600, dialog->sizeHint().height());
    connect(dialog, &QInputDialog::textValueSelected, this, [this, member, now](const QString& name) {
        if (name.trimmed() != now) m_document.renameMember(member, name.trimmed());
    });
    dialog->open();
}

void ArchiveEdits::editTensors(TensorEditDialog::Edit edit, const QString& pattern) {
    if (!m_document.isEditable()) return;
    auto* const dialog = new TensorEditDialog(edit, m_document.editor(), pattern, m_owner);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, edit, dialog] {
        switch (edit) {
        case TensorEditDialog::Edit::Convert:
            return m_document.convertTensors(dialog->pattern(), dialog->dtype());
        case TensorEditDialog::Edit::Drop:
            return m_document.dropTensors(dialog->pattern());
        case TensorEditDialog::Edit::Rename:
            return m_document.renameTensors(dialog->pattern(), dialog->newName());
        }
    });
    dialog->open();
}

void ArchiveEdits::save() {
    // A folder is packed into a file beside it.
    if (QFileInfo(m_document.contents().path).isDir()) return saveAs();
    ask(m_document.contents().path);
}

void ArchiveEdits::saveAs() {
    QString start = m_document.contents().path;
    if (QFileInfo(start).isDir()) start += QStringLiteral(".nemo");
    const QString file =
        QFileDialog::getSaveFileName(m_owner, tr("Save archive as"), start, tr("Archives (*.nemo)"));
    if (!file.isEmpty()) ask(file);
}

void ArchiveEdits::ask(const QString& target) {
    if (m_saver.isSaving() || m_dialog || !m_document.isEditable()) return;
    m_dialog = new SaveDialog(target, m_owner);
    m_dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(m_dialog, &QDialog::accepted, &m_saver, [this, target] { m_saver.save(target); });
    m_dialog->open();
    m_saver.preview(target);
}

void ArchiveEdits::showPreview(const SavePreview& preview) {
    if (m_dialog && m_dialog->target() == preview.target) m_dialog->setPreview(preview);
}

} // namespace fathom::app
