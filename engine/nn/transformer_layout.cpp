// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/transformer_layout.h"

#include <algorithm>
#include <numeric>

namespace fathom::nn {

namespace {

constexpr double kMasked = -10000.0; // NeMo's NEG_INF

} // namespace

TokenLayout TokenLayout::padded(const torch::Tensor& mask) {
    TokenLayout layout;
    layout.m_mask = mask.ne(0);
    layout.m_longest = mask.size(1);
    layout.m_positions = torch::arange(mask.size(1), torch::kInt64);
    return layout;
}

TokenLayout TokenLayout::packed(const std::vector<std::int64_t>& lengths) {
    TokenLayout layout;
    const std::int64_t tokens = std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0});
    layout.m_positions = torch::empty({tokens}, torch::kInt64);
    auto* positions = layout.m_positions.data_ptr<std::int64_t>();
    std::int64_t begin = 0;
    for (const std::int64_t length : lengths) {
        layout.m_spans.push_back({begin, length});
        layout.m_longest = std::max(layout.m_longest, length);
        std::iota(positions + begin, positions + begin + length, std::int64_t{0});
        begin += length;
    }
    return layout;
}

torch::Tensor TokenLayout::attentionMask(bool causal) const {
    torch::Tensor seen = m_mask.unsqueeze(1);
    if (causal) {
        const std::int64_t length = m_mask.size(1);
        seen = seen.logical_and(torch::ones({1, length, length}, m_mask.options()).tril());
    }
    return ((1 - seen.to(torch::kFloat32)) * kMasked).unsqueeze(1);
}

torch::Tensor packRows(const torch::Tensor& padded, const std::vector<std::int64_t>& lengths) {
    std::vector<std::int64_t> rows;
    for (std::size_t b = 0; b < lengths.size(); ++b)
        for (std::int64_t t = 0; t < lengths[b]; ++t)
            rows.push_back(static_cast<std::int64_t>(b) * padded.size(1) + t);
    const torch::Tensor index = torch::tensor(rows, torch::kInt64).to(padded.device());
    return padded.flatten(0, 1).index_select(0, index);
}

} // namespace fathom::nn
