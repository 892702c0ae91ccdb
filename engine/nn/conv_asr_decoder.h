// SPDX-License-Identifier: Apache-2.0
// NeMo's ConvASRDecoder: a 1x1 convolution to the classes and log-softmax.
#pragma once

#include "engine/base/result.h"
#include "engine/nn/conv_asr_encoder.h"
#include "engine/nn/init.h"
#include "engine/nn/random.h"

#include <memory>
#include <string>
#include <torch/torch.h>

namespace fathom::nn {

struct ConvAsrDecoderParams {
    std::int64_t featIn = 0;
    std::int64_t classes = 0; ///< without the blank, which becomes the last class
    std::string initMode = "xavier_uniform";
};

/// Parameters: `decoder_layers.0.weight` [classes + 1, featIn, 1], `decoder_layers.0.bias`.
class ConvAsrDecoder : public torch::nn::Module {
public:
    [[nodiscard]] static Result<std::shared_ptr<ConvAsrDecoder>> make(const ConvAsrDecoderParams& params,
                                                                      Random& random);
    /// encoded [B, featIn, T] -> log-probabilities [B, T, classes + 1]. A temperature other than 1 divides
    /// the logits.
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& encoded, double temperature = 1.0) const;
    /// The same for what the encoder gives; packed frames are computed once each.
    [[nodiscard]] torch::Tensor forward(const Encoded& encoded, double temperature = 1.0) const;
    [[nodiscard]] std::int64_t blank() const { return m_weight.size(0) - 1; }

private:
    ConvAsrDecoder() : torch::nn::Module("ConvASRDecoder") {}
    torch::Tensor m_weight{};
    torch::Tensor m_bias{};
};

} // namespace fathom::nn
