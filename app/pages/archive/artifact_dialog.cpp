// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/artifact_dialog.h"

#include "app/bridge/job_runner.h"
#include "app/models/artifact_preview.h"
#include "app/models/config_problem.h"
#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QToolButton>

namespace fathom::app {

ArtifactDialog::ArtifactDialog(const QStringList& keys, JobRunner& jobs, QWidget* parent)
    : QDialog(parent),
      m_jobs(jobs),
      m_key(new QComboBox),
      m_file(new QLineEdit),
      m_artifact(new QComboBox),
      m_artifactLabel(new QLabel(tr("&Artifact"))),
      m_problem(new QLabel) {
    setWindowTitle(tr("Add artifact"));
    m_key->setEditable(true);
    m_key->addItems(keys);
    m_key->setCurrentText(QString());
    m_key->lineEdit()->setPlaceholderText(tr("tokenizer.model_path"));
    for (QWidget* const field : std::initializer_list<QWidget*>{m_key, m_file, m_artifact}) {
        field->setFont(widgets::monospace(font()));
        field->setMinimumWidth(field->fontMetrics().horizontalAdvance(QLatin1Char('m')) * 44);
    }
    m_file->setPlaceholderText(tr("A file, or another .nemo to take one from"));
    auto* const choose = new QToolButton;
    choose->setIcon(widgets::icon(QStringLiteral("open")));
    choose->setAccessibleName(tr("Choose…"));
    choose->setToolTip(tr("Choose…"));
    choose->setAutoRaise(true);
    auto* const fileRow = new QHBoxLayout;
    fileRow->addWidget(m_file, 1);
    fileRow->addWidget(choose);
    m_artifactLabel->setBuddy(m_artifact);
    m_problem->setWordWrap(true);
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    m_add = buttons->button(QDialogButtonBox::Ok);
    m_add->setText(tr("Add"));
    auto* const form = new QFormLayout(this);
    form->addRow(tr("Config &key"), m_key);
    auto* const fileLabel = new QLabel(tr("&File"));
    fileLabel->setBuddy(m_file);
    form->addRow(fileLabel, fileRow);
    form->addRow(m_artifactLabel, m_artifact);
    form->addRow(m_problem);
    form->addRow(buttons);
    m_artifact->hide();
    m_artifactLabel->hide();
    m_problem->hide();
    connect(choose, &QToolButton::clicked, this, &ArtifactDialog::choose);
    connect(m_file, &QLineEdit::textChanged, this, &ArtifactDialog::look);
    connect(m_key, &QComboBox::editTextChanged, this, &ArtifactDialog::check);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    check();
}

QString ArtifactDialog::key() const {
    return m_key->currentText().trimmed();
}

QString ArtifactDialog::file() const {
    return m_file->text().trimmed();
}

QString ArtifactDialog::otherKey() const {
    return m_other ? m_artifact->currentData().toString() : QString();
}

void ArtifactDialog::setFile(const QString& file) {
    m_file->setText(file);
}

void ArtifactDialog::choose() {
    const QString file = QFileDialog::getOpenFileName(this, tr("Choose a file or an archive"));
    if (!file.isEmpty()) m_file->setText(file);
}

/// An archive is opened to offer what it has.
void ArtifactDialog::look() {
    m_other.reset();
    m_artifact->clear();
    m_artifact->hide();
    m_artifactLabel->hide();
    m_problem->hide();
    check();
    if (!file().endsWith(QStringLiteral(".nemo"), Qt::CaseInsensitive) || !QFileInfo(file()).isFile()) return;
    m_jobs.run(
        QStringLiteral("archive.other"), this,
        [path = file()](std::stop_token) { return archive::NemoEditor::open(path.toStdString()); },
        [this, path = file()](const Result<archive::NemoEditor>& other) {
            if (path != file()) return;
            if (!other) {
                m_problem->setText(sentence(other.error()));
                m_problem->show();
                return;
            }
            m_other = *other;
            for (const auto& artifact : other->artifacts()) {
                if (artifact.isMissing) continue;
                const QString artifactKey = QString::fromStdString(artifact.key);
                m_artifact->addItem(
                    tr("%1 (%2)").arg(artifactName(QString::fromStdString(artifact.member)), artifactKey),
                    artifactKey);
            }
            m_artifact->setVisible(m_artifact->count() > 0);
            m_artifactLabel->setVisible(m_artifact->count() > 0);
            if (m_artifact->count() == 0) m_problem->setText(tr("That archive has no artifacts."));
            m_problem->setVisible(m_artifact->count() == 0);
            if (key().isEmpty()) m_key->setCurrentText(otherKey());
            check();
        });
}

void ArtifactDialog::check() {
    const bool isArchive = file().endsWith(QStringLiteral(".nemo"), Qt::CaseInsensitive);
    const bool hasSource = isArchive ? !otherKey().isEmpty() : QFileInfo(file()).isFile();
    m_add->setEnabled(hasSource && !key().isEmpty() && !key().endsWith(QLatin1Char('.')));
}

} // namespace fathom::app
