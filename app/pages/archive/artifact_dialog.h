// SPDX-License-Identifier: GPL-3.0-or-later
// Asks for the config key of an artifact and where it comes from: a file, or an artifact of another archive.
#pragma once

#include "engine/archive/nemo_editor.h"

#include <QDialog>
#include <QStringList>

#include <optional>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace fathom::app {

class JobRunner;

class ArtifactDialog : public QDialog {
    Q_OBJECT
public:
    /// `keys` are offered for the key.
    ArtifactDialog(const QStringList& keys, JobRunner& jobs, QWidget* parent = nullptr);

    [[nodiscard]] QString key() const;
    /// The file to take, or the archive to take one from.
    [[nodiscard]] QString file() const;
    /// The chosen artifact's key where file() is an archive.
    [[nodiscard]] QString otherKey() const;
    [[nodiscard]] const std::optional<archive::NemoEditor>& other() const { return m_other; }
    void setFile(const QString& file);

private:
    void choose();
    void look();
    void check();
    JobRunner& m_jobs;
    std::optional<archive::NemoEditor> m_other; ///< of file() where it is an archive
    QComboBox* m_key;
    QLineEdit* m_file;
    QComboBox* m_artifact;
    QLabel* m_artifactLabel;
    QLabel* m_problem;
    QPushButton* m_add = nullptr;
};

} // namespace fathom::app
