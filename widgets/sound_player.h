// SPDX-License-Identifier: GPL-3.0-or-later
// Plays a sound that lies in memory on the machine's sound device, by ALSA (which leads to PipeWire or
// PulseAudio where one runs).
#pragma once

#include <QObject>
#include <QString>

#include <memory>
#include <thread>
#include <vector>

namespace fathom::widgets {

/// GUI thread only; the device is used on a thread of its own, so nothing here waits for it but the
/// destructor, setSound() and pause(), which end what is played (some ten milliseconds).
class SoundPlayer : public QObject {
    Q_OBJECT
public:
    /// `device` is ALSA's name: "default" is what the user has set up, "null" swallows everything.
    explicit SoundPlayer(QByteArray device = "default", QObject* parent = nullptr);
    ~SoundPlayer() override;

    /// One channel, -1…1, and how many samples a second has. Ends what was played; the position is 0 again.
    void setSound(std::shared_ptr<const std::vector<float>> samples, int rate);
    [[nodiscard]] bool hasSound() const { return m_samples != nullptr; }
    [[nodiscard]] bool isPlaying() const { return m_isPlaying; }
    /// Seconds from the beginning: where it plays, or will go on.
    [[nodiscard]] double position() const { return m_position; }
    void play();
    void pause();
    /// Goes on from there if it plays.
    void seek(double seconds);
    /// Plays this part and stops at its end.
    void playPart(double from, double to);

Q_SIGNALS:
    void positionChanged(double seconds);
    void playingChanged(bool isPlaying);
    /// Nothing can be played, and why.
    void failed(const QString& why);

private:
    void start(std::size_t first, std::size_t end);
    void run(const std::stop_token& stop, std::size_t first, std::size_t end, int generation);
    void stopThread();
    void report(int generation, double seconds);
    void end(int generation, double seconds, const QString& error);

    QByteArray m_device;
    std::shared_ptr<const std::vector<float>> m_samples;
    int m_rate = 0;
    double m_position = 0;
    bool m_isPlaying = false;
    int m_generation = 0; ///< of the thread whose reports count
    std::jthread m_thread;
};

} // namespace fathom::widgets
