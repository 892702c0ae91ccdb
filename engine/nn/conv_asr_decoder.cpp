// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/conv_asr_decoder.h"

namespace fathom::nn {

Result<std::shared_ptr<ConvAsrDecoder>> ConvAsrDecoder::make(const ConvAsrDecoderParams& params,
                                                             Random& random) {
    const Result<InitMode> mode = initModeFrom(params.initMode);
    if (!mode) return fail(mode.error());
    const std::shared_ptr<ConvAsrDecoder> decoder(new ConvAsrDecoder);
    const auto layers =
        decoder->register_module("decoder_layers", std::make_shared<torch::nn::Module>("Sequential"));
    const auto conv = layers->register_module("0", std::make_shared<torch::nn::Module>("Conv1d"));
    torch::Tensor weight = torch::empty({params.classes + 1, params.featIn, 1});
    torch::Tensor bias = torch::empty({params.classes + 1});
    initWeight(weight, *mode, random);
    initBias(bias, weight, random);
    decoder->m_weight = conv->register_parameter("weight", weight);
    decoder->m_bias = conv->register_parameter("bias", bias);
    return decoder;
}

torch::Tensor ConvAsrDecoder::forward(const torch::Tensor& encoded, double temperature) const {
    const torch::Tensor logits = torch::linear(encoded.transpose(1, 2), m_weight.squeeze(2), m_bias);
    return torch::log_softmax(temperature == 1.0 ? logits : logits / temperature, -1);
}

torch::Tensor ConvAsrDecoder::forward(const Encoded& encoded, double temperature) const {
    if (!encoded.packed) return forward(encoded.values, temperature);
    const PackedFrames& frames = *encoded.packed;
    const torch::Tensor logits = torch::linear(withPadding(frames).t(), m_weight.squeeze(2), m_bias);
    const torch::Tensor logProbs = torch::log_softmax(temperature == 1.0 ? logits : logits / temperature, -1);
    return logProbs.index_select(0, paddedColumns(frames))
        .view({frames.lengths.size(), frames.paddedFrames, -1});
}

} // namespace fathom::nn
