// SPDX-License-Identifier: Apache-2.0
// From hidden states to words: NeMo's TokenClassifier with one layer, and the losses on what it gives.
#pragma once

#include "engine/nn/transformer_layers.h"

#include <torch/torch.h>

namespace fathom::nn {

struct TokenHeadParams {
    std::int64_t hiddenSize = 0;
    std::int64_t classes = 0;
    bool logSoftmax = true; ///< false: it gives logits
    double dropout = 0;     ///< of the hidden states
};

/// Parameters: mlp.layer0.{weight [V, H], bias [V]}.
class TokenHead : public torch::nn::Module {
public:
    TokenHead(const TokenHeadParams& params, Random& random);
    /// [..., H] -> [..., V], logarithms of probabilities.
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& hidden, Random* random) const;
    /// [R, H] -> [R, V] before the softmax.
    [[nodiscard]] torch::Tensor logits(const torch::Tensor& hidden) const { return m_layer->forward(hidden); }
    /// Sum over the rows of −((1 − s) log p[label] + s · mean of log p), with NeMo's
    /// s = V · labelSmoothing / (V − 1), over `divisor`; for hidden [R, H] and labels [R] int64. In float32
    /// on the CPU no more than a few rows of logits exist at a time.
    [[nodiscard]] torch::Tensor loss(const torch::Tensor& hidden, const torch::Tensor& labels,
                                     double labelSmoothing, double divisor, Random* random) const;
    /// [V, H]; an embedding may share it.
    [[nodiscard]] const torch::Tensor& weight() const { return m_layer->weight; }
    [[nodiscard]] const TokenHeadParams& params() const { return m_params; }

private:
    TokenHeadParams m_params;
    std::shared_ptr<Linear> m_layer;
};

/// The same loss of log-probabilities [R, V].
[[nodiscard]] torch::Tensor smoothedLoss(const torch::Tensor& logProbs, const torch::Tensor& labels,
                                         double labelSmoothing, double divisor);

} // namespace fathom::nn
