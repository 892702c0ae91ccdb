// SPDX-License-Identifier: GPL-3.0-or-later
// Labelled stretches of time on one line: what is said when. Its time axis is that of a Waveform or a
// Spectrogram of the same width.
//
// A click chooses a label; Left and Right choose the one before and behind, Enter the current one again.
// Where labels have no room one under another they are stretches only, until the view is zoomed.
#pragma once

#include "widgets/time_view.h"

#include <QString>

#include <vector>

namespace fathom::widgets {

struct TimeLabel {
    QString text{};
    TimeSpan span{};
    friend bool operator==(const TimeLabel&, const TimeLabel&) = default;
};

class LabelLane : public TimeView {
    Q_OBJECT
public:
    explicit LabelLane(QWidget* parent = nullptr);
    /// In the order of their beginnings; `seconds` is how long the whole is.
    void setLabels(std::vector<TimeLabel> labels, double seconds);
    [[nodiscard]] const std::vector<TimeLabel>& labels() const { return m_labels; }
    /// The label there, or −1.
    [[nodiscard]] int labelAt(QPointF position) const;
    /// The label at the time of the cursor: the last that has begun; −1 before the first.
    [[nodiscard]] int current() const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

Q_SIGNALS:
    void labelChosen(int index);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Placed {
        int index = 0;
        QRectF text{}; ///< null where there is no room
    };
    [[nodiscard]] std::vector<Placed> place() const;
    [[nodiscard]] QRectF stretch(const TimeLabel& label) const;
    [[nodiscard]] int step(int by) const;

    std::vector<TimeLabel> m_labels;
};

} // namespace fathom::widgets
