// SPDX-License-Identifier: GPL-3.0-or-later
// One recording and what was heard in it: the text and its alternatives, waveform and spectrogram, and the
// words below where they are said. A click on a word plays it.
#pragma once

#include "app/inference/transcript_model.h"

#include <QWidget>

class QLabel;
class QPlainTextEdit;

namespace fathom::widgets {
class LabelLane;
}

namespace fathom::app {

class ClipPane;
class JobRunner;

class TranscriptPane : public QWidget {
    Q_OBJECT
public:
    explicit TranscriptPane(JobRunner& jobs, QWidget* parent = nullptr);
    /// Null for none.
    void show(const Recording* recording);
    [[nodiscard]] ClipPane& clip() const { return *m_clip; }
    [[nodiscard]] widgets::LabelLane& words() const { return *m_words; }

private:
    void showWords();
    void playWord(int index);
    ClipPane* m_clip;
    widgets::LabelLane* m_words;
    QLabel* m_text;
    QPlainTextEdit* m_alternatives;
    std::vector<run::Word> m_spoken;
};

} // namespace fathom::app
