// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/nn/lengths.h"
#include "engine/nn/linear.h"
#include "engine/nn/norm.h"

#include <memory>
#include <string>
#include <torch/torch.h>

namespace fathom::nn {

struct ConformerConvParams {
    std::int64_t width = 256;
    std::int64_t kernel = 31; ///< odd
    std::int64_t left = 15;   ///< frames before and after one that its convolution sees; with it `kernel`
    std::int64_t right = 15;
    /// batch_norm, layer_norm, instance_norm, fused_batch_norm or group_norm<groups>
    std::string norm = "batch_norm";
    bool useBias = true;
};

/// NeMo's ConformerConvolution: pointwise, gate, depthwise over time, normalisation, swish, pointwise.
/// Children `pointwise_conv1`, `depthwise_conv`, `batch_norm` (whatever it is), `pointwise_conv2`.
class ConformerConv : public torch::nn::Module {
public:
    /// Usage errors for what NeMo refuses too; the key is relative to the encoder's section.
    [[nodiscard]] static Result<std::shared_ptr<ConformerConv>> make(const ConformerConvParams& params,
                                                                     Random& random);
    /// x [B, T, width] -> [B, T, width]; the depthwise convolution sees zeros beyond the lengths.
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& x, const Lengths& lengths) const;
    [[nodiscard]] const ConformerConvParams& params() const { return m_params; }

    struct Conv {
        torch::Tensor weight{}; ///< [out, in / groups, kernel]
        torch::Tensor bias{};   ///< undefined without
        /// A pointwise weight as [out, in].
        [[nodiscard]] torch::Tensor matrix() const { return weight.squeeze(2); }
    };
    Conv first{};
    Conv depthwise{};
    Conv last{};
    std::shared_ptr<Norm> norm{}; ///< batch or group norm; null where it is another

private:
    explicit ConformerConv(const ConformerConvParams& params)
        : torch::nn::Module("ConformerConvolution"), m_params(params) {}
    [[nodiscard]] Status addNorm();
    [[nodiscard]] torch::Tensor normalized(const torch::Tensor& x) const;

    ConformerConvParams m_params;
    std::shared_ptr<LayerNorm> m_layerNorm;
    std::shared_ptr<LayerNorm> m_affine; ///< of fused_batch_norm: a scale and an offset
};

} // namespace fathom::nn
