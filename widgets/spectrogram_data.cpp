// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/spectrogram_data.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <utility>

namespace fathom::widgets {

namespace {

/// The radix-2 transform of Cooley and Tukey, in place, on separate real and imaginary parts.
class Fourier {
public:
    /// `size`: a power of two.
    explicit Fourier(std::size_t size) : m_size(size), m_reversed(size), m_cos(size / 2), m_sin(size / 2) {
        const int bits = std::countr_zero(size);
        for (std::size_t i = 0; i < size; ++i)
            for (int bit = 0; bit < bits; ++bit)
                if (i >> bit & 1) m_reversed[i] |= std::size_t{1} << (bits - 1 - bit);
        for (std::size_t k = 0; k < size / 2; ++k) {
            const double angle = -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(size);
            m_cos[k] = static_cast<float>(std::cos(angle));
            m_sin[k] = static_cast<float>(std::sin(angle));
        }
    }

    void transform(std::vector<float>& re, std::vector<float>& im) const {
        for (std::size_t i = 0; i < m_size; ++i)
            if (const std::size_t j = m_reversed[i]; i < j) {
                std::swap(re[i], re[j]);
                std::swap(im[i], im[j]);
            }
        for (std::size_t half = 1; half < m_size; half *= 2)
            for (std::size_t block = 0; block < m_size; block += 2 * half)
                butterflies(re.data() + block, im.data() + block, half);
    }

private:
    void butterflies(float* re, float* im, std::size_t half) const {
        const std::size_t stride = m_size / (2 * half);
        for (std::size_t k = 0; k < half; ++k) {
            const float c = m_cos[k * stride];
            const float s = m_sin[k * stride];
            const float oddRe = re[k + half] * c - im[k + half] * s;
            const float oddIm = re[k + half] * s + im[k + half] * c;
            re[k + half] = re[k] - oddRe;
            im[k + half] = im[k] - oddIm;
            re[k] += oddRe;
            im[k] += oddIm;
        }
    }

    std::size_t m_size;
    std::vector<std::size_t> m_reversed;
    std::vector<float> m_cos;
    std::vector<float> m_sin;
};

/// Power spectra of two real signals at once: one is the real part of the input, the other the imaginary.
class PairSpectrum {
public:
    explicit PairSpectrum(std::size_t size) : re(size), im(size), m_fourier(size) {}

    /// To be filled before, destroyed by compute().
    std::vector<float> re;
    std::vector<float> im;

    void compute(std::span<float> first, std::span<float> second) {
        m_fourier.transform(re, im);
        const std::size_t size = re.size();
        for (std::size_t k = 0; k < first.size(); ++k) {
            const std::size_t mirrored = (size - k) % size;
            const float evenRe = (re[k] + re[mirrored]) / 2;
            const float evenIm = (im[k] - im[mirrored]) / 2;
            const float oddRe = (im[k] + im[mirrored]) / 2;
            const float oddIm = (re[mirrored] - re[k]) / 2;
            first[k] = evenRe * evenRe + evenIm * evenIm;
            second[k] = oddRe * oddRe + oddIm * oddIm;
        }
    }

private:
    Fourier m_fourier;
};

std::vector<float> hann(std::size_t size) {
    std::vector<float> window(size);
    for (std::size_t i = 0; i < size; ++i)
        window[i] =
            static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * (static_cast<double>(i) + 0.5) /
                                                    static_cast<double>(size)));
    return window;
}

/// Fills `target` with the windowed samples around `middle`; silence lies outside of the sound.
void cut(std::span<const float> samples, double middle, std::span<const float> window,
         std::vector<float>& target) {
    std::fill(target.begin(), target.end(), 0.0F);
    const auto first =
        static_cast<std::ptrdiff_t>(std::llround(middle)) - static_cast<std::ptrdiff_t>(window.size() / 2);
    for (std::size_t i = 0; i < window.size(); ++i) {
        const std::ptrdiff_t at = first + static_cast<std::ptrdiff_t>(i);
        if (at >= 0 && at < std::ssize(samples)) {
            const float value = samples[static_cast<std::size_t>(at)];
            target[i] = std::isfinite(value) ? value * window[i] : 0.0F;
        }
    }
}

/// Single precision: there are some hundred thousand of them in a clip.
quint8 levelOf(float power) {
    constexpr auto kOffset = static_cast<float>(-SpectrogramData::kLowest / SpectrogramData::kStep + 0.5);
    constexpr auto kPerBel = static_cast<float>(10 / SpectrogramData::kStep);
    const float level = kPerBel * std::log10(power + 1e-20F) + kOffset;
    return static_cast<quint8>(std::clamp(level, 0.0F, 255.0F));
}

} // namespace

SpectrogramData computeSpectrogram(std::span<const float> samples, int rate, const std::stop_token& stop,
                                   const SpectrogramOptions& options) {
    SpectrogramData data;
    if (samples.empty() || rate < 1) return data;
    const auto length = std::max<std::size_t>(8, static_cast<std::size_t>(options.windowSeconds * rate));
    const std::size_t size = std::bit_ceil(length);
    const std::vector<float> window = hann(length);
    double sum = 0;
    for (const float weight : window)
        sum += static_cast<double>(weight);
    data.seconds = static_cast<double>(samples.size()) / rate;
    data.secondsPerFrame = std::max(options.hopSeconds, data.seconds / std::max(1, options.mostFrames));
    data.frames = std::max<std::size_t>(
        1, static_cast<std::size_t>(std::ceil(data.seconds / data.secondsPerFrame - 1e-9)));
    data.bins = size / 2 + 1;
    data.hertzPerBin = static_cast<double>(rate) / static_cast<double>(size);
    data.levels.resize(data.frames * data.bins);
    const auto scale = static_cast<float>(4 / (sum * sum)); // a sine of amplitude 1 has a peak of (sum / 2)²
    PairSpectrum spectrum(size);
    std::vector<float> powers(2 * data.bins);
    const auto middle = [&](std::size_t frame) {
        return (static_cast<double>(frame) + 0.5) * data.secondsPerFrame * rate;
    };
    for (std::size_t frame = 0; frame < data.frames; frame += 2) {
        if (stop.stop_requested()) return {};
        cut(samples, middle(frame), window, spectrum.re);
        cut(samples, middle(frame + 1), window, spectrum.im);
        spectrum.compute(std::span(powers).first(data.bins), std::span(powers).subspan(data.bins));
        const std::size_t count = std::min<std::size_t>(2, data.frames - frame) * data.bins;
        for (std::size_t i = 0; i < count; ++i) {
            const quint8 rounded = levelOf(powers[i] * scale);
            data.levels[frame * data.bins + i] = rounded;
            data.greatest = std::max(data.greatest, rounded);
        }
    }
    return data;
}

std::vector<float> powerSpectrum(std::span<const float> signal) {
    PairSpectrum spectrum(signal.size());
    std::copy(signal.begin(), signal.end(), spectrum.re.begin());
    std::vector<float> power(signal.size() / 2 + 1);
    std::vector<float> none(power.size());
    spectrum.compute(power, none);
    return power;
}

} // namespace fathom::widgets
