// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sound_recorder.h"

#include <alsa/asoundlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <functional>
#include <mutex>

namespace fathom::widgets {

namespace {

constexpr unsigned kLatency = 100'000; // microseconds that the device holds
constexpr int kReportsPerSecond = 25;
constexpr int kWaitMs = 100;
constexpr int kPatienceMs = 5000; // without a sample, after which the device is given up

void silence(const char*, int, const char*, int, const char*, ...) {
} // ALSA writes to standard error otherwise

using Device = std::unique_ptr<snd_pcm_t, int (*)(snd_pcm_t*)>;

Device open(const QByteArray& name, int rate, int& error) {
    static std::once_flag once;
    std::call_once(once, [] { snd_lib_error_set_handler(&silence); });
    snd_pcm_t* pcm = nullptr;
    error = snd_pcm_open(&pcm, name.constData(), SND_PCM_STREAM_CAPTURE, SND_PCM_NONBLOCK);
    if (error < 0) return {nullptr, &snd_pcm_close};
    Device device(pcm, &snd_pcm_close);
    error = snd_pcm_set_params(pcm, SND_PCM_FORMAT_FLOAT, SND_PCM_ACCESS_RW_INTERLEAVED, 1,
                               static_cast<unsigned>(rate), 1, kLatency);
    if (error >= 0) error = snd_pcm_start(pcm);
    if (error < 0) device.reset();
    return device;
}

QString reason(int error) {
    switch (-error) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
        return SoundRecorder::tr("no microphone was found");
    case EBUSY:
        return SoundRecorder::tr("another program uses the microphone");
    case ETIMEDOUT:
        return SoundRecorder::tr("the microphone gives no sound");
    default:
        return QString::fromLocal8Bit(snd_strerror(error));
    }
}

/// Reads what there is; 0 when nothing came in time, negative on an error that stays.
snd_pcm_sframes_t read(snd_pcm_t* device, float* into, std::size_t count, int& waitedMs) {
    const snd_pcm_sframes_t got = snd_pcm_readi(device, into, count);
    if (got > 0) {
        waitedMs = 0;
        return got;
    }
    if (got == 0 || got == -EAGAIN) {
        if (waitedMs >= kPatienceMs) return -ETIMEDOUT;
        waitedMs += kWaitMs;
        const int ready = snd_pcm_wait(device, kWaitMs);
        return ready < 0 ? std::min(0, snd_pcm_recover(device, ready, 1)) : 0;
    }
    const int error = snd_pcm_recover(device, static_cast<int>(got), 1); // an overrun, or the machine slept
    return error < 0 ? error : std::min(0, snd_pcm_start(device));
}

} // namespace

SoundRecorder::SoundRecorder(QByteArray device, QObject* parent)
    : QObject(parent), m_device(std::move(device)) {}

SoundRecorder::~SoundRecorder() {
    ++m_generation;
    m_thread.request_stop();
}

void SoundRecorder::record(double seconds, int rate) {
    if (m_isRecording) return;
    if (m_thread.joinable()) m_thread.join(); // has ended: it said so
    m_rate = rate;
    m_isRecording = true;
    const auto most = static_cast<std::size_t>(std::max(0.0, seconds) * rate);
    m_thread = std::jthread([this, most, generation = ++m_generation](const std::stop_token& stop) {
        run(stop, most, generation);
    });
    Q_EMIT recordingChanged(true);
}

void SoundRecorder::stop() {
    m_thread.request_stop();
}

/// On the thread. What it reads is not changed while it runs.
void SoundRecorder::run(const std::stop_token& stop, std::size_t most, int generation) {
    int error = 0;
    const Device device = open(m_device, m_rate, error);
    auto samples = std::make_shared<std::vector<float>>();
    std::array<float, 1024> piece{};
    const auto reportEvery = static_cast<std::size_t>(std::max(1, m_rate / kReportsPerSecond));
    std::size_t reported = 0;
    double peak = 0;
    int waitedMs = 0;
    while (device && error >= 0 && samples->size() < most && !stop.stop_requested()) {
        const snd_pcm_sframes_t got =
            read(device.get(), piece.data(), std::min(piece.size(), most - samples->size()), waitedMs);
        if (got < 0) error = static_cast<int>(got);
        if (got <= 0) continue;
        const auto end = piece.begin() + got;
        for (auto it = piece.begin(); it != end; ++it)
            peak = std::max(peak, std::abs(static_cast<double>(*it)));
        samples->insert(samples->end(), piece.begin(), end);
        if (samples->size() - reported < reportEvery) continue;
        reported = samples->size();
        const double seconds = static_cast<double>(reported) / m_rate;
        post(generation, [this, seconds, peak] { Q_EMIT progressed(seconds, std::min(1.0, peak)); });
        peak = 0;
    }
    post(generation, [this, samples, error] {
        m_isRecording = false;
        Q_EMIT recordingChanged(false);
        if (!samples->empty()) Q_EMIT finished(samples);
        if (error < 0) Q_EMIT failed(reason(error));
    });
}

void SoundRecorder::post(int generation, std::function<void()> what) {
    QMetaObject::invokeMethod(
        this,
        [this, generation, call = std::move(what)] {
            if (generation == m_generation) call();
        },
        Qt::QueuedConnection);
}

} // namespace fathom::widgets
