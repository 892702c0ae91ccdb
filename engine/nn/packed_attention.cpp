// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/packed_attention.h"

#include "engine/kernels/attention.h"

#include <ATen/Parallel.h>
#include <algorithm>

namespace fathom::nn {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr std::int64_t kLongest = 192; // tokens; beyond, blocked matrix products on padded rows are faster

void overThreads(std::int64_t begin, std::int64_t end, std::int64_t grain, const kernels::RangeBody& body) {
    at::parallel_for(begin, end, grain, body);
}

/// Rides through autograd as a capsule.
struct HeldAttention : torch::CustomClassHolder {
    kernels::PackedAttention attention{};
    bool keepsWeights = false;
};

class PackedAttentionFunction : public torch::autograd::Function<PackedAttentionFunction> {
public:
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& query,
                                 const torch::Tensor& key, const torch::Tensor& value,
                                 const c10::intrusive_ptr<HeldAttention>& held) {
        torch::Tensor out = torch::empty_like(query);
        torch::Tensor weights;
        if (held->keepsWeights) weights = torch::empty({held->attention.weights()}, query.options());
        kernels::attentionForward(held->attention, query.const_data_ptr<float>(), key.const_data_ptr<float>(),
                                  value.const_data_ptr<float>(),
                                  weights.defined() ? weights.data_ptr<float>() : nullptr,
                                  out.data_ptr<float>(), overThreads);
        context->save_for_backward({query, key, value, weights});
        context->saved_data["attention"] = torch::IValue::make_capsule(held);
        return out;
    }

    static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
        const auto saved = context->get_saved_variables();
        const auto held =
            c10::static_intrusive_pointer_cast<HeldAttention>(context->saved_data["attention"].toCapsule());
        const torch::Tensor gradOut = gradients[0].contiguous();
        tensor_list out{
            torch::empty_like(saved[0]), torch::empty_like(saved[1]), torch::empty_like(saved[2]), {}};
        kernels::attentionBackward(
            held->attention,
            {saved[0].const_data_ptr<float>(), saved[1].const_data_ptr<float>(),
             saved[2].const_data_ptr<float>(), saved[3].const_data_ptr<float>(),
             gradOut.const_data_ptr<float>()},
            {out[0].data_ptr<float>(), out[1].data_ptr<float>(), out[2].data_ptr<float>()}, overThreads);
        return out;
    }
};

} // namespace

bool canAttendPacked(const TokenRows& rows, const torch::Tensor& x) {
    return !rows.lengths().empty() && rows.width() <= kLongest && x.is_cpu() &&
           x.scalar_type() == torch::kFloat32;
}

torch::Tensor attendPacked(const PackedAttentionParams& params, const TokenRows& rows,
                           const torch::Tensor& query, const torch::Tensor& key, const torch::Tensor& value,
                           Random* random) {
    const auto held = c10::make_intrusive<HeldAttention>();
    kernels::PackedAttention& attention = held->attention;
    attention.heads = params.heads;
    attention.headSize = key.size(1) / params.heads;
    if (random && params.dropout > 0) {
        attention.dropout = static_cast<float>(params.dropout);
        attention.seed = random->bits();
    }
    std::int64_t row = 0;
    std::int64_t weight = 0;
    for (std::size_t b = 0; b < rows.lengths().size(); ++b) {
        const std::int64_t length = rows.lengths()[b];
        const std::int64_t queries = params.firstOnly ? 1 : length;
        attention.sequences.push_back(
            {params.firstOnly ? static_cast<std::int64_t>(b) : row, queries, row, length, weight});
        row += length;
        weight += params.heads * queries * length;
    }
    held->keepsWeights = torch::GradMode::is_enabled();
    return PackedAttentionFunction::apply(query.contiguous(), key.contiguous(), value.contiguous(), held);
}

} // namespace fathom::nn
