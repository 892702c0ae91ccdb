// SPDX-License-Identifier: GPL-3.0-or-later
// A recording in an archive: its shape, and a button that lets the desktop's player play it.
#pragma once

#include "app/models/audio_clip.h"
#include "app/pages/archive/member_source.h"

#include <QTemporaryDir>
#include <QWidget>

class QPushButton;

namespace fathom::widgets {
class Waveform;
}

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

private:
    void play();
    JobRunner& m_jobs;
    QTemporaryDir m_folder; ///< of the copies that are played; goes with the pane
    QString m_name;
    MemberSource m_source;
    widgets::Waveform* m_waveform;
    QPushButton* m_play;
};

} // namespace fathom::app
