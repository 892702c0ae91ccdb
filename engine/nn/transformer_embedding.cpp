// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/transformer_embedding.h"

#include "engine/nn/activation.h"
#include "engine/nn/init.h"

#include <cmath>

namespace fathom::nn {

torch::Tensor sinePositions(std::int64_t length, std::int64_t size) {
    using torch::indexing::None;
    using torch::indexing::Slice;
    const torch::NoGradGuard noGrad;
    torch::Tensor table = torch::zeros({length, size});
    const torch::Tensor position =
        torch::arange(0.0, static_cast<double>(length), torch::kFloat32).unsqueeze(1);
    const double coefficient = -std::log(10000.0) / static_cast<double>(size);
    const torch::Tensor frequency =
        torch::exp(coefficient * torch::arange(0.0, static_cast<double>(size), 2.0, torch::kFloat32));
    table.index_put_({Slice(), Slice(0, None, 2)}, torch::sin(position * frequency));
    table.index_put_({Slice(), Slice(1, None, 2)}, torch::cos(position * frequency));
    return table.div_(std::sqrt(static_cast<double>(size)));
}

TransformerTable::TransformerTable(std::int64_t rows, std::int64_t size, Random& random) {
    weight = torch::empty({rows, size});
    initNormal(weight, 1 / std::sqrt(static_cast<double>(size)), random);
    weight = register_parameter("weight", weight);
}

void TransformerTable::tie(const torch::Tensor& other) {
    weight = parameters_["weight"] = other;
}

TransformerEmbedding::TransformerEmbedding(const TransformerParams& params, Random& random)
    : m_paddingId(params.paddingId), m_size(params.hiddenSize), m_dropout(params.embeddingDropout) {
    const auto table = [&](const char* name, std::int64_t rows) {
        return register_module(name, std::make_shared<TransformerTable>(rows, m_size, random));
    };
    m_tokens = table("token_embedding", params.vocabSize);
    if (params.learnedPositions) {
        m_learned = table("position_embedding", params.maxSequenceLength);
    } else {
        const auto holder = register_module("position_embedding",
                                            std::make_shared<torch::nn::Module>("FixedPositionalEncoding"));
        m_sines = holder->register_buffer("pos_enc", sinePositions(params.maxSequenceLength, m_size));
    }
    if (params.tokenTypes > 0) (void)table("token_type_embedding", params.tokenTypes);
    m_norm = register_module("layer_norm", std::make_shared<TransformerNorm>(m_size));
}

/// Rows of the table for position numbers below `count`.
torch::Tensor TransformerEmbedding::positions(const torch::Tensor& numbers, std::int64_t count) const {
    const torch::Tensor index = numbers.to(m_tokens->weight.device());
    if (m_learned) return torch::embedding(m_learned->weight, index);
    if (count <= m_sines.size(0)) return m_sines.index_select(0, index);
    return sinePositions(count, m_size).to(m_sines.options()).index_select(0, index);
}

torch::Tensor TransformerEmbedding::embed(const torch::Tensor& ids, const torch::Tensor& places,
                                          Random* random) const {
    const torch::Tensor tokens = torch::embedding(m_tokens->weight, ids, m_paddingId);
    return dropout(m_norm->ofSum(tokens, places, 0, nullptr), m_dropout, random);
}

torch::Tensor TransformerEmbedding::forward(const torch::Tensor& ids, const TokenLayout& layout,
                                            Random* random) const {
    torch::Tensor places = positions(layout.positions(), layout.longest());
    if (!layout.isPacked()) places = places.unsqueeze(0).expand({ids.size(0), -1, -1});
    return embed(ids, places, random);
}

torch::Tensor TransformerEmbedding::at(const torch::Tensor& ids, std::int64_t position) const {
    const torch::Tensor number = torch::full({1}, position, torch::kInt64);
    return embed(ids, positions(number, position + 1).expand({ids.size(0), -1}), nullptr);
}

} // namespace fathom::nn
