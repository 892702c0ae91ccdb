// SPDX-License-Identifier: Apache-2.0
#include "engine/data/perturb.h"

#include "engine/data/audio.h"
#include "engine/data/fourier.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace fathom::data {

namespace {

double amplitude(double decibels) {
    return std::pow(10.0, decibels / 20.0);
}

float peak(std::span<const float> samples) {
    float most = 0;
    for (const float sample : samples)
        most = std::max(most, std::abs(sample));
    return most;
}

using Complex = std::complex<double>;
using Spectrum = std::vector<std::complex<float>>; ///< a frame's bins, as precise as librosa keeps them

std::vector<double> hann(std::size_t size) {
    std::vector<double> window(size);
    for (std::size_t i = 0; i < size; ++i)
        window[i] =
            0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(size));
    return window;
}

/// librosa's stft with hops of half a window: frames centred, zeros beyond the ends.
std::vector<Spectrum> spectraOf(std::span<const float> samples, const Fourier& fourier,
                                std::span<const double> window) {
    const std::size_t size = fourier.size(), half = size / 2;
    std::vector<Spectrum> spectra;
    std::vector<Complex> frame(size);
    for (std::size_t centre = 0; centre <= samples.size(); centre += half) {
        for (std::size_t i = 0; i < size; ++i) {
            const std::size_t at = centre + i; // + half, of the padded signal
            const bool inside = at >= half && at - half < samples.size();
            frame[i] = inside ? static_cast<double>(samples[at - half]) * window[i] : 0.0;
        }
        fourier.forward(frame);
        spectra.emplace_back(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(half + 1));
    }
    return spectra;
}

/// librosa's istft of the same.
Samples samplesOf(std::span<const Spectrum> spectra, std::size_t length, const Fourier& fourier,
                  std::span<const double> window) {
    const std::size_t size = fourier.size(), half = size / 2;
    const std::size_t frames = std::min(spectra.size(), (length + 2 * half + half - 1) / half);
    std::vector<double> sum((frames + 1) * half + size), weight(sum.size());
    std::vector<Complex> frame(size);
    for (std::size_t n = 0; n < frames; ++n) {
        for (std::size_t k = 0; k < size; ++k)
            frame[k] = k <= half ? Complex(spectra[n][k]) : std::conj(Complex(spectra[n][size - k]));
        fourier.inverse(frame);
        for (std::size_t i = 0; i < size; ++i) {
            sum[n * half + i] += frame[i].real() * window[i];
            weight[n * half + i] += window[i] * window[i];
        }
    }
    Samples out(length);
    for (std::size_t i = 0; i < length && i + half < sum.size(); ++i) {
        const double divisor = weight[i + half];
        out[i] = static_cast<float>(
            divisor > double{std::numeric_limits<float>::min()} ? sum[i + half] / divisor : sum[i + half]);
    }
    return out;
}

/// Frames at `rate` times the speed, magnitudes interpolated and phases carried on. Source: phase_vocoder of
/// NeMo's numba_utils.py, whose phases are float32 too.
std::vector<Spectrum> vocode(std::vector<Spectrum> frames, double rate) {
    constexpr double kTwoPi = 2 * std::numbers::pi;
    const std::size_t bins = frames.front().size(), count = frames.size();
    frames.resize(count + 2, Spectrum(bins));
    std::vector<float> phases(bins);
    std::ranges::transform(frames.front(), phases.begin(), [](auto bin) { return std::arg(bin); });
    const auto steps = static_cast<std::size_t>(std::ceil(static_cast<double>(count) / rate));
    std::vector<Spectrum> out(steps, Spectrum(bins));
    for (std::size_t t = 0; t < steps; ++t) {
        const double step = static_cast<double>(t) * rate;
        const auto at = std::min(static_cast<std::size_t>(step), count);
        const double alpha = step - std::floor(step);
        for (std::size_t k = 0; k < bins; ++k) {
            const std::complex<float> now = frames[at][k], next = frames[at + 1][k];
            const double magnitude = (1 - alpha) * static_cast<double>(std::abs(now)) +
                                     alpha * static_cast<double>(std::abs(next));
            out[t][k] = std::complex<float>(std::polar(magnitude, static_cast<double>(phases[k])));
            const double advance = std::numbers::pi * static_cast<double>(k);
            const double turned = static_cast<double>(std::arg(next) - std::arg(now)) - advance;
            const double wrapped = turned - kTwoPi * std::nearbyint(turned / kTwoPi);
            phases[k] = static_cast<float>(static_cast<double>(phases[k]) + advance + wrapped);
        }
    }
    return out;
}

} // namespace

Result<Samples> changeSpeed(Samples samples, int sampleRate, double rate) {
    return resample(std::move(samples), sampleRate, static_cast<int>(sampleRate * rate));
}

