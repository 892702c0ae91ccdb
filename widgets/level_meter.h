// SPDX-License-Identifier: GPL-3.0-or-later
// How loud a sound that comes in is, from −60 dB to the loudest that can be stored, with the greatest level
// of the last moments as a line.
#pragma once

#include <QWidget>

namespace fathom::widgets {

class LevelMeter : public QWidget {
    Q_OBJECT
public:
    explicit LevelMeter(QWidget* parent = nullptr);
    /// Of an amplitude 0…1; expected some 25 times a second.
    void setPeak(double amplitude);
    void clear();
    /// Of the bar, 0…1: where it ends.
    [[nodiscard]] double level() const { return m_level; }
    [[nodiscard]] double held() const { return m_held; }
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    double m_level = 0;
    double m_held = 0;
};

} // namespace fathom::widgets
