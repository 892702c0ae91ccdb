// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/transcribe_bar.h"

#include "app/bridge/job_runner.h"
#include "app/pages/archive/archive_document.h"
#include "engine/run/torch_module.h"
#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>

namespace fathom::app {

namespace {

QStringList clipsIn(const QMimeData* data) {
    QStringList files;
    const QList<QUrl> urls = data->urls();
    for (const QUrl& url : urls) {
        const QString file = url.toLocalFile();
        for (const char* const ending : {".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff"}) {
            if (file.endsWith(QLatin1String(ending), Qt::CaseInsensitive)) files.append(file);
        }
    }
    return files;
}

/// Loads LibTorch, restores and transcribes; for a background thread.
Result<std::vector<run::Transcript>> transcribeClips(const QString& archive, const QStringList& clips,
                                                     std::stop_token stop) {
    const auto module = run::loadTorchModule();
    if (!module) return fail(module.error());
    auto model = (*module)->restore(archive.toStdString(), {});
    if (!model) return fail(model.error());
    std::vector<std::filesystem::path> files;
    for (const QString& clip : clips)
        files.emplace_back(clip.toStdString());
    return (*model)->inference().transcribe(files, {}, std::move(stop));
}

QString textOf(const std::vector<run::Transcript>& transcripts) {
    QStringList lines;
    for (const run::Transcript& transcript : transcripts) {
        const QString name = QFileInfo(QString::fromStdString(transcript.audioFile)).fileName();
        const QString text = transcript.text.empty() ? TranscribeBar::tr("(nothing heard)")
                                                     : QString::fromStdString(transcript.text);
        lines.append(QStringLiteral("%1 — %2").arg(name, text));
    }
    return lines.join(QLatin1Char('\n'));
}

} // namespace

TranscribeBar::TranscribeBar(const ArchiveDocument& document, JobRunner& jobs, QWidget* parent)
    : QWidget(parent),
      m_document(document),
      m_jobs(jobs),
      m_choose(new QPushButton(widgets::icon(QStringLiteral("play")), tr("Transcribe…"))),
      m_result(new QLabel) {
    m_choose->setToolTip(tr("Restore the model and transcribe recordings"));
    m_result->setWordWrap(true);
    m_result->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_result->setAccessibleName(tr("Transcript"));
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2 * widgets::kGrid);
    row->addWidget(m_choose);
    row->addWidget(m_result, 1);
    connect(m_choose, &QPushButton::clicked, this, &TranscribeBar::chooseClips);
    connect(&m_document, &ArchiveDocument::changed, this, &TranscribeBar::refresh);
    refresh();
}

/// What the archive says it is decides; a transcript stays while that stays.
void TranscribeBar::refresh() {
    const auto& config = m_document.contents().config.config; // as it was saved: that is what is restored
    QString target;
    for (const char* const key : {"target", "_target_"}) {
        if (!config || !config->find(key)) continue;
        const Value value = config->unresolved(key);
        if (value.isString()) target = QString::fromStdString(value.asString()).section(QLatin1Char('.'), -1);
    }
    const QString shown = target + QLatin1Char(' ') + m_document.contents().path;
    if (shown == m_shown) return;
    m_shown = shown;
    // What engine/model has today (its registry lies beyond LibTorch, which is not loaded for this).
    const bool isRestorable = m_document.contents().weights && target == QStringLiteral("EncDecCTCModel");
    setAcceptDrops(isRestorable);
    m_choose->setVisible(isRestorable);
    if (isRestorable)
        m_result->setText(tr("Drop recordings here to hear what this model makes of them."));
    else if (!m_document.contents().nemo)
        m_result->setText(tr("Only .nemo archives can be restored and tried here."));
    else if (target.isEmpty())
        m_result->setText(tr("The config names no class (target), so there is nothing to restore."));
    else
        m_result->setText(tr("The engine has no %1 yet, so this archive cannot be tried: of its kind it has "
                             "EncDecCTCModel.")
                              .arg(target));
}

void TranscribeBar::chooseClips() {
    const QStringList clips = QFileDialog::getOpenFileNames(
        this, tr("Transcribe recordings"), QString(),
        tr("Recordings (*.wav *.flac *.ogg *.opus *.mp3 *.aiff);;All files (*)"));
    if (!clips.isEmpty()) transcribe(clips);
}

void TranscribeBar::transcribe(const QStringList& clips) {
    m_choose->setEnabled(false);
    m_result->setText(m_document.isModified() ? tr("Restoring the model as it was saved, and listening…")
                                              : tr("Restoring the model and listening…"));
    m_jobs.run(
        QString(), this,
        [archive = m_document.contents().path, clips](std::stop_token stop) {
            return transcribeClips(archive, clips, std::move(stop));
        },
        [this](const Result<std::vector<run::Transcript>>& transcripts) {
            m_choose->setEnabled(true);
            m_result->setText(transcripts ? textOf(*transcripts)
                                          : QString::fromStdString(transcripts.error().message()));
        });
}

void TranscribeBar::dragEnterEvent(QDragEnterEvent* event) {
    if (!clipsIn(event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void TranscribeBar::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    transcribe(clipsIn(event->mimeData()));
}

} // namespace fathom::app
