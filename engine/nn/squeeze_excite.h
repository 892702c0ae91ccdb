// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/nn/activation.h"
#include "engine/nn/init.h"
#include "engine/nn/lengths.h"

#include <torch/torch.h>

namespace fathom::nn {

struct SqueezeExciteParams {
    std::int64_t channels = 1;
    int reductionRatio = 8;
    int contextWindow = -1; ///< frames the mean is over in training; -1: all
    Activation activation = Activation::Relu;
};

/// Scales each channel by a gate computed from its mean over the valid frames (Hu et al. 2018), in float32.
/// Parameters: `fc.0.weight`, `fc.2.weight`.
class SqueezeExcite : public torch::nn::Module {
public:
    SqueezeExcite(const SqueezeExciteParams& params, InitMode mode, Random& random);
    /// x [B, C, T] -> [B, C, T], zero beyond the lengths. With a context window training takes a random
    /// stretch, evaluation (random null) all, as NeMo does.
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& x, const Lengths& lengths, Random* random) const;

private:
    SqueezeExciteParams m_params;
    torch::Tensor m_squeeze{}; ///< [C / ratio, C]
    torch::Tensor m_excite{};  ///< [C, C / ratio]
};

} // namespace fathom::nn
