// SPDX-License-Identifier: Apache-2.0
// From sound to features: what a speech model knows of its preprocessor.
#pragma once

#include "engine/nn/lengths.h"
#include "engine/nn/random.h"

#include <torch/torch.h>

namespace fathom::nn {

struct Features {
    torch::Tensor values{}; ///< [B, featureCount, T] float32, no graph
    Lengths lengths{};      ///< valid frames
};

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
