// SPDX-License-Identifier: Apache-2.0
// NeMo's TransformerEncoderNM: embedding, layers of self-attention and feed-forward, post- or pre-norm.
#pragma once

#include "engine/nn/transformer_attention.h"
#include "engine/nn/transformer_embedding.h"

#include <memory>
#include <vector>

namespace fathom::nn {

/// NeMo's PositionWiseFF without its dropout. Parameters: dense_in, dense_out.
class PositionWiseFeedForward : public torch::nn::Module {
public:
    PositionWiseFeedForward(const TransformerParams& params, Random& random);
    /// [..., H] -> [..., H]
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& x) const;

private:
    TransformerActivation m_activation;
    std::shared_ptr<Linear> m_in, m_out;
};

/// How a part of a layer joins the stream: post-norm x = norm(x + dropout(part(x))), pre-norm
/// x = x + dropout(part(norm(x))).
struct SubLayer {
    bool preNorm = false;
    double dropout = 0;

    /// `part` maps [..., H] to [..., H].
    template <class Part>
    [[nodiscard]] torch::Tensor around(const torch::Tensor& x, const TransformerNorm& norm, const Part& part,
                                       Random* random) const {
        if (!preNorm) return norm.ofSum(x, part(x), dropout, random);
        return join(x, part(norm.forward(x)), random);
    }

private:
    [[nodiscard]] torch::Tensor join(const torch::Tensor& x, const torch::Tensor& branch,
                                     Random* random) const;
};

class TransformerEncoderLayer;

/// Parameters: _embedding.*, _encoder.layers.<i>.{layer_norm_1, first_sub_layer, layer_norm_2,
/// second_sub_layer}.*, and _encoder.final_layer_norm.* with pre-norm.
class TransformerEncoder : public torch::nn::Module {
public:
    /// Usage errors of the parameters.
    [[nodiscard]] static Result<std::shared_ptr<TransformerEncoder>> make(const TransformerParams& params,
                                                                          Random& random);
    /// ids [B, L] or [N] int64, as the layout says -> hidden states with H. `random` null: evaluation.
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& ids, const TokenLayout& layout,
                                        Random* random) const;
    [[nodiscard]] TransformerEmbedding& embedding() const { return *m_embedding; }
    [[nodiscard]] const TransformerParams& params() const { return m_params; }

private:
    explicit TransformerEncoder(const TransformerParams& params);
    TransformerParams m_params;
    std::shared_ptr<TransformerEmbedding> m_embedding;
    std::vector<std::shared_ptr<TransformerEncoderLayer>> m_layers;
    std::shared_ptr<TransformerNorm> m_finalNorm; ///< null without one
};

} // namespace fathom::nn
