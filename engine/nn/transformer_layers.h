// SPDX-License-Identifier: Apache-2.0
// The smallest parts of a transformer, and what they compute in one pass where that is possible.
#pragma once

#include "engine/nn/linear.h"
#include "engine/nn/random.h"

#include <initializer_list>
#include <memory>
#include <torch/torch.h>

namespace fathom::nn {

/// As NeMo's transformer_weights_init leaves it: Xavier uniform, bias zero.
[[nodiscard]] std::shared_ptr<Linear> transformerLinear(std::int64_t in, std::int64_t out, Random& random);

/// [..., in] -> [..., Σ out]: several layers on one input as one matrix product.
[[nodiscard]] torch::Tensor joinedLinear(const torch::Tensor& x, std::initializer_list<const Linear*> layers);

class TransformerNorm : public LayerNorm {
public:
    using LayerNorm::LayerNorm;
    /// forward(x + dropout(branch)), in one pass where the tensors are float32 on the CPU. `random` null: no
    /// dropout.
    [[nodiscard]] torch::Tensor ofSum(const torch::Tensor& x, const torch::Tensor& branch, double dropout,
                                      Random* random) const;
};

/// Whether the kernels of engine/kernels may compute on the tensor: float32 on the CPU, no autocast.
[[nodiscard]] bool fitsKernels(const torch::Tensor& tensor);

} // namespace fathom::nn
