// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/conformer_encoder.h"

#include "engine/nn/activation.h"
#include "engine/nn/conformer_packed.h"
#include "engine/nn/conformer_params_check.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace fathom::nn {

namespace {

/// NeMo's compute_stochastic_depth_drop_probs: rising linearly over the layers, or the same for all.
std::vector<double> dropChances(const ConformerParams& params) {
    std::vector<double> chances(static_cast<std::size_t>(params.stochasticDepthStart), 0.0);
    const std::int64_t count = params.layers - params.stochasticDepthStart;
    for (std::int64_t i = 1; i <= count; ++i) {
        const double share = params.stochasticDepthMode == "linear"
                                 ? static_cast<double>(i) / static_cast<double>(count)
                                 : 1.0;
        chances.push_back(share * params.stochasticDepth);
    }
    return chances;
}

std::int64_t halvings(std::int64_t factor) {
    return static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(factor))) - 1;
}

} // namespace

Result<std::shared_ptr<ConformerEncoder>> ConformerEncoder::make(const ConformerParams& params,
                                                                 Random& random) {
    if (const Status checked = checkConformer(params); !checked) return fail(checked.error());
    const std::shared_ptr<ConformerEncoder> encoder(new ConformerEncoder(params));
    if (const Status built = encoder->build(random); !built) return fail(built.error());
    return encoder;
}

ConformerEncoder::ConformerEncoder(const ConformerParams& params)
    : AcousticEncoder("ConformerEncoder"), m_params(params), m_dropChances(dropChances(params)) {
    if (m_params.subsamplingChannels == -1) m_params.subsamplingChannels = params.width;
    if (m_params.windows.empty()) m_params.windows = {{}};
    m_params.conv.width = params.width;
    m_params.conv.useBias = params.useBias;
    if (!params.reduction.empty() && params.reductionFactor > 1) m_reductionAt = params.reductionPosition;
}

// NeMo's order of registration is the order of its state_dict.
Status ConformerEncoder::build(Random& random) {
    const ConformerParams& p = m_params;
    Result<std::shared_ptr<Subsampling>> preEncode = Subsampling::make({.kind = p.subsampling,
                                                                        .factor = p.subsamplingFactor,
                                                                        .featIn = p.featIn,
                                                                        .featOut = p.width,
                                                                        .convChannels = p.subsamplingChannels,
                                                                        .causal = p.causalDownsampling},
                                                                       random);
    if (!preEncode) return fail(preEncode.error());
    m_preEncode = register_module("pre_encode", *preEncode);
    if (const Status built = buildReduction(random); !built) return fail(built.error());
    const auto positions =
        register_module("pos_enc", std::make_shared<torch::nn::Module>("PositionalEncoding"));
    positions->register_module("dropout", std::make_shared<torch::nn::Module>("Dropout"));
    if (p.dropoutEmb > 0 && p.attention != AttentionKind::Absolute)
        positions->register_module("dropout_emb", std::make_shared<torch::nn::Module>("Dropout"));
    const auto list = register_module("layers", std::make_shared<torch::nn::Module>("ModuleList"));
    const ConformerLayerParams layer = layerParams();
    for (std::int64_t i = 0; i < p.layers; ++i) {
        Result<std::shared_ptr<ConformerLayer>> made = ConformerLayer::make(layer, random);
        if (!made) return fail(made.error());
        m_layers.push_back(list->register_module(std::to_string(i), *made));
    }
    if (p.featOut > 0 && p.featOut != p.width)
        m_outProjection =
            register_module("out_proj", std::make_shared<Linear>(p.width, p.featOut, true, random));
    m_canPack = m_preEncode->isPerClip() && !m_reductionAt &&
                std::ranges::all_of(m_layers, [](const auto& each) { return canPack(*each); });
    return {};
}

