// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/conformer_conv.h"

#include "engine/nn/depthwise_conv.h"

#include <charconv>
#include <optional>

namespace fathom::nn {

namespace {

constexpr double kNormEps = 1e-5; // PyTorch's default

Error convUsage(std::string key, std::string why, std::string remedy) {
    return {.kind = ErrorKind::Usage,
            .what = "Cannot build the encoder",
            .why = std::move(why),
            .remedy = std::move(remedy),
            .key = std::move(key),
            .className = "ValueError"};
}

ConformerConv::Conv addConv(torch::nn::Module& owner, const char* name, at::IntArrayRef shape, bool hasBias,
                            Random& random) {
    const auto module = owner.register_module(name, std::make_shared<torch::nn::Module>("Conv1d"));
    torch::Tensor weight = torch::empty(shape);
    initWeight(weight, InitMode::None, random);
    ConformerConv::Conv conv;
    conv.weight = module->register_parameter("weight", weight);
    if (!hasBias) return conv;
    torch::Tensor bias = torch::empty({shape[0]});
    initBias(bias, weight, random);
    conv.bias = module->register_parameter("bias", bias);
    return conv;
}

} // namespace

Result<std::shared_ptr<ConformerConv>> ConformerConv::make(const ConformerConvParams& params,
                                                           Random& random) {
    if (params.kernel <= 0 || params.kernel % 2 == 0)
        return fail(
            convUsage("conv_kernel_size", "conv_kernel_size must be odd", "Use 31, or 9 for factor 8"));
    if (params.left < 0 || params.right < 0 || params.left + params.right + 1 != params.kernel)
        return fail(convUsage("conv_context_size",
                              "Invalid conv_context_size: its two numbers and 1 are not the kernel of " +
                                  std::to_string(params.kernel),
                              "Use null, causal, or two numbers that add up to conv_kernel_size - 1"));
    const std::shared_ptr<ConformerConv> conv(new ConformerConv(params));
    const std::int64_t width = params.width;
    conv->first = addConv(*conv, "pointwise_conv1", {2 * width, width, 1}, params.useBias, random);
    conv->depthwise = addConv(*conv, "depthwise_conv", {width, 1, params.kernel}, params.useBias, random);
    if (const Status added = conv->addNorm(); !added) return fail(added.error());
    conv->register_module("activation", std::make_shared<torch::nn::Module>("Swish"));
    conv->last = addConv(*conv, "pointwise_conv2", {width, width, 1}, params.useBias, random);
    return conv;
}

Status ConformerConv::addNorm() {
    constexpr std::string_view kGroups = "group_norm";
    const std::string& kind = m_params.norm;
    if (kind == "batch_norm") {
        norm = register_module("batch_norm", std::make_shared<BatchNorm>(m_params.width, kNormEps));
    } else if (kind == "layer_norm") {
        m_layerNorm = register_module("batch_norm", std::make_shared<LayerNorm>(m_params.width));
    } else if (kind == "fused_batch_norm") {
        m_affine = register_module("batch_norm", std::make_shared<LayerNorm>(m_params.width));
    } else if (kind == "instance_norm") {
        register_module("batch_norm", std::make_shared<torch::nn::Module>("InstanceNorm1d"));
    } else if (kind.starts_with(kGroups)) {
        std::int64_t groups = 0;
        const char* const end = kind.data() + kind.size();
        const auto [at, error] = std::from_chars(kind.data() + kGroups.size(), end, groups);
        if (error != std::errc{} || at != end || groups <= 0 || m_params.width % groups != 0)
            return fail(convUsage("conv_norm_type",
                                  "conv_norm_type=" + kind + " does not divide " +
                                      std::to_string(m_params.width) + " channels",
                                  "Write group_norm and a divisor: group_norm4"));
        norm = register_module("batch_norm", std::make_shared<GroupNorm>(groups, m_params.width));
    } else {
        return fail(convUsage("conv_norm_type", "conv_norm_type=" + kind + " is not valid!",
                              "Use batch_norm, layer_norm, instance_norm or group_norm<groups>"));
    }
    return {};
}

torch::Tensor ConformerConv::normalized(const torch::Tensor& x) const {
    if (norm) return norm->forward(x);
    if (m_layerNorm) return m_layerNorm->forward(x.transpose(1, 2)).transpose(1, 2);
    if (m_affine) return x * m_affine->weight.unsqueeze(1) + m_affine->bias.unsqueeze(1);
    return torch::instance_norm(x, {}, {}, {}, {}, /*use_input_stats=*/true, 0, kNormEps,
                                /*cudnn_enabled=*/true);
}

torch::Tensor ConformerConv::forward(const torch::Tensor& input, const Lengths& lengths) const {
    torch::Tensor x = torch::glu(torch::linear(input, first.matrix(), first.bias), -1).transpose(1, 2);
    const std::int64_t frames = x.size(2);
    if (m_params.left == m_params.right) {
        const auto valid = lengths.cover(frames) ? std::nullopt : std::optional(lengths.tensor());
        x = depthwiseConv1d(x, depthwise.weight, {.padding = m_params.left}, valid);
        if (depthwise.bias.defined()) x = x + depthwise.bias.unsqueeze(1);
    } else {
        if (!lengths.cover(frames)) x = x * lengths.mask(frames, x);
        x = torch::conv1d(torch::constant_pad_nd(x, {m_params.left, m_params.right}), depthwise.weight,
                          depthwise.bias, 1, torch::IntArrayRef{0}, 1, m_params.width);
    }
    x = torch::silu(normalized(x));
    return torch::linear(x.transpose(1, 2), last.matrix(), last.bias);
}

} // namespace fathom::nn
