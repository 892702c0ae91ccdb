// SPDX-License-Identifier: Apache-2.0
// Gradient clipping on whole parameter lists, as torch.nn.utils does it.
#pragma once

#include <torch/torch.h>
#include <vector>

namespace fathom::optim {

/// The L2 norm of all gradients together, 0-dim on their device; 0 when there are none.
[[nodiscard]] torch::Tensor gradNorm(const std::vector<torch::Tensor>& parameters);

/// Scales all gradients by maxNorm / (norm + 1e-6) where that is below 1. Returns the norm before. Does not
/// synchronise a GPU.
torch::Tensor clipGradNorm(const std::vector<torch::Tensor>& parameters, double maxNorm);

/// Limits every gradient value to [-maxValue, maxValue].
void clipGradValue(const std::vector<torch::Tensor>& parameters, double maxValue);

} // namespace fathom::optim
