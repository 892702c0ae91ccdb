// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/subsampling.h"

#include "engine/nn/conv_subsampling.h"

#include <algorithm>

namespace fathom::nn {

namespace {

/// One linear layer, whose parameters have no name in between.
class LinearSubsampling : public Subsampling {
public:
    LinearSubsampling(const SubsamplingParams& params, Random& random) : Subsampling("Linear") {
        torch::Tensor values = torch::empty({params.featOut, params.featIn});
        torch::Tensor offsets = torch::empty({params.featOut});
        initWeight(values, InitMode::None, random);
        initBias(offsets, values, random);
        m_weight = register_parameter("weight", values);
        m_bias = register_parameter("bias", offsets);
    }
    Subsampled forward(const torch::Tensor& x, const Lengths& lengths) const override {
        return {torch::linear(x, m_weight, m_bias), lengths};
    }
    bool isPerClip() const override { return true; }
    std::int64_t outputFrames(std::int64_t frames) const override { return frames; }

private:
    torch::Tensor m_weight{};
    torch::Tensor m_bias{};
};

/// NeMo's StackingSubsampling: `factor` frames side by side, projected.
class StackingSubsampling : public Subsampling {
public:
    StackingSubsampling(const SubsamplingParams& params, Random& random)
        : Subsampling("StackingSubsampling"), m_factor(params.factor) {
        m_out = register_module("proj_out", std::make_shared<Linear>(params.factor * params.featIn,
                                                                     params.featOut, true, random));
        if (params.kind == "stacking_norm")
            m_norm = register_module("pre_norm", std::make_shared<LayerNorm>(params.featIn));
    }
    Subsampled forward(const torch::Tensor& x, const Lengths& lengths) const override {
        const std::int64_t padding = (m_factor - x.size(1) % m_factor) % m_factor;
        torch::Tensor frames = torch::constant_pad_nd(x, {0, 0, 0, padding});
        if (m_norm) frames = m_norm->forward(frames);
        std::vector<std::int64_t> after = lengths.values();
        for (std::int64_t& length : after)
            length = (length + padding) / m_factor; // the batch's padding, for every clip: NeMo's rule
        frames = frames.reshape({x.size(0), frames.size(1) / m_factor, x.size(2) * m_factor});
        return {m_out->forward(frames), Lengths(std::move(after))};
    }
    bool isPerClip() const override { return false; }
    std::int64_t outputFrames(std::int64_t frames) const override {
        return (frames + m_factor - 1) / m_factor;
    }

private:
    std::int64_t m_factor;
    std::shared_ptr<Linear> m_out;
    std::shared_ptr<LayerNorm> m_norm; ///< null without
};

} // namespace

Result<std::shared_ptr<Subsampling>> Subsampling::make(const SubsamplingParams& params, Random& random) {
    const auto error = [](std::string key, std::string why, std::string remedy) {
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot build the encoder",
                     .why = std::move(why),
                     .remedy = std::move(remedy),
                     .key = std::move(key),
                     .className = "ValueError"});
    };
    if (params.kind.empty() || params.factor <= 1) return std::make_shared<LinearSubsampling>(params, random);
    if (params.kind == "stacking" || params.kind == "stacking_norm")
        return std::make_shared<StackingSubsampling>(params, random);
    if (params.kind != "striding" && params.kind != "dw_striding" && params.kind != "vggnet")
        return error("subsampling", "Not valid sub-sampling: " + params.kind + "!",
                     "Use striding, dw_striding, vggnet, stacking or stacking_norm");
    if (params.factor % 2 != 0)
        return error("subsampling_factor", "Sampling factor should be a multiply of 2!", "Use 4 or 8");
    if (params.convChannels <= 0)
        return error("subsampling_conv_channels", "subsampling_conv_channels must be positive",
                     "Use -1 for d_model");
    if (params.causal && params.kind == "vggnet")
        return error("causal_downsampling", "vggnet has no causal form", "Set causal_downsampling to false");
    return std::make_shared<ConvSubsampling>(params, random);
}

} // namespace fathom::nn
