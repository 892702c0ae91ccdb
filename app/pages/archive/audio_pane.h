// SPDX-License-Identifier: GPL-3.0-or-later
// A recording in an archive: its shape, and a player. The desktop's own player is there too.
#pragma once

#include "app/models/audio_clip.h"
#include "app/pages/archive/member_source.h"

#include <QTemporaryDir>
#include <QWidget>

#include <functional>

class QLabel;
class QPushButton;

namespace fathom::widgets {
class SoundPlayer;
class Waveform;
} // namespace fathom::widgets

namespace fathom::app {

class JobRunner;

class AudioPane : public QWidget {
    Q_OBJECT
public:
    explicit AudioPane(JobRunner& jobs, QWidget* parent = nullptr);
    /// `name` is what the extracted copy is called.
    void setClip(const AudioClip& clip, const QString& name, MemberSource source);

Q_SIGNALS:
    void statusMessage(const QString& text);

protected:
    void hideEvent(QHideEvent* event) override;

private:
    void toggle();
    void withSound(const std::function<void()>& use);
    void openElsewhere();
    void showState();
    [[nodiscard]] QString soundJob() const;
    JobRunner& m_jobs;
    QTemporaryDir m_folder; ///< of the copies that are played; goes with the pane
    QString m_name;
    MemberSource m_source;
    double m_seconds = 0;
    widgets::SoundPlayer* m_player;
    widgets::Waveform* m_waveform;
    QPushButton* m_play;
    QLabel* m_time;
};

} // namespace fathom::app
