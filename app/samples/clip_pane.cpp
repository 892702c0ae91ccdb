// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/samples/clip_pane.h"

#include "app/bridge/job_runner.h"
#include "app/models/clip_source.h"
#include "widgets/elided_label.h"
#include "widgets/icon.h"
#include "widgets/sound_player.h"
#include "widgets/spectrogram.h"
#include "widgets/theme.h"
#include "widgets/waveform.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace fathom::app {

using widgets::kGrid;

ClipPane::ClipPane(JobRunner& jobs, QWidget* parent)
    : QWidget(parent),
      m_jobs(jobs),
      m_player(new widgets::SoundPlayer("default", this)),
      m_waveform(new widgets::Waveform(this)),
      m_spectrogram(new widgets::Spectrogram(this)),
      m_play(new QPushButton(this)),
      m_mel(new QToolButton(this)),
      m_time(new QLabel(this)),
      m_readOut(new widgets::ElidedLabel(this)),
      m_problem(new QLabel(this)),
      m_stack(new QStackedWidget(this)) {
    m_problem->setWordWrap(true);
    m_problem->setAlignment(Qt::AlignCenter);
    m_problem->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_stack->addWidget(buildClip());
    m_stack->addWidget(m_problem);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_stack);
    link();
    showState();
}

QWidget* ClipPane::buildClip() {
    m_waveform->setMarksVisible(false); // the spectrogram below has them
    m_waveform->setMinimumHeight(3 * kGrid);
    m_spectrogram->setMinimumHeight(6 * kGrid);
    m_play->setToolTip(tr("Play or pause (Space)"));
    m_mel->setCheckable(true);
    m_mel->setChecked(true);
    m_mel->setText(tr("Mel"));
    m_mel->setToolTip(tr("Frequencies on the mel scale, as a model hears them; otherwise evenly spaced"));
    m_mel->setAccessibleName(tr("Mel scale"));
    m_readOut->setMuted(true);
    auto* const row = new QHBoxLayout;
    row->setSpacing(kGrid);
    row->addWidget(m_play);
    row->addWidget(m_time);
    row->addWidget(m_readOut, 1);
    row->addWidget(m_mel);
    auto* const clip = new QWidget(this);
    auto* const layout = new QVBoxLayout(clip);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid / 2);
    m_views = new QVBoxLayout;
    m_views->setSpacing(kGrid / 2);
    m_views->addWidget(m_waveform, 1);
    m_views->addWidget(m_spectrogram, 3);
    layout->addLayout(m_views, 1);
    layout->addLayout(row);
    return clip;
}

void ClipPane::addView(widgets::TimeView* view) {
    using widgets::TimeView;
    m_views->addWidget(view);
    m_added.append(view);
    for (TimeView* const other :
         {static_cast<TimeView*>(m_waveform), static_cast<TimeView*>(m_spectrogram)}) {
        connect(view, &TimeView::viewChosen, other, &TimeView::setView);
        connect(other, &TimeView::viewChosen, view, &TimeView::setView);
    }
    connect(view, &TimeView::timeChosen, m_player, &widgets::SoundPlayer::seek);
}

void ClipPane::link() {
    using widgets::SoundPlayer;
    using widgets::TimeView;
    connect(m_waveform, &TimeView::viewChosen, m_spectrogram, &TimeView::setView);
    connect(m_spectrogram, &TimeView::viewChosen, m_waveform, &TimeView::setView);
    for (TimeView* const view : {static_cast<TimeView*>(m_waveform), static_cast<TimeView*>(m_spectrogram)})
        connect(view, &TimeView::timeChosen, m_player, &SoundPlayer::seek);
    connect(m_spectrogram, &widgets::Spectrogram::readOut, m_readOut, &widgets::ElidedLabel::setText);
    connect(m_mel, &QToolButton::toggled, this, [this](bool isMel) {
        using Scale = widgets::Spectrogram::Scale;
        m_spectrogram->setScale(isMel ? Scale::Mel : Scale::Linear);
    });
    connect(m_play, &QPushButton::clicked, this, &ClipPane::togglePlay);
    connect(m_player, &SoundPlayer::positionChanged, this, &ClipPane::showState);
    connect(m_player, &SoundPlayer::playingChanged, this, &ClipPane::showState);
    connect(m_player, &SoundPlayer::failed, this,
            [this](const QString& why) { m_readOut->setText(tr("No sound: %1").arg(why)); });
}

