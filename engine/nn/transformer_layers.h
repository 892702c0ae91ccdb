// SPDX-License-Identifier: Apache-2.0
// The smallest parts of a transformer under torch's parameter names, initialised as NeMo's
// transformer_weights_init does.
#pragma once

#include "engine/nn/random.h"

#include <torch/torch.h>

namespace fathom::nn {

/// `weight` [out, in] Xavier uniform, `bias` [out] zero.
class TransformerLinear : public torch::nn::Module {
public:
    TransformerLinear(std::int64_t in, std::int64_t out, Random& random);
    /// [..., in] -> [..., out]
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& x) const {
        return torch::linear(x, weight, bias);
    }

    torch::Tensor weight{};
    torch::Tensor bias{};
};

/// [..., in] -> [..., Σ out]: several layers on one input as one matrix product.
[[nodiscard]] torch::Tensor joinedLinear(const torch::Tensor& x,
                                         std::initializer_list<const TransformerLinear*> layers);

/// Layer norm over the last dimension, eps 1e-5.
class TransformerNorm : public torch::nn::Module {
public:
    static constexpr double kEps = 1e-5;
    explicit TransformerNorm(std::int64_t size);
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& x) const;
    /// forward(x + dropout(branch)), in one pass where the tensors are float32 on the CPU. `random` null: no
    /// dropout.
    [[nodiscard]] torch::Tensor ofSum(const torch::Tensor& x, const torch::Tensor& branch, double dropout,
                                      Random* random) const;

    torch::Tensor weight{};
    torch::Tensor bias{};
};

/// Whether the kernels of engine/kernels may compute on the tensor: float32 on the CPU, no autocast.
[[nodiscard]] bool fitsKernels(const torch::Tensor& tensor);

} // namespace fathom::nn
