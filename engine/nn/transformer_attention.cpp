// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/transformer_attention.h"

#include "engine/nn/activation.h"
#include "engine/nn/packed_attention.h"
#include "engine/nn/torch_threads.h"

#include <algorithm>
#include <cmath>

namespace fathom::nn {

MultiHeadAttention::MultiHeadAttention(const TransformerParams& params, Random& random)
    : m_heads(params.heads),
      m_headSize(params.hiddenSize / params.heads),
      m_scoreDropout(params.attentionScoreDropout) {
    const auto linear = [&](const char* name) {
        return register_module(name, transformerLinear(params.hiddenSize, params.hiddenSize, random));
    };
    m_query = linear("query_net");
    m_key = linear("key_net");
    m_value = linear("value_net");
    m_out = linear("out_projection");
}

torch::Tensor MultiHeadAttention::projections(const torch::Tensor& x) const {
    return joinedLinear(x, {m_query.get(), m_key.get(), m_value.get()});
}

torch::Tensor MultiHeadAttention::keysValues(const torch::Tensor& x) const {
    return joinedLinear(x, {m_key.get(), m_value.get()});
}

torch::Tensor MultiHeadAttention::packed(const torch::Tensor& queries, const torch::Tensor& keysValues,
                                         const TokenLayout& layout, const TokenLayout& memoryLayout,
                                         bool causal, Random* random) const {
    return m_out->forward(attendPacked({.queries = layout.spans(),
                                        .keys = memoryLayout.spans(),
                                        .heads = m_heads,
                                        .causal = causal,
                                        .dropout = m_scoreDropout},
                                       queries, keysValues, {}, random));
}

torch::Tensor MultiHeadAttention::self(const torch::Tensor& x, const TokenLayout& layout, bool causal,
                                       Random* random) const {
    const torch::Tensor joined = projections(x);
    if (layout.isPacked()) return packed(joined, {}, layout, layout, causal, random);
    const auto parts = joined.chunk(3, -1);
    return padded(parts[0], parts[1], parts[2], layout.attentionMask(causal), random);
}

torch::Tensor MultiHeadAttention::cross(const torch::Tensor& x, const TokenLayout& layout,
                                        const torch::Tensor& memory, const TokenLayout& memoryLayout,
                                        Random* random) const {
    const torch::Tensor q = m_query->forward(x);
    const torch::Tensor joined = keysValues(memory);
    if (layout.isPacked()) return packed(q, joined, layout, memoryLayout, false, random);
    const auto parts = joined.chunk(2, -1);
    return padded(q, parts[0], parts[1], memoryLayout.attentionMask(false), random);
}

/// [B, L, H] -> [B, heads, L, headSize]
torch::Tensor MultiHeadAttention::heads(const torch::Tensor& x) const {
    return x.view({x.size(0), x.size(1), m_heads, m_headSize}).transpose(1, 2);
}

torch::Tensor MultiHeadAttention::padded(const torch::Tensor& q, const torch::Tensor& k,
                                         const torch::Tensor& v, const torch::Tensor& mask,
                                         Random* random) const {
    const double scale = std::sqrt(std::sqrt(static_cast<double>(m_headSize)));
    torch::Tensor scores = torch::matmul(heads(q) / scale, (heads(k) / scale).transpose(-1, -2));
    scores = scores + mask.to(scores.options().requires_grad(false));
    const torch::Tensor probabilities = dropout(torch::softmax(scores, -1), m_scoreDropout, random);
    const torch::Tensor context = torch::matmul(probabilities.to(v.scalar_type()), heads(v));
    return m_out->forward(context.transpose(1, 2).reshape({q.size(0), q.size(1), m_heads * m_headSize}));
}

torch::Tensor MultiHeadAttention::step(const torch::Tensor& q, const torch::Tensor& keysValues,
                                       const StepRows& rows) const {
    const std::int64_t width = m_heads * m_headSize;
    if (fitsKernels(q)) {
        torch::Tensor out = torch::empty({q.size(0), width}, q.options());
        const float* keys = keysValues.const_data_ptr<float>();
        kernels::attentionStep({.rows = rows.rows,
                                .offsets = rows.offsets,
                                .counts = rows.counts,
                                .heads = m_heads,
                                .headSize = m_headSize},
                               {.q = {q.const_data_ptr<float>(), q.stride(0)},
                                .k = {keys, 2 * width},
                                .v = {keys + width, 2 * width}},
                               {out.data_ptr<float>(), width}, onTorchThreads);
        return m_out->forward(out);
    }
    // Elsewhere the rows are gathered: [R, keys of the most, 2 H].
    const std::int64_t most = *std::ranges::max_element(rows.counts);
    const torch::Tensor index = torch::zeros({q.size(0), most}, torch::kInt64);
    const torch::Tensor mask = torch::zeros({q.size(0), most}, torch::kFloat32);
    for (std::int64_t i = 0; i < q.size(0); ++i) {
        const auto at = static_cast<std::size_t>(i);
        for (std::int64_t t = 0; t < rows.counts[at]; ++t) {
            index.data_ptr<std::int64_t>()[i * most + t] =
                rows.rows[static_cast<std::size_t>(rows.offsets[at] + t)];
            mask.data_ptr<float>()[i * most + t] = 1;
        }
    }
    const torch::Tensor gathered =
        keysValues.index_select(0, index.flatten().to(q.device())).view({q.size(0), most, 2 * width});
    const auto parts = gathered.chunk(2, -1);
    const TokenLayout layout = TokenLayout::padded(mask.to(q.device()));
    return padded(q.unsqueeze(1), parts[0], parts[1], layout.attentionMask(false), nullptr).squeeze(1);
}

} // namespace fathom::nn