QString ClipPane::jobKey() const {
    return QStringLiteral("samples.clip.%1").arg(reinterpret_cast<quintptr>(this));
}

void ClipPane::setClip(const std::string& source, std::vector<std::filesystem::path> folders) {
    if (source == m_source && folders == m_folders && (m_isLoading || m_player->hasSound())) return;
    m_source = source;
    m_folders = folders;
    m_playsWhenLoaded = false;
    m_player->pause();
    m_jobs.cancel(jobKey());
    m_isLoading = !source.empty();
    if (source.empty()) return showProblem({});
    m_jobs.run(
        jobKey(), this,
        [source, folders = std::move(folders)](const std::stop_token& stop) {
            return decode(source, folders, stop);
        },
        [this](const Result<Decoded>& decoded) { show(decoded); });
}

Result<ClipPane::Decoded> ClipPane::decode(const std::string& source,
                                           const std::vector<std::filesystem::path>& folders,
                                           const std::stop_token& stop) {
    const auto clip = findClip(source, folders);
    if (!clip) return fail(clip.error());
    auto sound = readClipSound(*clip, stop);
    if (!sound) return fail(sound.error());
    Decoded decoded{.sound = std::move(*sound)};
    decoded.peaks = peaksOf(*decoded.sound.samples);
    decoded.spectrum = std::make_shared<const widgets::SpectrogramData>(
        widgets::computeSpectrogram(*decoded.sound.samples, decoded.sound.rate, stop));
    return decoded;
}

void ClipPane::show(const Result<Decoded>& decoded) {
    m_isLoading = false;
    if (!decoded) return showProblem(QString::fromStdString(decoded.error().message()));
    if (decoded->sound.samples->empty()) return showProblem(tr("The recording is empty."));
    const Sound& sound = decoded->sound;
    m_seconds = static_cast<double>(sound.samples->size()) / sound.rate;
    m_waveform->setPeaks(decoded->peaks, m_seconds);
    m_waveform->setSamples(sound.samples);
    m_spectrogram->setData(decoded->spectrum);
    m_player->setSound(sound.samples, sound.rate);
    m_readOut->setText(QString());
    m_stack->setCurrentIndex(0);
    showState();
    if (std::exchange(m_playsWhenLoaded, false)) m_player->play();
    Q_EMIT shown();
}

void ClipPane::showProblem(const QString& text) {
    m_seconds = 0;
    m_player->setSound(nullptr, 0);
    m_waveform->setPeaks({}, 0);
    m_spectrogram->setData(nullptr);
    m_problem->setText(text);
    m_stack->setCurrentIndex(1);
    showState();
    Q_EMIT shown();
}

QString ClipPane::problem() const {
    return m_stack->currentIndex() == 1 ? m_problem->text() : QString();
}

void ClipPane::togglePlay() {
    if (m_isLoading) {
        m_playsWhenLoaded = true;
        return;
    }
    if (m_player->isPlaying()) return m_player->pause();
    m_player->play();
}

void ClipPane::showState() {
    const bool isPlaying = m_player->isPlaying();
    m_play->setIcon(widgets::icon(isPlaying ? QStringLiteral("pause") : QStringLiteral("play")));
    m_play->setText(isPlaying ? tr("Pause") : tr("Play"));
    m_play->setEnabled(m_player->hasSound());
    m_time->setText(tr("%1 of %2 s").arg(m_player->position(), 0, 'f', 1).arg(m_seconds, 0, 'f', 1));
    const double cursor = m_player->hasSound() ? m_player->position() : -1;
    m_waveform->setCursorTime(cursor);
    m_spectrogram->setCursorTime(cursor);
    for (widgets::TimeView* const view : std::as_const(m_added))
        view->setCursorTime(cursor);
}

void ClipPane::hideEvent(QHideEvent* event) {
    m_player->pause();
    QWidget::hideEvent(event);
}

} // namespace fathom::app
