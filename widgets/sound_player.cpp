// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sound_player.h"

#include <alsa/asoundlib.h>

#include <algorithm>
#include <mutex>

namespace fathom::widgets {

namespace {

constexpr unsigned kLatency = 100'000; // microseconds that the device holds
constexpr int kPiecesPerSecond = 25;

void silence(const char*, int, const char*, int, const char*, ...) {
} // ALSA writes to standard error otherwise

using Device = std::unique_ptr<snd_pcm_t, int (*)(snd_pcm_t*)>;

Device open(const QByteArray& name, int rate, int& error) {
    static std::once_flag once;
    std::call_once(once, [] { snd_lib_error_set_handler(&silence); });
    snd_pcm_t* pcm = nullptr;
    error = snd_pcm_open(&pcm, name.constData(), SND_PCM_STREAM_PLAYBACK, 0);
    if (error < 0) return {nullptr, &snd_pcm_close};
    Device device(pcm, &snd_pcm_close);
    error = snd_pcm_set_params(pcm, SND_PCM_FORMAT_FLOAT, SND_PCM_ACCESS_RW_INTERLEAVED, 1,
                               static_cast<unsigned>(rate), 1, kLatency);
    if (error < 0) device.reset();
    return device;
}

} // namespace

SoundPlayer::SoundPlayer(QByteArray device, QObject* parent) : QObject(parent), m_device(std::move(device)) {}

SoundPlayer::~SoundPlayer() {
    stopThread();
}

void SoundPlayer::stopThread() {
    ++m_generation;
    m_thread.request_stop();
    if (m_thread.joinable()) m_thread.join();
}

void SoundPlayer::setSound(std::shared_ptr<const std::vector<float>> samples, int rate) {
    pause();
    m_samples = std::move(samples);
    m_rate = rate;
    m_position = 0;
    Q_EMIT positionChanged(0);
}

void SoundPlayer::play() {
    if (m_isPlaying || !m_samples || m_rate <= 0) return;
    auto first = static_cast<std::size_t>(m_position * m_rate);
    if (first >= m_samples->size()) first = 0; // from the beginning again
    start(first, m_samples->size());
}

void SoundPlayer::start(std::size_t first, std::size_t end) {
    stopThread();
    m_thread = std::jthread([this, first, end, generation = m_generation](const std::stop_token& stop) {
        run(stop, first, end, generation);
    });
    if (!std::exchange(m_isPlaying, true)) Q_EMIT playingChanged(true);
}

void SoundPlayer::playPart(double from, double to) {
    if (!m_samples || m_rate <= 0) return;
    const auto at = [this](double seconds) {
        return std::min(m_samples->size(), static_cast<std::size_t>(std::max(0.0, seconds) * m_rate));
    };
    if (at(from) >= at(to)) return;
    stopThread();
    m_position = std::max(0.0, from);
    Q_EMIT positionChanged(m_position);
    start(at(from), at(to));
}

void SoundPlayer::pause() {
    stopThread();
    if (!std::exchange(m_isPlaying, false)) return;
    Q_EMIT playingChanged(false);
}

void SoundPlayer::seek(double seconds) {
    const bool wasPlaying = m_isPlaying;
    stopThread();
    m_isPlaying = false;
    const double end = m_samples && m_rate > 0 ? static_cast<double>(m_samples->size()) / m_rate : 0;
    m_position = std::clamp(seconds, 0.0, end);
    Q_EMIT positionChanged(m_position);
    if (wasPlaying) play();
    if (wasPlaying != m_isPlaying) Q_EMIT playingChanged(m_isPlaying);
}

/// On the thread. What it reads is not changed while it runs.
void SoundPlayer::run(const std::stop_token& stop, std::size_t first, std::size_t last, int generation) {
    int error = 0;
    const Device device = open(m_device, m_rate, error);
    const auto rate = static_cast<std::size_t>(m_rate);
    std::size_t next = first;
    while (device && error >= 0 && next < last && !stop.stop_requested()) {
        const std::size_t count = std::min(std::max<std::size_t>(1, rate / kPiecesPerSecond), last - next);
        const snd_pcm_sframes_t written = snd_pcm_writei(device.get(), m_samples->data() + next, count);
        if (written < 0) { // an underrun, or the machine slept
            error = snd_pcm_recover(device.get(), static_cast<int>(written), 1);
            continue;
        }
        next += static_cast<std::size_t>(written);
        snd_pcm_sframes_t ahead = 0;
        snd_pcm_delay(device.get(), &ahead);
        const auto heard =
            static_cast<double>(next) - static_cast<double>(std::max<snd_pcm_sframes_t>(0, ahead));
        report(generation, std::max(0.0, heard / static_cast<double>(rate)));
    }
    if (device && stop.stop_requested())
        snd_pcm_drop(device.get());
    else if (device)
        snd_pcm_drain(device.get());
    end(generation, static_cast<double>(last) / static_cast<double>(rate),
        error < 0 ? QString::fromLocal8Bit(snd_strerror(error)) : QString());
}

void SoundPlayer::report(int generation, double seconds) {
    QMetaObject::invokeMethod(
        this,
        [this, generation, seconds] {
            if (generation != m_generation) return;
            m_position = seconds;
            Q_EMIT positionChanged(seconds);
        },
        Qt::QueuedConnection);
}

void SoundPlayer::end(int generation, double seconds, const QString& error) {
    QMetaObject::invokeMethod(
        this,
        [this, generation, seconds, error] {
            if (generation != m_generation) return;
            m_isPlaying = false;
            if (error.isEmpty()) m_position = seconds;
            Q_EMIT positionChanged(m_position);
            Q_EMIT playingChanged(false);
            if (!error.isEmpty()) Q_EMIT failed(error);
        },
        Qt::QueuedConnection);
}

} // namespace fathom::widgets
