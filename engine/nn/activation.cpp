// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/activation.h"

#include "engine/kernels/dropout.h"
#include "engine/nn/torch_threads.h"

namespace fathom::nn {

Result<Activation> activationFrom(const std::string& name) {
    if (name == "relu") return Activation::Relu;
    if (name == "hardtanh") return Activation::Hardtanh;
    if (name == "selu") return Activation::Selu;
    if (name == "swish" || name == "silu") return Activation::Swish;
    return fail({.kind = ErrorKind::Usage,
                 .what = "Cannot build the encoder",
                 .why = "the activation '" + name + "' is not known",
                 .remedy = "Use relu, hardtanh, selu, swish or silu",
                 .key = "encoder.activation",
                 .className = "KeyError"});
}

torch::Tensor activate(torch::Tensor x, Activation activation) {
    switch (activation) {
    case Activation::Relu:
        return x.relu_();
    case Activation::Hardtanh:
        return torch::hardtanh_(x);
    case Activation::Selu:
        return torch::selu_(x);
    case Activation::Swish:
        return torch::silu(x);
    }
    return x;
}

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// The CPU's: LibTorch draws a mask on one thread, which took an eighth of a Conformer's step.
class DropoutFunction : public torch::autograd::Function<DropoutFunction> {
public:
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, double probability,
                                 std::int64_t seed) {
        context->saved_data["probability"] = probability;
        context->saved_data["seed"] = seed;
        return dropped(x, probability, seed);
    }

    static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
        return {dropped(gradients[0], context->saved_data["probability"].toDouble(),
                        context->saved_data["seed"].toInt()),
                {},
                {}};
    }

private:
    static torch::Tensor dropped(const torch::Tensor& given, double probability, std::int64_t seed) {
        const torch::Tensor x = given.contiguous();
        torch::Tensor y = torch::empty_like(x);
        kernels::dropout({.count = x.numel(),
                          .probability = static_cast<float>(probability),
                          .seed = static_cast<std::uint64_t>(seed)},
                         x.const_data_ptr<float>(), y.data_ptr<float>(), onTorchThreads);
        return y;
    }
};

} // namespace

torch::Tensor dropout(const torch::Tensor& x, double probability, Random* random) {
    if (!random || probability <= 0) return x;
    if (probability >= 1) return x * 0;
    if (x.is_cpu() && x.scalar_type() == torch::kFloat32)
        return DropoutFunction::apply(x, probability, static_cast<std::int64_t>(random->bits()));
    torch::Tensor kept = torch::empty(x.sizes(), x.options().requires_grad(false));
    kept.bernoulli_(1 - probability, random->generator(x.device())).div_(1 - probability);
    return x * kept;
}

} // namespace fathom::nn
