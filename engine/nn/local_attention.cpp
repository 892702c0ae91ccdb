// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/local_attention.h"

#include "engine/nn/activation.h"
#include "engine/nn/full_precision.h"

#include <algorithm>

namespace fathom::nn {

namespace {

/// [N, T, d] with `before` and `after` frames of zeros around it.
torch::Tensor surrounded(const torch::Tensor& x, std::int64_t before, std::int64_t after) {
    return torch::constant_pad_nd(x, {0, 0, before, after});
}

} // namespace

LocalAttention::LocalAttention(const AttentionParams& params, Random& random)
    : RelativeAttention("RelPositionMultiHeadAttentionLongformer", params, random) {
    if (!params.globalSeparate) return;
    const auto linear = [&](const char* name) {
        return register_module(name,
                               std::make_shared<Linear>(params.width, params.width, params.useBias, random));
    };
    globalQuery = linear("global_q");
    globalKey = linear("global_k");
    globalValue = linear("global_v");
}

std::int64_t LocalAttention::reach() const {
    return std::max(params().left, params().right);
}

// Blocks of w queries against the 3 w keys around them; of each query's 3 w products the 2 w + 1 of its
// window are a diagonal band. Returns [B, h, T, 2 w + 1].
torch::Tensor LocalAttention::windowScores(const torch::Tensor& q, const torch::Tensor& k) const {
    const std::int64_t w = reach();
    const std::int64_t frames = q.size(2);
    const std::int64_t blocks = (frames + w - 1) / w;
    const std::int64_t rest = blocks * w - frames;
    const torch::Tensor queries = surrounded(q.flatten(0, 1), 0, rest).view({-1, blocks, w, q.size(3)});
    const torch::Tensor keys = surrounded(k.flatten(0, 1), w, rest + w).unfold(1, 3 * w, w); // [N, C, d, 3 w]
    const torch::Tensor products = torch::matmul(queries, keys).contiguous();
    const torch::Tensor band = products.as_strided({products.size(0), blocks, w, 2 * w + 1},
                                                   {products.stride(0), products.stride(1), 3 * w + 1, 1},
                                                   products.storage_offset());
    return band.reshape({q.size(0), q.size(1), blocks * w, 2 * w + 1}).slice(2, 0, frames);
}

// The other way round: the band back into 3 w columns, times the values. Returns [B, h, T, d].
torch::Tensor LocalAttention::windowSums(const torch::Tensor& weights, const torch::Tensor& v) const {
    const std::int64_t w = reach();
    const std::int64_t frames = v.size(2);
    const std::int64_t blocks = (frames + w - 1) / w;
    const std::int64_t rest = blocks * w - frames;
    const torch::Tensor rows =
        torch::constant_pad_nd(weights.flatten(0, 1), {0, w, 0, rest}).view({-1, blocks, w * (3 * w + 1)});
    const torch::Tensor shifted = rows.slice(2, 0, 3 * w * w).reshape({-1, blocks, w, 3 * w});
    const torch::Tensor values = surrounded(v.flatten(0, 1), w, rest + w).unfold(1, 3 * w, w).transpose(2, 3);
    return torch::matmul(shifted, values)
        .view({v.size(0), v.size(1), blocks * w, v.size(3)})
        .slice(2, 0, frames);
}

// Where the window is not symmetric NeMo adds the scores of the left distances to the first columns of 2 w +
// 1 and those of the others to the last, of which the ones outside the window then go.
torch::Tensor LocalAttention::distanceScores(const torch::Tensor& q, const torch::Tensor& p) const {
    const torch::Tensor scores = torch::matmul(q + biasV.unsqueeze(1), p.transpose(2, 3));
    const std::int64_t missing = 2 * reach() - params().left - params().right;
    if (missing == 0) return scores;
    std::vector<std::int64_t> gap = scores.sizes().vec();
    gap.back() = missing;
    return torch::cat({scores.slice(3, 0, params().left), torch::zeros(gap, scores.options()),
                       scores.slice(3, params().left)},
                      3);
}

/// [B or 1, 1, T, 2 w + 1] bool: keys outside the window, the clip or the batch.
torch::Tensor LocalAttention::outOfWindow(const AttentionContext& context, const torch::Tensor& like) const {
    const std::int64_t w = reach();
    const auto options = like.options().dtype(torch::kInt64).requires_grad(false);
    const std::int64_t frames = like.size(2);
    const torch::Tensor column = torch::arange(-w, w + 1, options);
    const torch::Tensor keys = torch::arange(frames, options).unsqueeze(1) + column;
    const torch::Tensor outside = (column < -params().left) | (column > params().right);
    const torch::Tensor invalid = (keys < 0) | (keys >= frames) | outside;
    if (!context.padding.defined()) return invalid.unsqueeze(0).unsqueeze(0);
    const torch::Tensor padded =
        context.padding.index_select(1, keys.clamp(0, frames - 1).view(-1)).view({-1, frames, 2 * w + 1});
    return (padded | invalid).unsqueeze(1);
}

Attention::Heads LocalAttention::globalHeads(const torch::Tensor& x, const Heads& heads) const {
    if (!globalQuery) return {heads.q * scale(), heads.k, heads.v};
    return {split(globalQuery->forward(x)) * scale(), split(globalKey->forward(x)),
            split(globalValue->forward(x))};
}

/// What the global frames see, [B, h, G, d].
torch::Tensor LocalAttention::fromGlobals(const Heads& global, const torch::Tensor& indices,
                                          const AttentionContext& context, Random* random) const {
    const std::int64_t batch = global.q.size(0);
    const std::int64_t count = indices.size(0);
    // NeMo reshapes [G, B, h, d] to [B · h, G, d]: with several global frames a head gets the queries of
    // other heads and clips.
    const torch::Tensor queries = global.q.index_select(2, indices)
                                      .permute({2, 0, 1, 3})
                                      .reshape({batch, params().heads, count, headWidth()});
    torch::Tensor scores = torch::matmul(queries, global.k.transpose(2, 3));
    if (context.padding.defined())
        scores = scores.masked_fill(context.padding.unsqueeze(1).unsqueeze(1), lowest(scores.scalar_type()));
    return torch::matmul(dropout(torch::softmax(scores, -1), params().dropout, random), global.v);
}

torch::Tensor LocalAttention::attend(const torch::Tensor& x, const Heads& heads,
                                     const torch::Tensor& positions, const AttentionContext& context,
                                     Random* random) const {
    const torch::Tensor content = windowScores(heads.q + biasU.unsqueeze(1), heads.k);
    torch::Tensor scores = (content + distanceScores(heads.q, positions)) * scale();
    scores = scores.masked_fill(outOfWindow(context, scores), kForbiddenScore);
    const std::int64_t frames = x.size(1);
    const std::int64_t last = std::min(params().globalTokens * params().globalSpacing, frames);
    const torch::Tensor indices =
        torch::arange(0, last, params().globalSpacing, x.options().dtype(torch::kInt64).requires_grad(false));
    const std::int64_t count = indices.size(0);
    Heads global;
    if (count > 0) {
        global = globalHeads(x, heads);
        scores = torch::cat(
            {torch::matmul(global.q, global.k.index_select(2, indices).transpose(2, 3)), scores}, 3);
    }
    torch::Tensor seen = torch::softmax(scores, -1);
    if (context.padding.defined()) seen = seen.masked_fill(context.padding.unsqueeze(1).unsqueeze(3), 0);
    seen = dropout(seen, params().dropout, random);
    const torch::Tensor local = windowSums(seen.slice(3, count), heads.v);
    if (count == 0) return local;
    const torch::Tensor all =
        local + torch::matmul(seen.slice(3, 0, count), heads.v.index_select(2, indices));
    return all.index_copy(2, indices, fromGlobals(global, indices, context, random));
}

} // namespace fathom::nn
