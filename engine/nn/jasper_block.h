// SPDX-License-Identifier: Apache-2.0
// One block of Jasper, QuartzNet and Citrinet encoders, as NeMo's JasperBlock.
#pragma once

#include "engine/base/result.h"
#include "engine/nn/activation.h"
#include "engine/nn/init.h"
#include "engine/nn/masked_conv.h"
#include "engine/nn/norm.h"
#include "engine/nn/squeeze_excite.h"

#include <memory>
#include <optional>
#include <string>
#include <torch/torch.h>
#include <vector>

namespace fathom::nn {

/// One entry of `encoder.jasper`, under NeMo's names.
struct JasperBlockParams {
    std::int64_t filters = 256;
    int repeat = 1;
    std::vector<std::int64_t> kernel{11};
    std::vector<std::int64_t> stride{1};
    std::vector<std::int64_t> dilation{1};
    double dropout = 0;
    bool residual = true;
    bool separable = false;
    std::int64_t groups = 1;
    std::int64_t heads = -1;
    std::optional<std::string> residualMode{}; ///< add, stride_add or max; none: that of the block before
    bool residualDense = false;
    bool se = false;
    int seReductionRatio = 8;
    int seContextSize = -1;
    double kernelSizeFactor = 1;
    bool strideLast = false;
    int futureContext = -1;
};

/// What a block takes from its encoder.
struct JasperContext {
    std::int64_t in = 64;
    std::vector<std::int64_t> panes{}; ///< channels of all inputs of a dense residual; empty: only `in`
    std::string residualMode = "add";
    std::string normalizationMode = "batch";
    std::int64_t normGroups = -1;
    Activation activation = Activation::Relu;
    bool convMask = true;
    InitMode initMode = InitMode::XavierUniform;
};

/// Activations between blocks: the last one is the input, the others are there for dense residuals.
struct JasperState {
    std::vector<torch::Tensor> outputs{}; ///< [B, C, T] each
    Lengths lengths{};
};

/// Convolution (depthwise and pointwise where separable), normalisation and channel shuffle.
struct ConvUnit {
    std::shared_ptr<MaskedConv1d> depthwise{}; ///< null where not separable
    std::shared_ptr<MaskedConv1d> conv{};
    std::shared_ptr<Norm> norm{};
    std::int64_t shuffleGroups = 1;
};

class JasperBlock : public torch::nn::Module {
public:
    /// Usage errors for what NeMo refuses too.
    [[nodiscard]] static Result<std::shared_ptr<JasperBlock>>
    make(const JasperBlockParams& params, const JasperContext& context, Random& random);

    [[nodiscard]] JasperState forward(JasperState state, Random* random) const;
    [[nodiscard]] const std::vector<ConvUnit>& units() const { return m_units; }
    [[nodiscard]] const std::vector<ConvUnit>& residuals() const { return m_residuals; }
    [[nodiscard]] const JasperBlockParams& params() const { return m_params; }
    [[nodiscard]] Activation activation() const { return m_context.activation; }
    [[nodiscard]] bool addsResidual() const { return m_context.residualMode != "max"; }
    [[nodiscard]] bool isDense() const { return m_dense; }
    [[nodiscard]] const std::shared_ptr<SqueezeExcite>& squeezeExcite() const { return m_squeezeExcite; }

private:
    JasperBlock(const JasperBlockParams& params, const JasperContext& context);
    [[nodiscard]] Status build(Random& random);
    [[nodiscard]] Status buildResiduals(Random& random);
    [[nodiscard]] Result<ConvUnit> unit(ConvParams conv, bool separable, torch::nn::Module& owner,
                                        std::int64_t& index, Random& random);
    [[nodiscard]] Status check() const;
    [[nodiscard]] ConvParams mainConv(std::int64_t in, bool last) const;

    JasperBlockParams m_params;
    JasperContext m_context;
    std::vector<ConvUnit> m_units;
    std::vector<ConvUnit> m_residuals; ///< one for each pane
    std::shared_ptr<SqueezeExcite> m_squeezeExcite;
    bool m_dense = false;
};

} // namespace fathom::nn
