// SPDX-License-Identifier: GPL-3.0-or-later
// The short-time Fourier transform of a sound, as levels. Knows no widget; for background threads.
#pragma once

#include <QtGlobal>

#include <cstddef>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

namespace fathom::widgets {

struct SpectrogramOptions {
    double windowSeconds = 0.025;
    double hopSeconds = 0.005; ///< longer where there would be more than `mostFrames`
    int mostFrames = 20'000;
};

/// Frame `i` is of the sound around (i + ½)·secondsPerFrame, bin `k` of the frequency k·hertzPerBin.
struct SpectrogramData {
    static constexpr double kLowest = -120; ///< dB of level 0, which also stands for all below
    static constexpr double kStep = 0.5;    ///< dB from one level to the next

    std::size_t frames = 0;
    std::size_t bins = 0;
    double seconds = 0;
    double secondsPerFrame = 0;
    double hertzPerBin = 0;
    std::vector<quint8> levels{}; ///< bins of the first frame, of the second, …
    quint8 greatest = 0;          ///< of the levels

    [[nodiscard]] quint8 level(std::size_t frame, std::size_t bin) const {
        return levels[frame * bins + bin];
    }
    /// Of a tone, relative to one of amplitude 1.
    [[nodiscard]] static double decibels(quint8 level) { return kLowest + kStep * level; }
    [[nodiscard]] double highest() const {
        return bins > 0 ? hertzPerBin * static_cast<double>(bins - 1) : 0;
    }
};

/// Hann windows, each padded with zeros to a power of two. Empty for no samples, a rate below 1, or when
/// stopped.
[[nodiscard]] SpectrogramData computeSpectrogram(std::span<const float> samples, int rate,
                                                 const std::stop_token& stop = {},
                                                 const SpectrogramOptions& options = {});

/// |X[k]|² of a real signal for k = 0 … size/2, `size` being a power of two: what the spectrogram is made of.
[[nodiscard]] std::vector<float> powerSpectrum(std::span<const float> signal);

} // namespace fathom::widgets
