// SPDX-License-Identifier: GPL-3.0-or-later
// A sound as time, frequency and level. Its time axis is that of a Waveform of the same width.
//
//   auto data = std::make_shared<const SpectrogramData>(computeSpectrogram(samples, rate, stop)); //
//   background spectrogram->setData(data); // GUI thread
#pragma once

#include "widgets/spectrogram_data.h"
#include "widgets/time_view.h"

#include <QImage>

#include <array>
#include <memory>
#include <optional>

namespace fathom::widgets {

class Spectrogram : public TimeView {
    Q_OBJECT
public:
    enum class Scale { Mel, Linear };
    /// What is read out: the level of the strongest bin in the pixel there.
    struct Reading {
        double seconds = 0;
        double hertz = 0;
        double decibels = 0; ///< relative to a tone of amplitude 1
    };

    explicit Spectrogram(QWidget* parent = nullptr);
    /// Null or empty shows nothing.
    void setData(std::shared_ptr<const SpectrogramData> levels);
    void setScale(Scale scale);
    [[nodiscard]] Scale scale() const { return m_scale; }
    [[nodiscard]] std::optional<Reading> readingAt(QPointF position) const;
    /// "1.234 s   440 Hz   −20 dB"
    [[nodiscard]] static QString textOf(const Reading& reading);
    [[nodiscard]] QSize sizeHint() const override { return {50 * 8, 20 * 8}; }

Q_SIGNALS:
    /// Another place is read out: below the pointer, or where Up and Down moved the cross; empty for none.
    void readOut(const QString& text);

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    [[nodiscard]] QRectF plotArea() const;
    [[nodiscard]] double hertzAt(double y) const;
    [[nodiscard]] double yOf(double hertz) const;
    [[nodiscard]] std::size_t frameAt(double x) const;
    [[nodiscard]] std::size_t binAt(double y) const;
    /// [first, end), never empty.
    struct Range {
        std::size_t first = 0;
        std::size_t end = 0;
    };
    [[nodiscard]] Range framesOf(double left, double right) const;
    [[nodiscard]] Range binsOf(double top, double bottom) const;
    [[nodiscard]] quint8 strongest(const Range& frames, const Range& bins) const;
    void draw(QSize pixels, double scale);
    void paintFrequencies(QPainter& painter, const QRectF& area) const;
    void moveCross(double y);

    std::shared_ptr<const SpectrogramData> m_data;
    Scale m_scale = Scale::Mel;
    double m_crossY = -1;
    QImage m_image;
    TimeSpan m_drawn; ///< what m_image shows
};

/// Colours of level 0 … 1 in 256 steps: from the surface to what stands out most, with a steadily falling
/// (light theme) or rising (dark theme) luminance.
[[nodiscard]] const std::array<QRgb, 256>& levelColors(bool dark);

} // namespace fathom::widgets
