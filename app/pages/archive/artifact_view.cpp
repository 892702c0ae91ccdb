// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/artifact_view.h"

#include "app/bridge/job_runner.h"
#include "app/pages/archive/audio_pane.h"
#include "app/pages/archive/hex_pane.h"
#include "app/pages/archive/vocabulary_pane.h"
#include "widgets/action_button.h"
#include "widgets/code_view.h"
#include "widgets/elided_label.h"
#include "widgets/icon.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace fathom::app {

using widgets::kGrid;
using Kind = ArtifactPreview::Kind;

ArtifactView::ArtifactView(JobRunner& jobs, QWidget* parent)
    : QWidget(parent),
      m_jobs(jobs),
      m_title(new widgets::ElidedLabel),
      m_choice(new QComboBox),
      m_stack(new QStackedWidget),
      m_text(new widgets::CodeView),
      m_tokens(new VocabularyPane),
      m_audio(new AudioPane(jobs)),
      m_hex(new HexPane(jobs)),
      m_buttons(new QHBoxLayout) {
    m_title->setElideMode(Qt::ElideMiddle);
    m_title->setMuted(true);
    m_choice->setAccessibleName(tr("View"));
    m_choice->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_text->setAccessibleName(tr("Artifact"));
    for (QWidget* const page : std::initializer_list<QWidget*>{m_text, m_tokens, m_audio, m_hex})
        m_stack->addWidget(page); // in the order of Page
    auto* const save = new QPushButton(widgets::icon(QStringLiteral("export")), tr("Save a copy…"));
    m_buttons->addStretch();
    m_buttons->addWidget(save);
    auto* const top = new QHBoxLayout;
    top->addWidget(m_title, 1);
    top->addWidget(m_choice);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addLayout(top);
    layout->addWidget(m_stack, 1);
    layout->addLayout(m_buttons);
    connect(save, &QPushButton::clicked, this, &ArtifactView::saveCopy);
    connect(m_choice, &QComboBox::activated, this, [this] { showPage(m_choice->currentData().toInt()); });
    connect(m_audio, &AudioPane::statusMessage, this, &ArtifactView::statusMessage);
}

void ArtifactView::addButton(QAction* action) {
    m_buttons->insertWidget(m_buttons->count() - 1, widgets::actionButton(action));
}

void ArtifactView::focusFilter() {
    if (m_stack->currentIndex() == TokensPage) m_tokens->focusFilter();
}

void ArtifactView::show(const QString& name, MemberSource source) {
    m_name = name;
    m_source = std::move(source);
    m_isReading = true;
    m_jobs.run(
        QStringLiteral("archive.artifact.%1").arg(reinterpret_cast<quintptr>(this)), this,
        [name, read = m_source](std::stop_token stop) -> Result<ArtifactPreview> {
            const auto member = read();
            if (!member) return fail(member.error());
            return previewArtifact(name, member->bytes, stop);
        },
        [this](Result<ArtifactPreview> preview) {
            m_isReading = false;
            if (preview) return present(std::move(*preview));
            ArtifactPreview problem;
            problem.kind = Kind::Text;
            problem.text = QString::fromStdString(preview.error().message());
            present(std::move(problem));
        });
}

void ArtifactView::present(ArtifactPreview preview) {
    m_preview = std::move(preview);
    m_title->setText(QStringLiteral("%1  ·  %2  ·  %3")
                         .arg(artifactPath(m_name), describe(m_preview),
                              widgets::formatBytes(static_cast<double>(m_preview.bytes))));
    const Kind kind = m_preview.kind;
    const bool hasTokens = kind == Kind::Tokens || kind == Kind::Pieces;
    m_choice->clear();
    if (hasTokens) m_choice->addItem(tr("Table"), TokensPage);
    if (kind == Kind::Audio) m_choice->addItem(tr("Waveform"), AudioPage);
    if (!m_preview.text.isEmpty() || m_preview.bytes == 0) m_choice->addItem(tr("Text"), TextPage);
    m_choice->addItem(tr("Bytes"), HexPage);
    if (hasTokens) m_tokens->setVocabulary(m_preview.vocabulary);
    if (kind == Kind::Audio) m_audio->setClip(m_preview.audio, artifactName(m_name), m_source);
    // JSON is YAML, and coloured like it.
    const bool isCode = kind == Kind::Yaml || kind == Kind::Json;
    m_text->setCode(m_preview.text,
                    isCode ? widgets::CodeView::Language::Yaml : widgets::CodeView::Language::Plain);
    m_hex->setSource(m_source, m_preview.bytes);
    showPage(m_choice->itemData(0).toInt());
}

void ArtifactView::showPage(int page) {
    m_choice->setCurrentIndex(m_choice->findData(page));
    m_stack->setCurrentIndex(page);
}

void ArtifactView::saveCopy() {
    const QString file =
        QFileDialog::getSaveFileName(this, tr("Save a copy"), artifactName(QFileInfo(m_name).fileName()));
    if (file.isEmpty()) return;
    m_jobs.run(
        QString(), this,
        [source = m_source, file](std::stop_token) { return writeMember(source, file.toStdString()); },
        [this, file](const Status& status) {
            Q_EMIT statusMessage(status ? tr("Wrote %1").arg(file)
                                        : QString::fromStdString(status.error().message()));
        });
}

} // namespace fathom::app
