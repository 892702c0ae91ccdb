// SPDX-License-Identifier: GPL-3.0-or-later
// Records from the microphone: a button that starts and stops, how loud it is, how long it has been.
#pragma once

#include "widgets/sound_recorder.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace fathom::widgets {
class LevelMeter;
}

namespace fathom::app {

class RecordBar : public QWidget {
    Q_OBJECT
public:
    /// `device` is ALSA's name of the microphone; a recording ends after `seconds` at the latest.
    explicit RecordBar(QByteArray device = "default", double seconds = 300, QWidget* parent = nullptr);
    [[nodiscard]] bool isRecording() const;
    void stop();

Q_SIGNALS:
    void recorded(const fathom::widgets::Samples& samples, int rate);
    /// There is no microphone, or it went away: what, why, what to do.
    void failed(const QString& why);

protected:
    void hideEvent(QHideEvent* event) override;

private:
    void toggle();
    void showState();
    double m_limit;
    double m_seconds = 0;
    widgets::SoundRecorder* m_recorder;
    QPushButton* m_button;
    widgets::LevelMeter* m_meter;
    QLabel* m_time;
};

} // namespace fathom::app