ConformerLayerParams ConformerEncoder::layerParams() const {
    const ConformerParams& p = m_params;
    ConformerLayerParams layer;
    layer.width = p.width;
    layer.innerWidth = p.width * p.ffExpansion;
    layer.dropout = p.dropout;
    layer.useBias = p.useBias;
    layer.conv = p.conv;
    layer.attention.kind = p.attention;
    layer.attention.width = p.width;
    layer.attention.heads = p.heads;
    layer.attention.useBias = p.useBias;
    layer.attention.dropout = p.dropoutAtt;
    layer.attention.left = p.windows.front().left;
    layer.attention.right = p.windows.front().right;
    layer.attention.globalTokens = p.globalTokens;
    layer.attention.globalSpacing = p.globalSpacing;
    layer.attention.globalSeparate = p.globalSeparate;
    if (!p.untieBiases && p.attention == AttentionKind::Relative) {
        layer.attention.biasU = torch::zeros({p.heads, p.width / p.heads}).requires_grad_();
        layer.attention.biasV = torch::zeros({p.heads, p.width / p.heads}).requires_grad_();
    }
    return layer;
}

Status ConformerEncoder::buildReduction(Random& random) {
    const ConformerParams& p = m_params;
    if (!m_reductionAt) return {};
    const auto module = register_module("reduction_subsampling",
                                        std::make_shared<torch::nn::Module>("SubsamplingReductionModule"));
    if (p.reduction == "pooling") {
        module->register_module("reduction_enc", std::make_shared<torch::nn::Module>("MaxPool1d"));
        return {};
    }
    Result<std::shared_ptr<Subsampling>> made = Subsampling::make({.kind = "striding",
                                                                   .factor = p.reductionFactor,
                                                                   .featIn = p.width,
                                                                   .featOut = p.width,
                                                                   .convChannels = p.width},
                                                                  random);
    if (!made) return fail(made.error());
    m_reduction = module->register_module("reduction_enc", *made);
    return {};
}

std::int64_t ConformerEncoder::featOut() const {
    return m_outProjection ? m_params.featOut : m_params.width;
}

std::int64_t ConformerEncoder::subsampling() const {
    const std::int64_t first =
        m_params.subsampling.empty() ? 1 : std::max<std::int64_t>(1, m_params.subsamplingFactor);
    return m_reductionAt ? first * m_params.reductionFactor : first;
}

torch::Tensor ConformerEncoder::relativePositions(std::int64_t frames, const torch::Tensor& like,
                                                  Random* random) const {
    torch::Tensor positions;
    if (m_params.attention == AttentionKind::Relative) {
        positions = sinusoids(frames - 1, -1, 2 * frames - 1, m_params.width);
    } else if (m_params.attention == AttentionKind::Local) {
        const AttentionWindow& window = m_params.windows.front();
        positions = sinusoids(window.left, -1, window.left + window.right + 1, m_params.width);
    } else {
        return {};
    }
    return dropout(positions.unsqueeze(0).to(like.device(), like.scalar_type()), m_params.dropoutEmb, random);
}

torch::Tensor ConformerEncoder::absolutePositions(std::int64_t frames, const torch::Tensor& like) const {
    if (m_params.attention != AttentionKind::Absolute) return {};
    return sinusoids(0, 1, frames, m_params.width).to(like.device(), like.scalar_type());
}

torch::Tensor ConformerEncoder::positioned(const torch::Tensor& input, const torch::Tensor& absolute,
                                           Random* random) const {
    torch::Tensor x = m_params.xscaling ? input * std::sqrt(static_cast<double>(m_params.width)) : input;
    if (absolute.defined()) x = x + absolute;
    const bool local = m_params.attention == AttentionKind::Local; // NeMo gives it the layers' rate
    return dropout(x, local ? m_params.dropout : m_params.dropoutPreEncoder, random);
}

AttentionContext ConformerEncoder::contextFor(const torch::Tensor& x, const Lengths& lengths,
                                              const AttentionWindow& window, Random* random) const {
    AttentionContext context;
    context.positions = relativePositions(x.size(1), x, random);
    context.padding = paddingMask(lengths, x.size(1), x);
    if (m_params.attention != AttentionKind::Local)
        context.forbidden =
            forbiddenPairs(context.padding, windowMask(window, m_params.chunked, x.size(1), x));
    return context;
}

AttentionWindow ConformerEncoder::drawWindow(Random* random) const {
    const std::vector<AttentionWindow>& windows = m_params.windows;
    if (!random || windows.size() == 1) return windows.front();
    if (m_params.windowChances.empty())
        return windows[static_cast<std::size_t>(
            random->integer(0, static_cast<std::int64_t>(windows.size()) - 1))];
    double draw = random->uniform();
    for (std::size_t i = 0; i + 1 < windows.size(); ++i) {
        if (draw < m_params.windowChances[i]) return windows[i];
        draw -= m_params.windowChances[i];
    }
    return windows.back();
}

