// SPDX-License-Identifier: GPL-3.0-or-later
// The questions between an action and an edit: which file, which key, which tensors, save where.
#pragma once

#include "app/pages/archive/archive_saver.h"
#include "app/pages/archive/tensor_edit_dialog.h"

#include <QObject>
#include <QPointer>

namespace fathom::app {

class SaveDialog;

/// Over the widget of one archive, on which its dialogs open.
class ArchiveEdits : public QObject {
    Q_OBJECT
public:
    ArchiveEdits(ArchiveDocument& document, ArchiveSaver& saver, JobRunner& jobs, QWidget* owner);

    void addArtifact();
    void replace(const QString& member);
    void rename(const QString& member);
    void editTensors(TensorEditDialog::Edit edit, const QString& pattern);
    /// Shows what saving would do and saves when that is agreed to.
    void save();
    void saveAs();

private:
    void showPreview(const SavePreview& preview);
    void ask(const QString& target);
    ArchiveDocument& m_document;
    ArchiveSaver& m_saver;
    JobRunner& m_jobs;
    QWidget* m_owner;
    QPointer<SaveDialog> m_dialog;
};

} // namespace fathom::app
