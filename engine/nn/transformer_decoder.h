// SPDX-License-Identifier: Apache-2.0
// NeMo's TransformerDecoderNM: embedding, layers of masked self-attention, attention on the encoder's states
// and feed-forward; whole sentences for training, one token at a time for generation.
#pragma once

#include "engine/nn/transformer_encoder.h"

#include <cstdint>
#include <span>

namespace fathom::nn {

class TransformerDecoderLayer;

/// What a generation remembers: for each layer the keys and values of the source's tokens, and of every token
/// generated so far a row. Rows are never moved: a hypothesis is the list of its rows.
class DecoderCache {
public:
    /// Rows so far, the same in all layers.
    [[nodiscard]] std::int64_t rows() const { return m_rows; }

private:
    friend class TransformerDecoder;
    std::vector<torch::Tensor> m_source{};    ///< [source tokens, 2 H] for each layer
    std::vector<torch::Tensor> m_generated{}; ///< [capacity, 2 H] for each layer
    std::int64_t m_rows = 0;
    std::vector<kernels::TokenSpan> m_sentences{}; ///< rows of `m_source`
};

/// One token of each of R hypotheses.
struct DecoderStep {
    torch::Tensor ids{};                       ///< [R] int64
    std::int64_t position = 0;                 ///< of all of them
    std::span<const std::int64_t> sentences{}; ///< [R] which source each belongs to
    /// Rows of each hypothesis' earlier tokens in the cache. The step's own rows, `rows()` on, are added.
    std::span<const std::vector<std::int32_t>> history{};
};

/// Parameters: _embedding.*, _decoder.layers.<i>.{layer_norm_1, first_sub_layer, layer_norm_2,
/// second_sub_layer, layer_norm_3, third_sub_layer}.*, and _decoder.final_layer_norm.* with pre-norm.
class TransformerDecoder : public torch::nn::Module {
public:
    /// Usage errors of the parameters.
    [[nodiscard]] static Result<std::shared_ptr<TransformerDecoder>> make(const TransformerParams& params,
                                                                          Random& random);
    /// ids and the encoder's states as their layouts say, both packed or both padded -> hidden states with H.
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& ids, const TokenLayout& layout,
                                        const torch::Tensor& encoded, const TokenLayout& encodedLayout,
                                        Random* random) const;

    /// Begins a generation for sentences whose encoder states [N, H] lie behind each other. Both without
    /// gradients.
    [[nodiscard]] DecoderCache begin(const torch::Tensor& encoded,
                                     const std::vector<std::int64_t>& lengths) const;
    /// Hidden states [R, H] of the step's tokens, which the cache remembers.
    [[nodiscard]] torch::Tensor step(DecoderCache& cache, const DecoderStep& step) const;

    [[nodiscard]] TransformerEmbedding& embedding() const { return *m_embedding; }
    [[nodiscard]] const TransformerParams& params() const { return m_params; }

private:
    explicit TransformerDecoder(const TransformerParams& params);
    TransformerParams m_params;
    std::shared_ptr<TransformerEmbedding> m_embedding;
    std::vector<std::shared_ptr<TransformerDecoderLayer>> m_layers;
    std::shared_ptr<TransformerNorm> m_finalNorm; ///< null without one
};

} // namespace fathom::nn
