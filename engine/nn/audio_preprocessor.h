// SPDX-License-Identifier: Apache-2.0
// From sound to features: what a speech model knows of its preprocessor.
#pragma once

#include "engine/base/result.h"
#include "engine/nn/lengths.h"
#include "engine/nn/random.h"

#include <optional>
#include <string>
#include <torch/torch.h>

namespace fathom::nn {

struct Features {
    torch::Tensor values{}; ///< [B, featureCount, T] float32, no graph
    Lengths lengths{};      ///< valid frames
};

/// How all preprocessors cut the signal; NeMo's parameters under NeMo's names (in camelCase).
struct FrameParams {
    int sampleRate = 16000;
    double windowSize = 0.02;           ///< s
    double windowStride = 0.01;         ///< s
    std::optional<int> nWindowSize{};   ///< samples; instead of windowSize
    std::optional<int> nWindowStride{}; ///< samples; instead of windowStride
    std::optional<int> nFft{};          ///< none: the power of two from the window on
    double lowfreq = 0;                 ///< Hz
    std::optional<double> highfreq{};   ///< Hz; none: half the sample rate

    [[nodiscard]] int windowSamples() const;
    [[nodiscard]] int hopSamples() const;
    [[nodiscard]] int fftSize() const;
    /// Usage errors for what NeMo refuses too.
    [[nodiscard]] Status checkFrames() const;
};

/// The Usage error for a key of the preprocessor's section.
[[nodiscard]] Error preprocessorError(const std::string& key, const std::string& why,
                                      const std::string& remedy);

/// NeMo's name is `preprocessor`.
class AudioPreprocessor : public torch::nn::Module {
public:
    /// `signal` [B, T] float32, untouched; `lengths` in samples. `random` adds what training adds (dither,
    /// narrow-band cut); null in evaluation.
    [[nodiscard]] virtual Features forward(const torch::Tensor& signal, const Lengths& lengths,
                                           Random* random) const = 0;
    /// As forward in evaluation, with pad_to 0: NeMo's transcribe().
    [[nodiscard]] virtual Features forwardUnpadded(const torch::Tensor& signal,
                                                   const Lengths& lengths) const = 0;
    [[nodiscard]] virtual std::int64_t featureCount() const = 0;
    [[nodiscard]] virtual int sampleRate() const = 0; ///< Hz
    [[nodiscard]] virtual int hopSamples() const = 0; ///< from one frame to the next
};

} // namespace fathom::nn
