// SPDX-License-Identifier: Apache-2.0
// The functions that `hidden_act` of a Hugging Face config may name (transformers.activations.ACT2FN).
#pragma once

#include "engine/base/result.h"

#include <string>
#include <torch/torch.h>

namespace fathom::nn {

enum class HiddenAct {
    Gelu, ///< with erf
    Gelu10,
    GeluTanh, ///< gelu_new, gelu_fast, gelu_accurate and gelu_pytorch_tanh, which differ by rounding
    Laplace,
    LeakyRelu,
    Linear,
    Mish,
    QuickGelu,
    Relu,
    Relu2,
    Relu6,
    Sigmoid,
    Silu,
    Tanh,
};

/// Usage error, with the names that are known, for another text.
[[nodiscard]] Result<HiddenAct> hiddenActFrom(const std::string& name);

[[nodiscard]] torch::Tensor apply(HiddenAct act, const torch::Tensor& x);

} // namespace fathom::nn
