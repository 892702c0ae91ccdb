// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/attention.h"

#include "engine/nn/activation.h"
#include "engine/nn/full_precision.h"
#include "engine/nn/local_attention.h"

#include <ATen/autocast_mode.h>
#include <cmath>
#include <optional>

namespace fathom::nn {

namespace {

bool autocastsToHalf(const torch::Tensor& x) {
    const at::DeviceType device = x.device().type();
    return at::autocast::is_autocast_enabled(device) &&
           at::autocast::get_autocast_dtype(device) == torch::kFloat16;
}

torch::Tensor probabilities(torch::Tensor scores, const torch::Tensor& forbidden) {
    if (!forbidden.defined()) return torch::softmax(scores, -1);
    const torch::Tensor mask = forbidden.unsqueeze(1);
    return torch::softmax(scores.masked_fill(mask, kForbiddenScore), -1).masked_fill(mask, 0);
}

/// For query i of [B, h, T, 2T - 1] the T scores whose distances are those of keys 0 to T - 1: a view.
torch::Tensor relativeShift(const torch::Tensor& scores) {
    const torch::Tensor x = scores.contiguous();
    const std::int64_t frames = x.size(2);
    const std::int64_t row = x.size(3);
    return x.as_strided({x.size(0), x.size(1), frames, frames}, {x.stride(0), x.stride(1), row - 1, 1},
                        x.storage_offset() + frames - 1);
}

class AbsoluteAttention : public Attention {
public:
    AbsoluteAttention(const AttentionParams& params, Random& random)
        : Attention("MultiHeadAttention", params, random) {}

    torch::Tensor attend(const torch::Tensor& /*x*/, const Heads& heads, const torch::Tensor& /*positions*/,
                         const AttentionContext& context, Random* random) const override {
        const torch::Tensor scores = torch::matmul(heads.q, heads.k.transpose(2, 3)) * scale();
        const torch::Tensor seen = probabilities(scores, context.forbidden);
        return torch::matmul(dropout(seen, params().dropout, random), heads.v);
    }
};

} // namespace

std::shared_ptr<Attention> Attention::make(const AttentionParams& params, Random& random) {
    switch (params.kind) {
    case AttentionKind::Absolute:
        return std::make_shared<AbsoluteAttention>(params, random);
    case AttentionKind::Relative:
        return std::make_shared<RelativeAttention>(params, random);
    case AttentionKind::Local:
        return std::make_shared<LocalAttention>(params, random);
    }
    return nullptr;
}

Attention::Attention(const char* name, const AttentionParams& params, Random& random)
    : torch::nn::Module(name), m_params(params) {
    const auto linear = [&](const char* child) {
        return register_module(child,
                               std::make_shared<Linear>(params.width, params.width, params.useBias, random));
    };
    query = linear("linear_q");
    key = linear("linear_k");
    value = linear("linear_v");
    out = linear("linear_out");
    register_module("dropout", std::make_shared<torch::nn::Module>("Dropout"));
}

double Attention::scale() const {
    return 1 / std::sqrt(static_cast<double>(headWidth()));
}

torch::Tensor Attention::split(const torch::Tensor& x) const {
    return x.view({x.size(0), -1, m_params.heads, headWidth()}).transpose(1, 2);
}

torch::Tensor Attention::forward(const torch::Tensor& input, const AttentionContext& context,
                                 Random* random) const {
    std::optional<FullPrecision> guard;
    torch::Tensor x = input;
    if (autocastsToHalf(input)) {
        guard.emplace();
        x = widened(input);
    }
    const Heads heads{split(query->forward(x)), split(key->forward(x)), split(value->forward(x))};
    const torch::Tensor seen = attend(x, heads, projected(context), context, random);
    return out->forward(seen.transpose(1, 2).reshape({x.size(0), -1, m_params.width}));
}

RelativeAttention::RelativeAttention(const char* name, const AttentionParams& params, Random& random)
    : Attention(name, params, random) {
    position =
        register_module("linear_pos", std::make_shared<Linear>(params.width, params.width, false, random));
    const auto bias = [&](const torch::Tensor& shared) {
        return shared.defined() ? shared : torch::zeros({params.heads, headWidth()});
    };
    biasU = register_parameter("pos_bias_u", bias(params.biasU));
    biasV = register_parameter("pos_bias_v", bias(params.biasV));
}

torch::Tensor RelativeAttention::projected(const AttentionContext& context) const {
    return split(position->forward(context.positions));
}

torch::Tensor RelativeAttention::attend(const torch::Tensor& /*x*/, const Heads& heads,
                                        const torch::Tensor& positions, const AttentionContext& context,
                                        Random* random) const {
    const std::int64_t frames = heads.q.size(2);
    const torch::Tensor p =
        positions.slice(2, positions.size(2) / 2 - frames + 1, positions.size(2) / 2 + frames);
    const torch::Tensor content = torch::matmul(heads.q + biasU.unsqueeze(1), heads.k.transpose(2, 3));
    const torch::Tensor distance =
        relativeShift(torch::matmul(heads.q + biasV.unsqueeze(1), p.transpose(2, 3)));
    const torch::Tensor seen = probabilities((content + distance) * scale(), context.forbidden);
    return torch::matmul(dropout(seen, params().dropout, random), heads.v);
}

} // namespace fathom::nn
