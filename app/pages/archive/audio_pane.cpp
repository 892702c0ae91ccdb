// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/audio_pane.h"

#include "app/bridge/job_runner.h"
#include "widgets/icon.h"
#include "widgets/sound_player.h"
#include "widgets/theme.h"
#include "widgets/waveform.h"

#include <QDesktopServices>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QUrl>
#include <QVBoxLayout>

namespace fathom::app {

using widgets::kGrid;

AudioPane::AudioPane(JobRunner& jobs, QWidget* parent)
    : QWidget(parent),
      m_jobs(jobs),
      m_player(new widgets::SoundPlayer("default", this)),
      m_waveform(new widgets::Waveform),
      m_play(new QPushButton),
      m_time(new QLabel) {
    auto* const elsewhere = new QPushButton(widgets::icon(QStringLiteral("export")), tr("Open in player"));
    elsewhere->setToolTip(tr("Extract a copy and open it in the player of your desktop"));
    m_play->setShortcut(Qt::Key_Space);
    auto* const row = new QHBoxLayout;
    row->addWidget(m_play);
    row->addWidget(m_time);
    row->addStretch();
    row->addWidget(elsewhere);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(m_waveform, 1);
    layout->addLayout(row);
    setFocusProxy(m_play);
    connect(m_play, &QPushButton::clicked, this, &AudioPane::toggle);
    connect(elsewhere, &QPushButton::clicked, this, &AudioPane::openElsewhere);
    connect(m_waveform, &widgets::Waveform::timeChosen, this,
            [this](double seconds) { withSound([this, seconds] { m_player->seek(seconds); }); });
    connect(m_player, &widgets::SoundPlayer::positionChanged, this, &AudioPane::showState);
    connect(m_player, &widgets::SoundPlayer::playingChanged, this, &AudioPane::showState);
    connect(m_player, &widgets::SoundPlayer::failed, this, [this](const QString& why) {
        Q_EMIT statusMessage(
            tr("The sound device cannot be used (%1). Open the recording in a player instead.").arg(why));
    });
    showState();
}

void AudioPane::setClip(const AudioClip& clip, const QString& name, MemberSource source) {
    m_seconds = clip.seconds;
    m_jobs.cancel(soundJob()); // of the clip before
    m_player->setSound(nullptr, 0);
    m_waveform->setPeaks(clip.peaks, clip.seconds);
    m_name = QFileInfo(name).fileName();
    m_source = std::move(source);
    showState();
}

QString AudioPane::soundJob() const {
    return QStringLiteral("archive.sound.%1").arg(reinterpret_cast<quintptr>(this));
}

void AudioPane::hideEvent(QHideEvent* event) {
    m_player->pause();
    QWidget::hideEvent(event);
}

void AudioPane::showState() {
    const bool isPlaying = m_player->isPlaying();
    m_play->setIcon(widgets::icon(isPlaying ? QStringLiteral("pause") : QStringLiteral("play")));
    m_play->setText(isPlaying ? tr("Pause") : tr("Play"));
    m_time->setText(tr("%1 of %2 s").arg(m_player->position(), 0, 'f', 1).arg(m_seconds, 0, 'f', 1));
    m_waveform->setCursorTime(m_player->hasSound() ? m_player->position() : -1);
}

void AudioPane::toggle() {
    if (m_player->isPlaying()) return m_player->pause();
    withSound([this] { m_player->play(); });
}

/// The samples are decoded when they are first wanted.
void AudioPane::withSound(const std::function<void()>& use) {
    if (m_player->hasSound()) return use();
    m_jobs.run(
        soundJob(), this,
        [source = m_source](std::stop_token stop) -> Result<Sound> {
            const auto member = source();
            if (!member) return fail(member.error());
            return readSound(member->bytes, std::move(stop));
        },
        [this, use](const Result<Sound>& sound) {
            if (!sound) return Q_EMIT statusMessage(QString::fromStdString(sound.error().message()));
            m_player->setSound(sound->samples, sound->rate);
            use();
        });
}

void AudioPane::openElsewhere() {
    const QString file = m_folder.filePath(m_name);
    m_jobs.run(
        QString(), this,
        [source = m_source, file](std::stop_token) { return writeMember(source, file.toStdString()); },
        [this, file](const Status& status) {
            if (!status)
                Q_EMIT statusMessage(QString::fromStdString(status.error().message()));
            else if (!QDesktopServices::openUrl(QUrl::fromLocalFile(file)))
                Q_EMIT statusMessage(tr("No program is set up to play %1").arg(m_name));
        });
}

} // namespace fathom::app