Samples stretchTime(const Samples& samples, double rate, int nFft) {
    if (samples.empty()) return {};
    const Fourier fourier(static_cast<std::size_t>(rate >= 1 ? nFft : 2 * nFft));
    const std::vector<double> window = hann(fourier.size());
    const auto length = static_cast<std::size_t>(std::nearbyint(static_cast<double>(samples.size()) / rate));
    return samplesOf(vocode(spectraOf(samples, fourier, window), rate), length, fourier, window);
}

void gain(Samples& samples, double decibels) {
    const auto factor = static_cast<float>(amplitude(decibels));
    for (float& sample : samples)
        sample *= factor;
}

void shift(Samples& samples, int sampleRate, double milliseconds) {
    const double most = 1000.0 * static_cast<double>(samples.size()) / sampleRate;
    const auto count =
        static_cast<std::ptrdiff_t>(std::floor(std::clamp(milliseconds, -most, most) * sampleRate / 1000));
    if (count > 0)
        std::fill(std::shift_left(samples.begin(), samples.end(), count), samples.end(), 0.0F);
    else if (count < 0)
        std::fill(samples.begin(), std::shift_right(samples.begin(), samples.end(), -count), 0.0F);
}

void addSilence(Samples& samples, std::size_t atStart, std::size_t atEnd, float value) {
    samples.insert(samples.begin(), atStart, value);
    samples.insert(samples.end(), atEnd, value);
}

void reverberate(Samples& samples, Samples impulse, const ImpulseOptions& options) {
    if (peak(samples) == 0 || impulse.empty()) return;
    if (options.normalizeImpulse) {
        const double mean =
            std::accumulate(impulse.begin(), impulse.end(), 0.0) / static_cast<double>(impulse.size());
        for (float& value : impulse)
            value -= static_cast<float>(mean);
        if (const float most = peak(impulse); most > 0)
            for (float& value : impulse)
                value /= most;
    }
    const std::vector<double> all = convolve(samples, impulse);
    std::size_t begin = 0;
    if (options.shiftImpulse)
        begin = static_cast<std::size_t>(
            std::ranges::max_element(impulse, {}, [](float x) { return std::abs(x); }) - impulse.begin());
    const std::size_t kept = std::min(samples.size(), all.size() - begin);
    samples.assign(all.begin() + static_cast<std::ptrdiff_t>(begin),
                   all.begin() + static_cast<std::ptrdiff_t>(begin + kept));
    const float most = peak(samples);
    if (most == 0) return;
    for (float& sample : samples)
        sample /= most;
}

double rmsDecibels(std::span<const float> samples) {
    if (samples.empty()) return -std::numeric_limits<double>::infinity();
    double sum = 0;
    for (const float sample : samples)
        sum += static_cast<double>(sample) * static_cast<double>(sample);
    return 10 * std::log10(sum / static_cast<double>(samples.size()));
}

void addNoise(Samples& samples, Samples noise, int sampleRate, const NoiseDraw& draw) {
    const double level = rmsDecibels(samples), noiseLevel = rmsDecibels(noise);
    if (std::isinf(noiseLevel)) return; // silence, at any gain
    const double decibels = std::min(level - noiseLevel - draw.snrDecibels, draw.maxGainDecibels);
    if (noise.size() > samples.size()) {
        const auto wanted = static_cast<std::size_t>(std::nearbyint(draw.start * sampleRate));
        const std::size_t begin = std::min(wanted, noise.size() - samples.size());
        noise.erase(noise.begin(), noise.begin() + static_cast<std::ptrdiff_t>(begin));
        noise.resize(samples.size());
    }
    const std::size_t offset = std::min(draw.offset, samples.size() - noise.size());
    const auto factor = static_cast<float>(amplitude(decibels));
    for (std::size_t i = 0; i < noise.size(); ++i)
        samples[offset + i] += noise[i] * factor;
}

void addNormalizedNoise(Samples& samples, Samples noise, int sampleRate, const NormalizedNoiseDraw& draw) {
    if (samples.empty() || noise.empty()) return;
    while (noise.size() < samples.size()) { // doubled each time, as NeMo's loop does
        const Samples once = noise;
        noise.insert(noise.end(), static_cast<std::size_t>(sampleRate / 4), 0.0F);
        noise.insert(noise.end(), once.begin(), once.end());
    }
    noise.resize(samples.size());
    const auto scale = [&](std::span<const float> sound) {
        double rms = std::sqrt(std::pow(10.0, rmsDecibels(sound) / 10));
        if (rms <= 1e-8) rms = draw.epsilon; // numpy.isclose(rms, 0)
        return amplitude(draw.level) / rms;
    };
    const auto own = static_cast<float>(scale(samples));
    const auto others = static_cast<float>(scale(noise) * amplitude(-draw.snrDecibels));
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = samples[i] * own + noise[i] * others;
}

} // namespace fathom::data
