// SPDX-License-Identifier: Apache-2.0
// What NeMo's waveform augmentations do to a clip once their numbers are drawn. Source:
// nemo/collections/asr/parts/preprocessing/perturb.py of NeMo 3.0.0.
//
//   gain(samples, -3.5);                     // dB
//   samples = *changeSpeed(std::move(samples), 16000, 1.1);
//
// Samples are mono float32 at one rate. Pure functions; any thread.
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <span>
#include <vector>

namespace fathom::data {

using Samples = std::vector<float>;

/// Resampled from `sampleRate` to int(sampleRate * rate) and meant to be played at the old rate: pitch
/// changes too. Always with soxr's HQ recipe; NeMo's kaiser_best and kaiser_fast need resampy, without which
/// it leaves the clip as it is.
[[nodiscard]] Result<Samples> changeSpeed(Samples samples, int sampleRate, double rate);

/// Faster (rate > 1) or slower at the same pitch: a phase vocoder with windows of `nFft` samples (even),
/// twice as many to slow down, and hops of half a window.
[[nodiscard]] Samples stretchTime(const Samples& samples, double rate, int nFft);

void gain(Samples& samples, double decibels);

/// Moves the sound to the left (ms > 0) or right by whole samples; what is left free is 0.
void shift(Samples& samples, int sampleRate, double milliseconds);

/// `atStart` and `atEnd` samples of `value` around the clip.
void addSilence(Samples& samples, std::size_t atStart, std::size_t atEnd, float value);

struct ImpulseOptions {
    bool normalizeImpulse = false; ///< to mean 0 and peak 1
    bool shiftImpulse = false;     ///< cut the delay before the impulse's peak
};
/// Convolved with a room's impulse response, cut to the old length, peak 1. Silence stays as it is.
void reverberate(Samples& samples, Samples impulse, const ImpulseOptions& options);

/// 10 log10 of the mean square; -infinity of silence or nothing.
[[nodiscard]] double rmsDecibels(std::span<const float> samples);

struct NoiseDraw {
    double snrDecibels = 0;
    double maxGainDecibels = 300;
    double start = 0;       ///< s into a noise that is longer than the clip
    std::size_t offset = 0; ///< samples into a clip that is longer than the noise
};
/// Adds `noise` so loud that the clip's level is snrDecibels above it.
void addNoise(Samples& samples, Samples noise, int sampleRate, const NoiseDraw& draw);

struct NormalizedNoiseDraw {
    double snrDecibels = 0;
    double level = 0;      ///< dB to which clip and noise are brought first
    double epsilon = 0.01; ///< root mean square that silence is taken to have
};
/// The same with both at one level; a short noise is repeated with a quarter second of silence between.
void addNormalizedNoise(Samples& samples, Samples noise, int sampleRate, const NormalizedNoiseDraw& draw);

} // namespace fathom::data
