// SPDX-License-Identifier: GPL-3.0-or-later
// Records from the machine's microphone, by ALSA (which leads to PipeWire or PulseAudio where one runs).
#pragma once

#include <QObject>
#include <QString>

#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace fathom::widgets {

using Samples = std::shared_ptr<const std::vector<float>>;

/// GUI thread only; the device is read on a thread of its own. The destructor waits for that thread (a tenth
/// of a second), stop() does not.
class SoundRecorder : public QObject {
    Q_OBJECT
public:
    /// `device` is ALSA's name: "default" is what the user has set up, "null" gives silence at once.
    explicit SoundRecorder(QByteArray device = "default", QObject* parent = nullptr);
    ~SoundRecorder() override;

    /// Records one channel of `rate` samples a second until stop(), for `seconds` at most.
    void record(double seconds, int rate = 16000);
    /// Ends the recording; finished() follows.
    void stop();
    [[nodiscard]] bool isRecording() const { return m_isRecording; }
    [[nodiscard]] int rate() const { return m_rate; }

Q_SIGNALS:
    void recordingChanged(bool isRecording);
    /// How long it has been, and the greatest amplitude since the last time, 0…1.
    void progressed(double seconds, double peak);
    /// What was recorded, −1…1; not when it is nothing.
    void finished(const fathom::widgets::Samples& samples);
    /// Nothing can be recorded, and why. What was recorded before the device went is finished() first.
    void failed(const QString& why);

private:
    void run(const std::stop_token& stop, std::size_t most, int generation);
    void post(int generation, std::function<void()> what);

    QByteArray m_device;
    int m_rate = 16000;
    bool m_isRecording = false;
    int m_generation = 0; ///< of the thread whose reports count
    std::jthread m_thread;
};

} // namespace fathom::widgets
