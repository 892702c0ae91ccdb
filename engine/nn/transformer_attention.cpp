// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/transformer_attention.h"

#include "engine/nn/activation.h"

#include <ATen/Parallel.h>
#include <algorithm>
#include <cmath>

namespace fathom::nn {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

void attentionOnTorchThreads(std::int64_t begin, std::int64_t end, std::int64_t grain,
                             const kernels::RangeBody& body) {
    at::parallel_for(begin, end, grain, body);
}

/// Rides through autograd as a capsule.
struct HeldTokenAttention : torch::CustomClassHolder {
    std::vector<kernels::TokenSpan> queries{};
    std::vector<kernels::TokenSpan> keys{};
    kernels::TokenAttention shape{};
};

/// Queries, keys and values in the columns of one tensor (self-attention) or of two.
kernels::TokenAttentionInputs tokenInputsOf(const torch::Tensor& q, const torch::Tensor& kv) {
    const float* queries = q.const_data_ptr<float>();
    const std::int64_t stride = q.size(1);
    if (!kv.defined()) {
        const std::int64_t width = stride / 3;
        return {{queries, stride}, {queries + width, stride}, {queries + 2 * width, stride}};
    }
    const float* keys = kv.const_data_ptr<float>();
    return {{queries, stride}, {keys, 2 * stride}, {keys + stride, 2 * stride}};
}

class TokenAttentionFunction : public torch::autograd::Function<TokenAttentionFunction> {
public:
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& q,
                                 const std::optional<torch::Tensor>& givenKv,
                                 const c10::intrusive_ptr<HeldTokenAttention>& held) {
        const torch::Tensor kv = givenKv.value_or(torch::Tensor());
        const std::int64_t width = held->shape.heads * held->shape.headSize;
        const torch::Tensor probabilities =
            torch::empty({held->shape.probabilityCount()}, q.options().requires_grad(false));
        torch::Tensor out = torch::empty({q.size(0), width}, q.options().requires_grad(false));
        kernels::tokenAttentionForward(held->shape, tokenInputsOf(q, kv), probabilities.data_ptr<float>(),
                                       {out.data_ptr<float>(), width}, attentionOnTorchThreads);
        context->save_for_backward({q, kv, probabilities});
        context->saved_data["shape"] = torch::IValue::make_capsule(held);
        return out;
    }

    static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
        const auto saved = context->get_saved_variables();
        const auto held =
            c10::static_intrusive_pointer_cast<HeldTokenAttention>(context->saved_data["shape"].toCapsule());
        const torch::Tensor gradOut = gradients[0].contiguous();
        const torch::Tensor gradQ = torch::empty_like(saved[0]);
        const torch::Tensor gradKv = saved[1].defined() ? torch::empty_like(saved[1]) : torch::Tensor();
        const kernels::TokenAttentionInputs places = tokenInputsOf(gradQ, gradKv);
        const auto writable = [](const kernels::MatrixView& view) {
            return kernels::MutableMatrixView{const_cast<float*>(view.data),
                                              view.rowStride}; // ours, just made
        };
        kernels::tokenAttentionBackward(
            held->shape, tokenInputsOf(saved[0], saved[1]), saved[2].const_data_ptr<float>(),
            {gradOut.const_data_ptr<float>(), gradOut.size(1)},
            {writable(places.q), writable(places.k), writable(places.v)}, attentionOnTorchThreads);
        return {gradQ, gradKv, {}};
    }
};

torch::Tensor attendTokens(const torch::Tensor& q, const std::optional<torch::Tensor>& kv,
                           const TokenLayout& queries, const TokenLayout& keys,
                           const kernels::TokenAttention& shape) {
    auto held = c10::make_intrusive<HeldTokenAttention>();
    held->queries = queries.spans();
    held->keys = keys.spans();
    held->shape = shape;
    held->shape.queries = held->queries;
    held->shape.keys = held->keys;
    return TokenAttentionFunction::apply(q.contiguous(), kv, held);
}

} // namespace

MultiHeadAttention::MultiHeadAttention(const TransformerParams& params, Random& random)
    : m_heads(params.heads),
      m_headSize(params.hiddenSize / params.heads),
      m_scoreDropout(params.attentionScoreDropout) {
    const auto linear = [&](const char* name) {
        return register_module(
            name, std::make_shared<TransformerLinear>(params.hiddenSize, params.hiddenSize, random));
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

kernels::TokenAttention MultiHeadAttention::packedShape(const TokenLayout& queries, const TokenLayout& keys,
                                                        bool causal, Random* random) const {
    const bool drops = random != nullptr && m_scoreDropout > 0;
    return {.queries = queries.spans(),
            .keys = keys.spans(),
            .heads = m_heads,
            .headSize = m_headSize,
            .causal = causal,
            .dropout = drops ? static_cast<float>(m_scoreDropout) : 0.0F,
            .seed = drops ? random->bits() : 0};
}

torch::Tensor MultiHeadAttention::self(const torch::Tensor& x, const TokenLayout& layout, bool causal,
                                       Random* random) const {
    const torch::Tensor joined = projections(x);
    if (layout.isPacked())
        return m_out->forward(
            attendTokens(joined, std::nullopt, layout, layout, packedShape(layout, layout, causal, random)));
    const auto parts = joined.chunk(3, -1);
    return padded(parts[0], parts[1], parts[2], layout.attentionMask(causal), random);
}

torch::Tensor MultiHeadAttention::cross(const torch::Tensor& x, const TokenLayout& layout,
                                        const torch::Tensor& memory, const TokenLayout& memoryLayout,
                                        Random* random) const {
    const torch::Tensor q = m_query->forward(x);
    const torch::Tensor joined = keysValues(memory);
    if (layout.isPacked())
        return m_out->forward(attendTokens(q, joined.contiguous(), layout, memoryLayout,
                                           packedShape(layout, memoryLayout, false, random)));
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
                               {out.data_ptr<float>(), width}, attentionOnTorchThreads);
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
