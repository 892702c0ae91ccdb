// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/conv_subsampling.h"

#include <bit>

namespace fathom::nn {

namespace {

/// [B, C, T, F] with what lies beyond each clip set to zero.
torch::Tensor maskedFrames(const torch::Tensor& x, const Lengths& lengths) {
    return lengths.cover(x.size(2)) ? x : x * lengths.mask(x.size(2), x).unsqueeze(3);
}

} // namespace

std::int64_t ConvSubsampling::Conv::outputLength(std::int64_t frames) const {
    if (pool) return (frames + 1) / 2;
    const std::int64_t kernel = weight.size(2);
    const std::int64_t span = frames + before + after - kernel;
    return span < 0 ? 0 : span / stride + 1;
}

ConvSubsampling::ConvSubsampling(const SubsamplingParams& params, Random& random)
    : Subsampling("ConvSubsampling"), m_sequence(std::make_shared<torch::nn::Module>("Sequential")) {
    if (params.kind == "vggnet")
        addVgg(params, random);
    else
        addStriding(params, random);
    const std::int64_t features = outputFrames(params.featIn); // the other dimension is treated alike
    m_out = register_module(
        "out", std::make_shared<Linear>(params.convChannels * features, params.featOut, true, random));
    register_module("conv", m_sequence);
}

void ConvSubsampling::addStriding(const SubsamplingParams& params, Random& random) {
    constexpr std::int64_t kKernel = 3;
    const int stages = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(params.factor))) - 1;
    const std::int64_t before = params.causal ? kKernel - 1 : (kKernel - 1) / 2;
    const Conv halving{.stride = 2, .before = before, .after = 1};
    const std::int64_t channels = params.convChannels;
    add(halving, 1, channels, kKernel, random);
    for (int stage = 1; stage < stages; ++stage) {
        if (params.kind == "dw_striding") {
            Conv depthwise = halving;
            depthwise.groups = channels;
            depthwise.relu = false;
            add(depthwise, channels, channels, kKernel, random);
            add({}, channels, channels, 1, random);
        } else {
            add(halving, channels, channels, kKernel, random);
        }
    }
}

void ConvSubsampling::addVgg(const SubsamplingParams& params, Random& random) {
    const int stages = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(params.factor))) - 1;
    const Conv same{.before = 1, .after = 1};
    for (int stage = 0; stage < stages; ++stage) {
        add(same, stage == 0 ? 1 : params.convChannels, params.convChannels, 3, random);
        Conv last = same;
        last.pool = true;
        add(last, params.convChannels, params.convChannels, 3, random);
    }
}

// Registers the layers under the numbers they have in NeMo's Sequential.
void ConvSubsampling::add(Conv conv, std::int64_t in, std::int64_t out, std::int64_t kernel, Random& random) {
    torch::Tensor weight = torch::empty({out, in / conv.groups, kernel, kernel});
    torch::Tensor bias = torch::empty({out});
    initWeight(weight, InitMode::None, random);
    initBias(bias, weight, random);
    const auto next = [&](const char* name) {
        return m_sequence->register_module(std::to_string(m_registered++),
                                           std::make_shared<torch::nn::Module>(name));
    };
    const auto layer = next("Conv2d");
    conv.weight = layer->register_parameter("weight", weight);
    conv.bias = layer->register_parameter("bias", bias);
    if (conv.relu) next("ReLU");
    if (conv.pool) next("MaxPool2d");
    m_convs.push_back(std::move(conv));
}

torch::Tensor ConvSubsampling::apply(const Conv& conv, const torch::Tensor& x) {
    torch::Tensor input = x;
    std::int64_t padding = conv.before;
    if (conv.before != conv.after) {
        input = torch::constant_pad_nd(x, {conv.before, conv.after, conv.before, conv.after});
        padding = 0;
    }
    torch::Tensor y = torch::conv2d(input, conv.weight, conv.bias, conv.stride, padding, 1, conv.groups);
    return conv.relu ? y.relu_() : y;
}

std::int64_t ConvSubsampling::outputFrames(std::int64_t frames) const {
    for (const Conv& conv : m_convs)
        frames = conv.outputLength(frames);
    return frames;
}

Subsampled ConvSubsampling::forward(const torch::Tensor& input, const Lengths& lengths) const {
    torch::Tensor x = input.unsqueeze(1); // [B, C, T, F]
    std::vector<std::int64_t> frames = lengths.values();
    Lengths valid = lengths;
    for (const Conv& conv : m_convs) {
        x = apply(conv, maskedFrames(x, valid));
        if (conv.pool) x = torch::max_pool2d(maskedFrames(x, valid), 2, 2, 0, 1, /*ceil_mode=*/true);
        for (std::int64_t& length : frames)
            length = conv.outputLength(length);
        if (frames != valid.values()) valid = Lengths(frames);
    }
    return {m_out->forward(maskedFrames(x, valid).transpose(1, 2).flatten(2)), valid};
}

} // namespace fathom::nn
