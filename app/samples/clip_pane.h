// SPDX-License-Identifier: GPL-3.0-or-later
// The recording of a sample: waveform and spectrogram one above the other, and a player.
#pragma once

#include "app/models/audio_clip.h"
#include "widgets/spectrogram_data.h"

#include <QList>
#include <QWidget>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

class QLabel;
class QPushButton;
class QStackedWidget;
class QToolButton;
class QVBoxLayout;

namespace fathom::widgets {
class ElidedLabel;
class SoundPlayer;
class Spectrogram;
class TimeView;
class Waveform;
} // namespace fathom::widgets

namespace fathom::app {

class JobRunner;

/// GUI thread; decoding and transforming are jobs.
class ClipPane : public QWidget {
    Q_OBJECT
public:
    explicit ClipPane(JobRunner& jobs, QWidget* parent = nullptr);

    /// `source` as parseClipSource() reads it, looked for in `folders`. The clip before stays in sight until
    /// this one is decoded; a file that cannot be shown is said in its place. An empty source clears.
    void setClip(const std::string& source, std::vector<std::filesystem::path> folders);
    [[nodiscard]] const std::string& source() const { return m_source; }
    /// Plays or pauses; a clip that is still being decoded plays as soon as it can.
    void togglePlay();
    /// Puts a view of the same stretch of time below the spectrogram; the pane takes it.
    void addView(widgets::TimeView* view);
    /// How long the clip is, in seconds; 0 while there is none.
    [[nodiscard]] double seconds() const { return m_seconds; }
    [[nodiscard]] bool isLoading() const { return m_isLoading; }
    /// Why nothing is shown, or empty.
    [[nodiscard]] QString problem() const;
    [[nodiscard]] widgets::SoundPlayer& player() const { return *m_player; }

Q_SIGNALS:
    /// The clip, or why there is none, is in sight.
    void shown();

protected:
    void hideEvent(QHideEvent* event) override;

private:
    struct Decoded {
        Sound sound{};
        std::vector<widgets::MinMax> peaks{};
        std::shared_ptr<const widgets::SpectrogramData> spectrum{};
    };
    [[nodiscard]] static Result<Decoded> decode(const std::string& source,
                                                const std::vector<std::filesystem::path>& folders,
                                                const std::stop_token& stop);
    [[nodiscard]] QWidget* buildClip();
    void link();
    void show(const Result<Decoded>& decoded);
    void showProblem(const QString& text);
    void showState();
    [[nodiscard]] QString jobKey() const;

    JobRunner& m_jobs;
    std::string m_source;
    std::vector<std::filesystem::path> m_folders;
    bool m_isLoading = false;
    bool m_playsWhenLoaded = false;
    double m_seconds = 0;
    widgets::SoundPlayer* m_player;
    widgets::Waveform* m_waveform;
    widgets::Spectrogram* m_spectrogram;
    QPushButton* m_play;
    QToolButton* m_mel;
    QLabel* m_time;
    widgets::ElidedLabel* m_readOut;
    QLabel* m_problem;
    QStackedWidget* m_stack;
    QVBoxLayout* m_views = nullptr;
    QList<widgets::TimeView*> m_added;
};

} // namespace fathom::app
