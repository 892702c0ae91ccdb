// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/record_bar.h"

#include "widgets/icon.h"
#include "widgets/level_meter.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include <cmath>

namespace fathom::app {

using widgets::SoundRecorder;

RecordBar::RecordBar(QByteArray device, double seconds, QWidget* parent)
    : QWidget(parent),
      m_limit(seconds),
      m_recorder(new SoundRecorder(std::move(device), this)),
      m_button(new QPushButton(this)),
      m_meter(new widgets::LevelMeter(this)),
      m_time(new QLabel(this)) {
    m_button->setAutoDefault(false);
    m_meter->setFixedWidth(12 * widgets::kGrid);
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(widgets::kGrid);
    row->addWidget(m_button);
    row->addWidget(m_meter);
    row->addWidget(m_time);
    connect(m_button, &QPushButton::clicked, this, &RecordBar::toggle);
    connect(m_recorder, &SoundRecorder::recordingChanged, this, &RecordBar::showState);
    connect(m_recorder, &SoundRecorder::progressed, this, [this](double at, double peak) {
        m_seconds = at;
        m_meter->setPeak(peak);
        showState();
    });
    connect(m_recorder, &SoundRecorder::finished, this,
            [this](const widgets::Samples& samples) { Q_EMIT recorded(samples, m_recorder->rate()); });
    connect(m_recorder, &SoundRecorder::failed, this, [this](const QString& why) {
        Q_EMIT failed(tr("Cannot record: %1. Connect a microphone, or choose it as the input in the sound "
                         "settings of your desktop; a recorded file can be dropped here, too.")
                          .arg(why));
    });
    showState();
}

bool RecordBar::isRecording() const {
    return m_recorder->isRecording();
}

void RecordBar::stop() {
    m_recorder->stop();
}

void RecordBar::toggle() {
    if (isRecording()) return stop();
    m_seconds = 0;
    m_meter->clear();
    m_recorder->record(m_limit);
}

void RecordBar::showState() {
    const bool isOn = isRecording();
    m_button->setIcon(widgets::icon(isOn ? QStringLiteral("stop") : QStringLiteral("microphone")));
    m_button->setText(isOn ? tr("Stop recording") : tr("Record"));
    m_button->setToolTip(
        isOn ? tr("End the recording and transcribe it")
             : tr("Record from the microphone, %1 at most").arg(widgets::formatDuration(m_limit)));
    m_meter->setVisible(isOn);
    m_time->setVisible(isOn);
    m_time->setText(
        tr("%1 of %2").arg(widgets::formatDuration(std::floor(m_seconds)), widgets::formatDuration(m_limit)));
}

void RecordBar::hideEvent(QHideEvent* event) {
    stop();
    QWidget::hideEvent(event);
}

} // namespace fathom::app
