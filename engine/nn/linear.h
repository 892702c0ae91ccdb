// SPDX-License-Identifier: Apache-2.0
// torch.nn.Linear and torch.nn.LayerNorm under their names.
#pragma once

#include "engine/nn/init.h"

#include <torch/torch.h>

namespace fathom::nn {

/// Parameters `weight` [out, in] and, where there is one, `bias` [out], with PyTorch's first values.
class Linear : public torch::nn::Module {
public:
    Linear(std::int64_t in, std::int64_t out, bool hasBias, Random& random);
    /// With weights drawn as `mode` says and a bias of zeros.
    Linear(std::int64_t in, std::int64_t out, InitMode mode, Random& random);
    /// x [..., in] -> [..., out].
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& x) const {
        return torch::linear(x, weight, bias);
    }

    torch::Tensor weight{};
    torch::Tensor bias{}; ///< undefined without
};

/// Over the last dimension. Parameters `weight` and `bias` [width].
class LayerNorm : public torch::nn::Module {
public:
    explicit LayerNorm(std::int64_t width, double eps = 1e-5);
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& x) const;
    [[nodiscard]] double eps() const { return m_eps; }

    torch::Tensor weight{};
    torch::Tensor bias{};

private:
    double m_eps;
};

} // namespace fathom::nn
