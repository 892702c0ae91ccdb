// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/level_meter.h"

#include "widgets/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace fathom::widgets {

namespace {

constexpr double kLowest = -60; // dB
constexpr double kFall = 0.02;  // of the line, from one level to the next: from full to none in two seconds
constexpr double kTooLoud = 1 - 1 / -kLowest; // less than 1 dB below what is cut off

double levelOf(double amplitude) {
    if (!(amplitude > 0)) return 0;
    return std::clamp(1 - 20 * std::log10(amplitude) / kLowest, 0.0, 1.0);
}

} // namespace

LevelMeter::LevelMeter(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Recording level"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setToolTip(tr("Level of the recording, −60 to 0 dB; red is too loud"));
}

void LevelMeter::setPeak(double amplitude) {
    m_level = levelOf(amplitude);
    m_held = std::max(m_level, m_held - kFall);
    update();
}

void LevelMeter::clear() {
    m_level = m_held = 0;
    update();
}

QSize LevelMeter::sizeHint() const {
    return {20 * kGrid, 2 * kGrid};
}

void LevelMeter::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Colors& colors = colorsFor(this);
    const QRectF bar(0, height() / 2.0 - kGrid / 2.0, width(), kGrid);
    const auto part = [&](double from, double to) {
        return QRectF(bar.left() + from * bar.width(), bar.top(), (to - from) * bar.width(), bar.height());
    };
    painter.setPen(Qt::NoPen);
    painter.setBrush(colors.hover);
    painter.drawRoundedRect(bar, kGrid / 4.0, kGrid / 4.0);
    painter.setBrush(m_level >= kTooLoud ? colors.error : colors.success);
    painter.drawRoundedRect(part(0, m_level), kGrid / 4.0, kGrid / 4.0);
    if (m_held <= 0) return;
    const double x = std::clamp(m_held * bar.width() - 1, 0.0, std::max(0.0, bar.width() - 2));
    painter.fillRect(QRectF(x, bar.top() - 2, 2, bar.height() + 4),
                     m_held >= kTooLoud ? colors.error : colors.text);
}

} // namespace fathom::widgets
