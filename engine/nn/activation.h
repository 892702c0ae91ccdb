// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/nn/random.h"

#include <string>
#include <torch/torch.h>

namespace fathom::nn {

/// NeMo's jasper_activations.
enum class Activation { Relu, Hardtanh, Selu, Swish };

/// "relu", "hardtanh", "selu", "swish" or "silu"; Usage error otherwise.
[[nodiscard]] Result<Activation> activationFrom(const std::string& name);

/// May overwrite `x`, which must be a fresh result that no gradient formula needs.
[[nodiscard]] torch::Tensor activate(torch::Tensor x, Activation activation);

/// Zeroes elements with chance `probability` and scales the rest; draws from `random` only (null: evaluation,
/// a no-op).
[[nodiscard]] torch::Tensor dropout(const torch::Tensor& x, double probability, Random* random);

} // namespace fathom::nn
