// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/transformer_encoder.h"

#include "engine/nn/activation.h"

namespace fathom::nn {

PositionWiseFeedForward::PositionWiseFeedForward(const TransformerParams& params, Random& random)
    : m_activation(transformerActivationFrom(params.activation).value_or(TransformerActivation::Relu)) {
    m_in = register_module("dense_in", transformerLinear(params.hiddenSize, params.innerSize, random));
    m_out = register_module("dense_out", transformerLinear(params.innerSize, params.hiddenSize, random));
}

torch::Tensor PositionWiseFeedForward::forward(const torch::Tensor& x) const {
    torch::Tensor inner = m_in->forward(x);
    inner = m_activation == TransformerActivation::Relu ? inner.relu_() : torch::gelu(inner);
    return m_out->forward(inner);
}

torch::Tensor SubLayer::join(const torch::Tensor& x, const torch::Tensor& branch, Random* random) const {
    return x + nn::dropout(branch, dropout, random);
}

class TransformerEncoderLayer : public torch::nn::Module {
public:
    TransformerEncoderLayer(const TransformerParams& params, Random& random)
        : m_attend{params.preNorm, params.attentionLayerDropout},
          m_feed{params.preNorm, params.ffnDropout},
          m_causal(params.maskFuture) {
        const auto norm = [&](const char* name) {
            return register_module(name, std::make_shared<TransformerNorm>(params.hiddenSize));
        };
        m_norm1 = norm("layer_norm_1");
        m_attention =
            register_module("first_sub_layer", std::make_shared<MultiHeadAttention>(params, random));
        m_norm2 = norm("layer_norm_2");
        m_feedForward =
            register_module("second_sub_layer", std::make_shared<PositionWiseFeedForward>(params, random));
    }

    [[nodiscard]] torch::Tensor forward(const torch::Tensor& x, const TokenLayout& layout,
                                        Random* random) const {
        const torch::Tensor attended = m_attend.around(
            x, *m_norm1,
            [&](const torch::Tensor& in) { return m_attention->self(in, layout, m_causal, random); }, random);
        return m_feed.around(
            attended, *m_norm2, [&](const torch::Tensor& in) { return m_feedForward->forward(in); }, random);
    }

private:
    SubLayer m_attend;
    SubLayer m_feed;
    bool m_causal;
    std::shared_ptr<TransformerNorm> m_norm1, m_norm2;
    std::shared_ptr<MultiHeadAttention> m_attention;
    std::shared_ptr<PositionWiseFeedForward> m_feedForward;
};

TransformerEncoder::TransformerEncoder(const TransformerParams& params)
    : torch::nn::Module("TransformerEncoderNM"), m_params(params) {}

Result<std::shared_ptr<TransformerEncoder>> TransformerEncoder::make(const TransformerParams& params,
                                                                     Random& random) {
    if (const Status checked = params.check(); !checked) return fail(checked.error());
    const std::shared_ptr<TransformerEncoder> encoder(new TransformerEncoder(params));
    encoder->m_embedding =
        encoder->register_module("_embedding", std::make_shared<TransformerEmbedding>(params, random));
    const auto stack =
        encoder->register_module("_encoder", std::make_shared<torch::nn::Module>("TransformerEncoder"));
    if (params.preNorm && params.finalNorm)
        encoder->m_finalNorm =
            stack->register_module("final_layer_norm", std::make_shared<TransformerNorm>(params.hiddenSize));
    const auto list = stack->register_module("layers", std::make_shared<torch::nn::Module>("ModuleList"));
    for (std::int64_t i = 0; i < params.layers; ++i)
        encoder->m_layers.push_back(list->register_module(
            std::to_string(i), std::make_shared<TransformerEncoderLayer>(params, random)));
    return encoder;
}

torch::Tensor TransformerEncoder::forward(const torch::Tensor& ids, const TokenLayout& layout,
                                          Random* random) const {
    torch::Tensor x = m_embedding->forward(ids, layout, random);
    for (const auto& layer : m_layers)
        x = layer->forward(x, layout, random);
    return m_finalNorm ? m_finalNorm->forward(x) : x;
}

} // namespace fathom::nn
