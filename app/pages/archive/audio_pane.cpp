// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/audio_pane.h"

#include "app/bridge/job_runner.h"
#include "engine/base/file.h"
#include "widgets/icon.h"
#include "widgets/theme.h"
#include "widgets/waveform.h"

#include <QDesktopServices>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QPushButton>
#include <QUrl>
#include <QVBoxLayout>

namespace fathom::app {

using widgets::kGrid;

AudioPane::AudioPane(JobRunner& jobs, QWidget* parent)
    : QWidget(parent),
      m_jobs(jobs),
      m_waveform(new widgets::Waveform),
      m_play(new QPushButton(widgets::icon(QStringLiteral("play")), tr("Play"))) {
    m_play->setToolTip(tr("Extract a copy and open it in the player of your desktop"));
    auto* const row = new QHBoxLayout;
    row->addWidget(m_play);
    row->addStretch();
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(m_waveform, 1);
    layout->addLayout(row);
    setFocusProxy(m_play);
    connect(m_play, &QPushButton::clicked, this, &AudioPane::play);
}

void AudioPane::setClip(const AudioClip& clip, const QString& name, MemberSource source) {
    m_waveform->setPeaks(clip.peaks, clip.seconds);
    m_name = QFileInfo(name).fileName();
    m_source = std::move(source);
}

void AudioPane::play() {
    const QString file = m_folder.filePath(m_name);
    m_jobs.run(
        QString(), this,
        [source = m_source, file](std::stop_token) -> Status {
            const auto member = source();
            if (!member) return fail(member.error());
            return writeFileAtomically(
                file.toStdString(),
                {reinterpret_cast<const char*>(member->bytes.data()), member->bytes.size()});
        },
        [this, file](const Status& status) {
            if (!status)
                Q_EMIT statusMessage(QString::fromStdString(status.error().message()));
            else if (!QDesktopServices::openUrl(QUrl::fromLocalFile(file)))
                Q_EMIT statusMessage(tr("No program is set up to play %1").arg(m_name));
        });
}

} // namespace fathom::app