Subsampled ConformerEncoder::reduced(const torch::Tensor& x, const Lengths& lengths) const {
    if (m_reduction) return m_reduction->forward(x, lengths);
    const std::int64_t factor = m_params.reductionFactor;
    std::vector<std::int64_t> after = lengths.values();
    for (std::int64_t& length : after)
        for (std::int64_t i = 0; i < halvings(factor); ++i) // NeMo's rule, also where the factor is over 2
            length = (length - factor + factor) / factor;
    const torch::Tensor pooled = torch::max_pool1d(x.transpose(1, 2), factor).transpose(1, 2);
    return {pooled, Lengths(std::move(after))};
}

EncoderOutput ConformerEncoder::encode(const Features& features, const EncodeOptions& options) {
    const bool packs =
        m_canPack && !options.padding && canPack(features.values) &&
        std::ranges::all_of(features.lengths.values(), [](std::int64_t length) { return length > 0; });
    return packs ? encodePacked(features, options) : encodePadded(features, options);
}

EncoderOutput ConformerEncoder::encodePacked(const Features& features, const EncodeOptions& options) {
    Random* const random = options.random;
    PackedContext context;
    context.window = drawWindow(random);
    context.chunked = m_params.chunked;
    PackedRows x = subsampleClips(*m_preEncode, features.values.transpose(1, 2), features.lengths);
    const std::int64_t longest = std::ranges::max(x.lengths.values());
    torch::Tensor absolute = absolutePositions(longest, x.values);
    if (absolute.defined()) {
        std::vector<torch::Tensor> clips;
        for (const std::int64_t frames : x.lengths.values())
            clips.push_back(absolute.slice(0, 0, frames));
        absolute = torch::cat(clips, 0);
    }
    x.values = positioned(x.values, absolute, random);
    context.positions = relativePositions(longest, x.values, random);
    const auto finished = [&]() -> Encoded {
        PackedRows out = x;
        if (m_outProjection) out.values = m_outProjection->forward(x.values);
        return {{}, x.lengths, out.frames()};
    };
    EncoderOutput output;
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        x.values = thinned(i, x.values, forwardPacked(*m_layers[i], x, context, random), random);
        if (std::ranges::find(options.layers, static_cast<std::int64_t>(i)) != options.layers.end())
            output.layers.push_back(finished());
    }
    output.encoded = finished();
    return output;
}

torch::Tensor ConformerEncoder::thinned(std::size_t layer, const torch::Tensor& before,
                                        const torch::Tensor& after, Random* random) const {
    const double chance = m_dropChances[layer];
    if (!random || chance <= 0) return after;
    return random->uniform() < chance ? after * 0.0 + before : (after - before) / (1 - chance) + before;
}

EncoderOutput ConformerEncoder::encodePadded(const Features& features, const EncodeOptions& options) {
    Random* const random = options.random;
    const AttentionWindow window = drawWindow(random);
    Subsampled x = m_preEncode->forward(features.values.transpose(1, 2), features.lengths);
    x.values = positioned(x.values, absolutePositions(x.values.size(1), x.values), random);
    AttentionContext context = contextFor(x.values, x.lengths, window, random);
    const auto finished = [&](const torch::Tensor& values) {
        return (m_outProjection ? m_outProjection->forward(values) : values).transpose(1, 2);
    };
    EncoderOutput output;
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        const torch::Tensor before = x.values;
        x.values = thinned(i, before, m_layers[i]->forward(before, context, x.lengths, random), random);
        const auto position = static_cast<std::int64_t>(i);
        if (m_reductionAt == position) {
            x = reduced(x.values, x.lengths);
            context = contextFor(x.values, x.lengths, window, random);
        }
        if (std::ranges::find(options.layers, position) != options.layers.end())
            output.layers.push_back({finished(x.values), x.lengths, {}});
    }
    if (m_outProjection) x.values = m_outProjection->forward(x.values);
    if (m_reductionAt == -1) x = reduced(x.values, x.lengths);
    output.encoded = {x.values.transpose(1, 2), x.lengths, {}};
    return output;
}

} // namespace fathom::nn
