// SPDX-License-Identifier: GPL-3.0-or-later
// The shape of a sound over time.
#pragma once

#include "widgets/min_max_pyramid.h"

#include <QWidget>

#include <vector>

namespace fathom::widgets {

class Waveform : public QWidget {
    Q_OBJECT
public:
    explicit Waveform(QWidget* parent = nullptr);
    /// Extremes of equal stretches of time, −1…1, and how long all of them are. Empty shows nothing.
    void setPeaks(std::vector<MinMax> peaks, double seconds);
    /// A line at that time; negative hides it.
    void setCursorTime(double seconds);
    [[nodiscard]] QSize sizeHint() const override { return {50 * 8, 20 * 8}; }

Q_SIGNALS:
    /// The user pointed at a time: clicked, dragged, or pressed an arrow key.
    void timeChosen(double seconds);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    std::vector<MinMax> m_peaks;
    double m_seconds = 0;
    double m_cursor = -1;
};

} // namespace fathom::widgets
