// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>
#include <vector>

namespace fathom::optim {

/// The tensors at `indices`, in that order (handles, no copies).
[[nodiscard]] inline std::vector<torch::Tensor> subset(const std::vector<torch::Tensor>& tensors,
                                                       const std::vector<std::size_t>& indices) {
    std::vector<torch::Tensor> list;
    list.reserve(indices.size());
    for (const std::size_t i : indices)
        list.push_back(tensors[i]);
    return list;
}

} // namespace fathom::optim
