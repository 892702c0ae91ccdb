// SPDX-License-Identifier: Apache-2.0
// What the optimizers do with lists of tensors. Internal to engine/optim.
#pragma once

#include <torch/torch.h>
#include <vector>

namespace fathom::optim {

using TensorList = std::vector<torch::Tensor>;

/// The tensors at `indices`, in that order (handles, no copies).
[[nodiscard]] inline TensorList subset(const TensorList& tensors, const std::vector<std::size_t>& indices) {
    TensorList list;
    list.reserve(indices.size());
    for (const std::size_t i : indices)
        list.push_back(tensors[i]);
    return list;
}

/// mean = decay * mean + (1 - decay) * value²
inline void averageSquares(const TensorList& means, const TensorList& values, double decay) {
    at::_foreach_mul_(means, decay);
    at::_foreach_addcmul_(means, values, values, 1 - decay);
}

/// mean = decay * mean + (1 - decay) * value
inline void average(const TensorList& means, const TensorList& values, double decay) {
    at::_foreach_mul_(means, decay);
    at::_foreach_add_(means, values, 1 - decay);
}

} // namespace fathom::optim
