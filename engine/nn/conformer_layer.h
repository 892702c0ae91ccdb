// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/nn/attention.h"
#include "engine/nn/conformer_conv.h"

#include <memory>
#include <torch/torch.h>

namespace fathom::nn {

struct ConformerLayerParams {
    std::int64_t width = 256;
    std::int64_t innerWidth = 1024; ///< of the feed-forward modules
    double dropout = 0.1;
    bool useBias = true;
    AttentionParams attention{};
    ConformerConvParams conv{};
};

/// linear2(dropout(swish(linear1(x)))).
class FeedForward : public torch::nn::Module {
public:
    FeedForward(const ConformerLayerParams& params, Random& random);
    /// x [..., width] -> [..., width].
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& x, Random* random) const;

private:
    double m_dropout;
    std::shared_ptr<Linear> m_first;
    std::shared_ptr<Linear> m_second;
};

/// NeMo's ConformerLayer (Gulati et al. 2020): half a feed-forward module, attention, convolution, another
/// half, each added to its input, and a normalisation.
class ConformerLayer : public torch::nn::Module {
public:
    /// Usage errors for what NeMo refuses too; the key is relative to the encoder's section.
    [[nodiscard]] static Result<std::shared_ptr<ConformerLayer>> make(const ConformerLayerParams& params,
                                                                      Random& random);
    /// x [B, T, width] -> [B, T, width]. `random` null: evaluation, no dropout.
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& x, const AttentionContext& context,
                                        const Lengths& lengths, Random* random) const;

    /// The parts, for those who compute them another way.
    struct Parts {
        std::shared_ptr<LayerNorm> normFirst{};
        std::shared_ptr<FeedForward> first{};
        std::shared_ptr<LayerNorm> normConv{};
        std::shared_ptr<ConformerConv> conv{};
        std::shared_ptr<LayerNorm> normAttention{};
        std::shared_ptr<Attention> attention{};
        std::shared_ptr<LayerNorm> normSecond{};
        std::shared_ptr<FeedForward> second{};
        std::shared_ptr<LayerNorm> normOut{};
    };
    [[nodiscard]] const Parts& parts() const { return m_parts; }
    [[nodiscard]] double dropoutRate() const { return m_dropout; }

private:
    explicit ConformerLayer(const ConformerLayerParams& params)
        : torch::nn::Module("ConformerLayer"), m_dropout(params.dropout) {}
    double m_dropout;
    Parts m_parts{};
};

} // namespace fathom::nn
