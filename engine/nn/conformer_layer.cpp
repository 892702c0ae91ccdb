// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/conformer_layer.h"

#include "engine/nn/activation.h"

namespace fathom::nn {

FeedForward::FeedForward(const ConformerLayerParams& params, Random& random)
    : torch::nn::Module("ConformerFeedForward"), m_dropout(params.dropout) {
    m_first = register_module(
        "linear1", std::make_shared<Linear>(params.width, params.innerWidth, params.useBias, random));
    register_module("activation", std::make_shared<torch::nn::Module>("Swish"));
    register_module("dropout", std::make_shared<torch::nn::Module>("Dropout"));
    m_second = register_module(
        "linear2", std::make_shared<Linear>(params.innerWidth, params.width, params.useBias, random));
}

torch::Tensor FeedForward::forward(const torch::Tensor& x, Random* random) const {
    return m_second->forward(dropout(torch::silu(m_first->forward(x)), m_dropout, random));
}

// NeMo's order of registration is the order of its state_dict.
Result<std::shared_ptr<ConformerLayer>> ConformerLayer::make(const ConformerLayerParams& params,
                                                             Random& random) {
    const std::shared_ptr<ConformerLayer> layer(new ConformerLayer(params));
    Parts& parts = layer->m_parts;
    const auto norm = [&](const char* name) {
        return layer->register_module(name, std::make_shared<LayerNorm>(params.width));
    };
    const auto feedForward = [&](const char* name) {
        return layer->register_module(name, std::make_shared<FeedForward>(params, random));
    };
    parts.normFirst = norm("norm_feed_forward1");
    parts.first = feedForward("feed_forward1");
    parts.normConv = norm("norm_conv");
    Result<std::shared_ptr<ConformerConv>> conv = ConformerConv::make(params.conv, random);
    if (!conv) return fail(conv.error());
    parts.conv = layer->register_module("conv", *conv);
    parts.normAttention = norm("norm_self_att");
    parts.attention = layer->register_module("self_attn", Attention::make(params.attention, random));
    parts.normSecond = norm("norm_feed_forward2");
    parts.second = feedForward("feed_forward2");
    layer->register_module("dropout", std::make_shared<torch::nn::Module>("Dropout"));
    parts.normOut = norm("norm_out");
    return layer;
}

torch::Tensor ConformerLayer::forward(const torch::Tensor& input, const AttentionContext& context,
                                      const Lengths& lengths, Random* random) const {
    const auto dropped = [&](const torch::Tensor& y) { return dropout(y, m_dropout, random); };
    torch::Tensor x =
        input + dropped(m_parts.first->forward(m_parts.normFirst->forward(input), random)) * 0.5;
    x = x + dropped(m_parts.attention->forward(m_parts.normAttention->forward(x), context, random));
    x = x + dropped(m_parts.conv->forward(m_parts.normConv->forward(x), lengths));
    x = x + dropped(m_parts.second->forward(m_parts.normSecond->forward(x), random)) * 0.5;
    return m_parts.normOut->forward(x);
}

} // namespace fathom::nn
