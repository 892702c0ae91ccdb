// SPDX-License-Identifier: GPL-3.0-or-later
// Bars of counts over equal bins, with the range below. Hover shows a bin.
#pragma once

#include <QWidget>

#include <cstdint>
#include <vector>

namespace fathom::widgets {

class Histogram : public QWidget {
    Q_OBJECT
public:
    explicit Histogram(QWidget* parent = nullptr);
    /// Counts of equal bins from `minimum` to `maximum`; empty clears.
    void setBins(std::vector<std::int64_t> counts, double minimum, double maximum);
    [[nodiscard]] QSize sizeHint() const override { return {320, 96}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {160, 72}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] QRectF plotArea() const;
    std::vector<std::int64_t> m_counts;
    double m_minimum = 0;
    double m_maximum = 0;
};

} // namespace fathom::widgets
