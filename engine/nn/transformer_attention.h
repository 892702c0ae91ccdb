// SPDX-License-Identifier: Apache-2.0
// NeMo's MultiHeadAttention: scaled dot-product attention (Vaswani et al. 2017) with queries and keys divided
// by the fourth root of the head's size.
#pragma once

#include "engine/nn/transformer_layers.h"
#include "engine/nn/transformer_layout.h"
#include "engine/nn/transformer_params.h"

#include <memory>

namespace fathom::nn {

/// Queries of a generation step, one each, with the rows of their keys in a cache.
struct StepRows {
    std::vector<std::int32_t> rows{};    ///< of all queries, behind each other
    std::vector<std::int64_t> offsets{}; ///< where each query's rows begin
    std::vector<std::int64_t> counts{};  ///< and how many they are
};

/// Parameters: query_net, key_net, value_net, out_projection.
class MultiHeadAttention : public torch::nn::Module {
public:
    MultiHeadAttention(const TransformerParams& params, Random& random);

    /// Each token looks at the tokens of its own sentence. Rows as the layout says; without the layer
    /// dropout.
    [[nodiscard]] torch::Tensor self(const torch::Tensor& x, const TokenLayout& layout, bool causal,
                                     Random* random) const;
    /// Tokens look at the other side's sentence of the same number.
    [[nodiscard]] torch::Tensor cross(const torch::Tensor& x, const TokenLayout& layout,
                                      const torch::Tensor& memory, const TokenLayout& memoryLayout,
                                      Random* random) const;

    /// For generation: [R, H] -> queries, keys and values side by side, [R, 3 H].
    [[nodiscard]] torch::Tensor projections(const torch::Tensor& x) const;
    [[nodiscard]] torch::Tensor queries(const torch::Tensor& x) const { return m_query->forward(x); }
    /// [N, H] -> keys and values side by side, [N, 2 H].
    [[nodiscard]] torch::Tensor keysValues(const torch::Tensor& x) const;
    /// Queries [R, H] on rows of keys and values [S, 2 H] -> [R, H]. No gradients.
    [[nodiscard]] torch::Tensor step(const torch::Tensor& queries, const torch::Tensor& keysValues,
                                     const StepRows& rows) const;

private:
    /// `keysValues` undefined: they lie behind the queries in the same columns.
    [[nodiscard]] torch::Tensor packed(const torch::Tensor& queries, const torch::Tensor& keysValues,
                                       const TokenLayout& layout, const TokenLayout& memoryLayout,
                                       bool causal, Random* random) const;
    [[nodiscard]] torch::Tensor padded(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                                       const torch::Tensor& mask, Random* random) const;
    [[nodiscard]] torch::Tensor heads(const torch::Tensor& x) const;

    std::int64_t m_heads;
    std::int64_t m_headSize;
    double m_scoreDropout;
    std::shared_ptr<Linear> m_query, m_key, m_value, m_out;
};

} // namespace fathom::nn
