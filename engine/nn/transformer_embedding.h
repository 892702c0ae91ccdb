// SPDX-License-Identifier: Apache-2.0
// NeMo's TransformerEmbedding: layer norm of tokens + positions, without scaling.
#pragma once

#include "engine/nn/transformer_layers.h"
#include "engine/nn/transformer_layout.h"
#include "engine/nn/transformer_params.h"

#include <memory>

namespace fathom::nn {

/// torch.nn.Embedding: `weight` [rows, size].
class TransformerTable : public torch::nn::Module {
public:
    /// Normal with deviation 1 / sqrt(size).
    TransformerTable(std::int64_t rows, std::int64_t size, Random& random);
    /// Makes another module's parameter this one's too.
    void tie(const torch::Tensor& other);
    torch::Tensor weight{};
};

/// Parameters and buffers: token_embedding.weight [V, H]; position_embedding.pos_enc [L, H] (a buffer) or
/// position_embedding.weight; token_type_embedding.weight; layer_norm.
class TransformerEmbedding : public torch::nn::Module {
public:
    TransformerEmbedding(const TransformerParams& params, Random& random);

    /// ids [B, L] or [N] int64, as the layout says -> the same with H. Positions beyond a table of sines get
    /// their sines for this call; a learned table must be long enough.
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& ids, const TokenLayout& layout,
                                        Random* random) const;
    /// ids [R] that all stand at `position`.
    [[nodiscard]] torch::Tensor at(const torch::Tensor& ids, std::int64_t position) const;

    [[nodiscard]] torch::Tensor& tokenWeight() const { return m_tokens->weight; }
    /// Makes another module's parameter the table here too.
    void tie(const torch::Tensor& weight) { m_tokens->tie(weight); }

private:
    [[nodiscard]] torch::Tensor positions(const torch::Tensor& numbers, std::int64_t count) const;
    [[nodiscard]] torch::Tensor embed(const torch::Tensor& ids, const torch::Tensor& positions,
                                      Random* random) const;

    std::int64_t m_paddingId;
    std::int64_t m_size;
    double m_dropout;
    std::shared_ptr<TransformerTable> m_tokens;
    torch::Tensor m_sines{}; ///< undefined with learned positions
    std::shared_ptr<TransformerTable> m_learned;
    std::shared_ptr<TransformerNorm> m_norm;
};

/// Sines and cosines of "Attention is all you need", divided by sqrt(size) as NeMo does: [length, size]
/// float32.
[[nodiscard]] torch::Tensor sinePositions(std::int64_t length, std::int64_t size);

} // namespace fathom::nn
