// SPDX-License-Identifier: GPL-3.0-or-later
// The shape of a sound over time.
#pragma once

#include "widgets/min_max_pyramid.h"
#include "widgets/time_view.h"

#include <memory>
#include <vector>

namespace fathom::widgets {

class Waveform : public TimeView {
    Q_OBJECT
public:
    explicit Waveform(QWidget* parent = nullptr);
    /// Extremes of equal stretches of time, −1…1, and how long all of them are. Empty shows nothing.
    void setPeaks(std::vector<MinMax> peaks, double seconds);
    /// The samples behind the peaks, for views that are finer than those. After setPeaks(), which forgets
    /// them.
    void setSamples(std::shared_ptr<const std::vector<float>> samples);
    /// The times below; on unless another view below shows them.
    void setMarksVisible(bool visible);
    [[nodiscard]] QSize sizeHint() const override { return {50 * 8, 20 * 8}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    /// Of the times in this column of pixels.
    [[nodiscard]] MinMax extremesAt(int x) const;
    std::vector<MinMax> m_peaks;
    std::shared_ptr<const std::vector<float>> m_samples;
    bool m_hasMarks = true;
};

} // namespace fathom::widgets
