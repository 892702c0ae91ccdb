// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/samples/sample_detail.h"

#include "app/models/clip_source.h"
#include "app/models/sample_model.h"
#include "app/samples/aligned_text.h"
#include "app/samples/clip_pane.h"
#include "widgets/theme.h"

#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace fathom::app {

using widgets::kGrid;

SampleDetail::SampleDetail(JobRunner& jobs, QWidget* parent)
    : QWidget(parent),
      m_title(new QLabel(this)),
      m_now(new AlignedText(this)),
      m_beforeTitle(new QLabel(tr("Compared with"), this)),
      m_before(new AlignedText(this)),
      m_texts(new QScrollArea(this)),
      m_clip(new ClipPane(jobs, this)) {
    for (QLabel* const label : {m_title, m_beforeTitle}) {
        label->setFont(widgets::captionFont(font()));
        label->setWordWrap(true);
    }
    auto* const texts = new QWidget(m_texts);
    auto* const inner = new QVBoxLayout(texts);
    inner->setContentsMargins(0, 0, 0, 0);
    inner->setSpacing(0);
    inner->addWidget(m_title);
    inner->addWidget(m_now);
    inner->addWidget(m_beforeTitle);
    inner->addWidget(m_before);
    inner->addStretch();
    m_texts->setWidget(texts);
    m_texts->setWidgetResizable(true);
    m_texts->setFrameShape(QFrame::NoFrame);
    m_texts->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_texts->setAccessibleName(tr("Texts of the sample"));
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid);
    layout->setSpacing(kGrid / 2);
    layout->addWidget(m_texts);
    layout->addWidget(m_clip, 1);
    layout->addStretch(0);
}

void SampleDetail::show(const SampleModel& model, int sample,
                        const std::vector<std::filesystem::path>& folders) {
    const int row = sample < 0 ? -1 : model.rowOf(sample);
    const auto words = [&](int column) {
        return model.index(row, column).data(SampleModel::AlignmentRole).value<WordAlignment>();
    };
    m_texts->setVisible(row >= 0);
    if (row < 0) {
        m_now->setWords({});
        m_before->setWords({});
        return m_clip->setClip({}, {});
    }
    const std::string& source = model.set()->samples[static_cast<std::size_t>(sample)].source;
    const QString errors = model.index(row, SampleModel::Error).data(Qt::ToolTipRole).toString();
    const QString clip = model.index(row, SampleModel::Clip).data().toString(); // which the table may hide
    m_title->setText(clip.isEmpty() || errors.isEmpty() ? clip + errors
                                                        : QStringLiteral("%1: %2").arg(clip, errors));
    m_title->setToolTip(QString::fromStdString(source));
    m_title->setVisible(!m_title->text().isEmpty());
    m_now->setWords(words(SampleModel::Pair));
    const bool isCompared = model.hasColumn(SampleModel::Before);
    m_before->setWords(isCompared ? words(SampleModel::Before) : WordAlignment());
    const bool hasBefore = isCompared && model.index(row, SampleModel::Before).data().isValid();
    m_before->setVisible(hasBefore);
    m_beforeTitle->setVisible(hasBefore);
    fitTexts();
    m_clip->setVisible(namesRecording(source));
    m_clip->setClip(namesRecording(source) ? source : std::string(), folders);
}

void SampleDetail::fitTexts() {
    QWidget* const texts = m_texts->widget();
    const int wanted = texts->layout()->totalHeightForWidth(std::max(1, m_texts->width()));
    m_texts->setFixedHeight(std::min(wanted, std::max(height() / 2, alignedLineHeight(font()))));
}

void SampleDetail::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fitTexts();
}

} // namespace fathom::app
