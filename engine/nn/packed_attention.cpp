// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/packed_attention.h"

#include "engine/nn/torch_threads.h"

#include <utility>

namespace fathom::nn {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// Rides through autograd as a capsule; `shape` looks at the spans of `attention`.
struct HeldAttention : torch::CustomClassHolder {
    PackedAttention attention{};
    kernels::TokenAttention shape{};
};

struct Places {
    kernels::MutableMatrixView q, k, v;
};

/// Where queries, keys and values lie. The tensors are contiguous.
Places placesOf(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v, std::int64_t width) {
    const auto at = [](const torch::Tensor& rows, std::int64_t column) {
        return kernels::MutableMatrixView{static_cast<float*>(rows.data_ptr()) + column, rows.size(1)};
    };
    if (!k.defined()) return {at(q, 0), at(q, width), at(q, 2 * width)};
    if (!v.defined()) return {at(q, 0), at(k, 0), at(k, width)};
    return {at(q, 0), at(k, 0), at(v, 0)};
}

kernels::TokenAttentionInputs inputsOf(const Places& places) {
    const auto read = [](const kernels::MutableMatrixView& view) {
        return kernels::MatrixView{view.data, view.rowStride};
    };
    return {read(places.q), read(places.k), read(places.v)};
}

class PackedAttentionFunction : public torch::autograd::Function<PackedAttentionFunction> {
public:
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& q,
                                 const std::optional<torch::Tensor>& givenK,
                                 const std::optional<torch::Tensor>& givenV,
                                 const c10::intrusive_ptr<HeldAttention>& held) {
        const torch::Tensor k = givenK.value_or(torch::Tensor());
        const torch::Tensor v = givenV.value_or(torch::Tensor());
        const std::int64_t width = held->shape.heads * held->shape.headSize;
        const auto options = q.options().requires_grad(false);
        const torch::Tensor probabilities = torch::empty({held->shape.probabilityCount()}, options);
        torch::Tensor out = torch::empty({q.size(0), width}, options);
        kernels::tokenAttentionForward(held->shape, inputsOf(placesOf(q, k, v, width)),
                                       probabilities.data_ptr<float>(), {out.data_ptr<float>(), width},
                                       onTorchThreads);
        context->save_for_backward({q, k, v, probabilities});
        context->saved_data["attention"] = torch::IValue::make_capsule(held);
        return out;
    }

    static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
        const auto saved = context->get_saved_variables();
        const auto held =
            c10::static_intrusive_pointer_cast<HeldAttention>(context->saved_data["attention"].toCapsule());
        const auto gradientOf = [](const torch::Tensor& x) {
            return x.defined() ? torch::empty_like(x) : torch::Tensor();
        };
        const std::int64_t width = held->shape.heads * held->shape.headSize;
        const torch::Tensor gradOut = gradients[0].contiguous();
        tensor_list out{gradientOf(saved[0]), gradientOf(saved[1]), gradientOf(saved[2]), {}};
        const Places places = placesOf(out[0], out[1], out[2], width);
        kernels::tokenAttentionBackward(held->shape, inputsOf(placesOf(saved[0], saved[1], saved[2], width)),
                                        saved[3].const_data_ptr<float>(),
                                        {gradOut.const_data_ptr<float>(), width},
                                        {places.q, places.k, places.v}, onTorchThreads);
        return out;
    }
};

std::optional<torch::Tensor> given(const torch::Tensor& x) {
    return x.defined() ? std::optional(x.contiguous()) : std::nullopt;
}

} // namespace

torch::Tensor attendPacked(PackedAttention attention, const torch::Tensor& queries, const torch::Tensor& keys,
                           const torch::Tensor& values, Random* random) {
    const std::int64_t parts = keys.defined() ? 1 : 3;
    const bool drops = random != nullptr && attention.dropout > 0;
    const auto held = c10::make_intrusive<HeldAttention>();
    held->attention = std::move(attention);
    held->shape = {.queries = held->attention.queries,
                   .keys = held->attention.keys,
                   .heads = held->attention.heads,
                   .headSize = queries.size(1) / parts / held->attention.heads,
                   .causal = held->attention.causal,
                   .dropout = drops ? static_cast<float>(held->attention.dropout) : 0.0F,
                   .seed = drops ? random->bits() : 0};
    return PackedAttentionFunction::apply(queries.contiguous(), given(keys), given(values), held);
}

} // namespace fathom::nn
