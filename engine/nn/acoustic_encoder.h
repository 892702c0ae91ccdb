// SPDX-License-Identifier: Apache-2.0
// What a speech model knows of its encoder.
#pragma once

#include "engine/nn/mel_spectrogram.h"
#include "engine/nn/packed.h"

#include <memory>
#include <optional>
#include <torch/torch.h>
#include <vector>

namespace fathom::nn {

/// Padded or packed, whichever way it was computed.
struct Encoded {
    torch::Tensor values{}; ///< [B, C, T']; undefined when packed
    Lengths lengths{};      ///< valid frames; T' may be larger than any
    std::optional<PackedFrames> packed{};

    /// [B, C, T'] in both cases.
    [[nodiscard]] torch::Tensor padded() const { return packed ? unpack(*packed) : values; }
};

struct EncodeOptions {
    /// Null: evaluation, no dropout.
    Random* random = nullptr;
    /// Also compute what NeMo has beyond the end of each clip, which nothing but a comparison looks at.
    bool padding = false;
    /// Layers (blocks of a convolutional encoder) whose output is wanted too, counted from 0, ascending.
    std::vector<std::int64_t> layers{};
};

struct EncoderOutput {
    Encoded encoded{};
    std::vector<Encoded> layers{}; ///< as options.layers
};

/// One thread at a time.
class AcousticEncoder : public torch::nn::Module {
public:
    /// features [B, featIn, T] of the parameters' dtype. Throws c10::Error.
    [[nodiscard]] virtual EncoderOutput encode(const Features& features, const EncodeOptions& options) = 0;
    /// The same of values [B, featIn, T] without options. `random` null: evaluation.
    [[nodiscard]] Encoded forward(const torch::Tensor& values, const Lengths& lengths, Random* random) {
        return encode({values, lengths}, {.random = random}).encoded;
    }
    [[nodiscard]] virtual std::int64_t featOut() const = 0;
    [[nodiscard]] virtual std::int64_t layerCount() const = 0;
    /// Input frames for each output frame.
    [[nodiscard]] virtual std::int64_t subsampling() const = 0;

protected:
    explicit AcousticEncoder(const char* name) : torch::nn::Module(name) {}
};

} // namespace fathom::nn
