// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/transcript_pane.h"

#include "app/samples/clip_pane.h"
#include "widgets/label_lane.h"
#include "widgets/number_format.h"
#include "widgets/sound_player.h"
#include "widgets/theme.h"

#include <QLabel>
#include <QPlainTextEdit>
#include <QVBoxLayout>

#include <algorithm>

namespace fathom::app {

namespace {

constexpr double kBeforeWord = 0.05; // s, played around a word: its edges are a model's guess
constexpr double kAfterWord = 0.1;

QLabel* textLabel() {
    auto* const label = new QLabel;
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    return label;
}

QString alternativesOf(const run::Transcript& transcript) {
    QStringList lines;
    for (const run::Alternative& other : transcript.alternatives)
        lines.append(QStringLiteral("%1  %2").arg(widgets::formatNumber(other.score),
                                                  QString::fromStdString(other.text)));
    return lines.join(QLatin1Char('\n'));
}

} // namespace

TranscriptPane::TranscriptPane(JobRunner& jobs, QWidget* parent)
    : QWidget(parent),
      m_clip(new ClipPane(jobs)),
      m_words(new widgets::LabelLane),
      m_text(textLabel()),
      m_alternatives(new QPlainTextEdit) {
    m_words->setAccessibleName(tr("Words over time"));
    m_words->hide();
    m_text->setFont(widgets::titleFont(font()));
    m_text->setAccessibleName(tr("Transcript"));
    m_alternatives->setReadOnly(true);
    m_alternatives->setFrameShape(QFrame::NoFrame);
    m_alternatives->setTabChangesFocus(true);
    m_alternatives->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_alternatives->setFixedHeight(4 * fontMetrics().lineSpacing() + widgets::kGrid);
    m_alternatives->setAccessibleName(tr("Alternatives with their log-probabilities"));
    m_clip->addView(m_words);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kGrid);
    layout->addWidget(m_text);
    layout->addWidget(m_alternatives);
    layout->addWidget(m_clip, 1);
    connect(m_words, &widgets::LabelLane::labelChosen, this, &TranscriptPane::playWord);
    connect(m_clip, &ClipPane::shown, this, &TranscriptPane::showWords);
}

void TranscriptPane::show(const Recording* recording) {
    const bool hasText = recording && !recording->transcript.audioFile.empty();
    m_spoken = hasText ? recording->transcript.words : std::vector<run::Word>();
    m_text->setText(hasText ? QString::fromStdString(recording->transcript.text) : QString());
    m_text->setVisible(hasText && !recording->transcript.text.empty());
    m_alternatives->setVisible(hasText && recording->transcript.alternatives.size() > 1);
    m_alternatives->setPlainText(hasText ? alternativesOf(recording->transcript) : QString());
    m_clip->setClip(recording ? recording->file.toStdString() : std::string(), {});
    showWords();
}

/// The clip may be known before its words, and the words before the clip is decoded.
void TranscriptPane::showWords() {
    std::vector<widgets::TimeLabel> labels;
    for (const run::Word& word : m_spoken)
        labels.push_back({QString::fromStdString(word.text), {word.start, word.end}});
    const bool hasWords = !labels.empty() && m_clip->seconds() > 0;
    m_words->setVisible(hasWords);
    if (hasWords && labels != m_words->labels()) m_words->setLabels(std::move(labels), m_clip->seconds());
    if (!hasWords) m_words->setLabels({}, 0);
}

void TranscriptPane::playWord(int index) {
    const run::Word& word = m_spoken[static_cast<std::size_t>(index)];
    m_clip->player().playPart(std::max(0.0, word.start - kBeforeWord), word.end + kAfterWord);
}

} // namespace fathom::app
