// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/activation.h"

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

torch::Tensor dropout(const torch::Tensor& x, double probability, Random* random) {
    if (!random || probability <= 0) return x;
    if (probability >= 1) return x * 0;
    torch::Tensor kept = torch::empty(x.sizes(), x.options().requires_grad(false));
    kept.bernoulli_(1 - probability, random->generator(x.device())).div_(1 - probability);
    return x * kept;
}

} // namespace fathom::nn
