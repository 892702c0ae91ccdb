// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/packed.h"

#include "engine/nn/packed_unit.h"

#include <ATen/autocast_mode.h>
#include <algorithm>
#include <numeric>

namespace fathom::nn {

namespace {

std::vector<kernels::Segment> segmentsOf(const Lengths& lengths) {
    std::vector<kernels::Segment> segments;
    std::int64_t begin = 0;
    for (const std::int64_t length : lengths.values()) {
        segments.push_back({begin, length});
        begin += length;
    }
    return segments;
}

std::int64_t framesOf(const Lengths& lengths) {
    return std::accumulate(lengths.values().begin(), lengths.values().end(), std::int64_t{0});
}

bool unitPacks(const ConvUnit& unit) {
    const ConvParams& conv = unit.conv->params();
    const bool depthwiseFits =
        !unit.depthwise || (unit.depthwise->params().heads == -1 && unit.depthwise->params().masked &&
                            unit.depthwise->params().paddingLeft == unit.depthwise->params().paddingRight);
    return depthwiseFits && conv.masked && conv.isPointwise() && !conv.bias && unit.shuffleGroups == 1 &&
           std::dynamic_pointer_cast<BatchNorm>(unit.norm) != nullptr;
}

struct UnitResult {
    PackedFrames frames{};
    torch::Tensor padding{}; ///< [C] beyond the clips, before relu
};

/// What follows the normalisation of a unit.
struct UnitActivation {
    bool relu = true;
    double dropout = 0;
    std::uint64_t seed = 0;
};

UnitResult runUnit(const ConvUnit& unit, const PackedFrames& input, const UnitResult* residual,
                   const UnitActivation& activation) {
    auto& norm = static_cast<BatchNorm&>(*unit.norm);
    const bool training = norm.is_training();
    UnitResult result;
    result.frames.lengths = unit.depthwise ? unit.depthwise->outputLengths(input.lengths) : input.lengths;
    result.frames.paddedFrames =
        unit.depthwise ? unit.depthwise->params().outputLength(input.paddedFrames) : input.paddedFrames;

    PackedUnitShape shape;
    if (unit.depthwise) {
        const ConvParams& conv = unit.depthwise->params();
        shape.kernel = conv.kernel;
        shape.stride = conv.stride;
        shape.padding = conv.paddingLeft;
        shape.dilation = conv.dilation;
    }
    shape.inputs = segmentsOf(input.lengths);
    shape.outputs = segmentsOf(result.frames.lengths);
    shape.inputFrames = framesOf(input.lengths);
    shape.outputFrames = framesOf(result.frames.lengths);
    shape.count = result.frames.paddedFrames * input.lengths.size();
    shape.eps = norm.eps();
    shape.batchStatistics = training;
    shape.relu = activation.relu;
    shape.dropout = activation.dropout;
    shape.seed = activation.seed;

    PackedUnitTensors tensors{input.values,
                              unit.depthwise ? unit.depthwise->weight : torch::Tensor(),
                              unit.conv->weight,
                              norm.weight,
                              norm.bias,
                              residual ? residual->frames.values : torch::Tensor(),
                              training ? torch::empty_like(norm.runningMean) : norm.runningMean,
                              training ? torch::empty_like(norm.runningVar) : norm.runningVar};
    result.frames.values = packedUnit(shape, tensors);
    if (training) norm.updateRunning(tensors.mean, tensors.var, shape.count);
    const torch::NoGradGuard noGrad;
    result.padding = norm.bias - tensors.mean * norm.weight * (tensors.var + norm.eps()).rsqrt();
    if (residual) result.padding = result.padding + residual->padding;
    return result;
}

} // namespace

bool canPack(const JasperBlock& block) {
    const bool plain = block.activation() == Activation::Relu && !block.squeezeExcite() && !block.isDense() &&
                       block.addsResidual() && block.params().dropout < 1;
    return plain && std::ranges::all_of(block.units(), unitPacks) &&
           std::ranges::all_of(block.residuals(), unitPacks);
}

bool canPack(const torch::Tensor& features) {
    return features.is_cpu() && features.scalar_type() == torch::kFloat32 &&
           !at::autocast::is_autocast_enabled(at::kCPU);
}

PackedFrames pack(const torch::Tensor& padded, const Lengths& lengths) {
    std::vector<torch::Tensor> clips;
    for (std::int64_t b = 0; b < padded.size(0); ++b)
        clips.push_back(padded[b].slice(1, 0, lengths.values()[static_cast<std::size_t>(b)]));
    return {torch::cat(clips, 1), {}, lengths, padded.size(2)};
}

torch::Tensor paddedColumns(const PackedFrames& frames) {
    const std::int64_t batch = frames.lengths.size();
    torch::Tensor columns = torch::full({batch, frames.paddedFrames}, frames.values.size(1), torch::kInt64);
    std::int64_t begin = 0;
    for (std::int64_t b = 0; b < batch; ++b) {
        const std::int64_t length = frames.lengths.values()[static_cast<std::size_t>(b)];
        std::iota(columns.data_ptr<std::int64_t>() + b * frames.paddedFrames,
                  columns.data_ptr<std::int64_t>() + b * frames.paddedFrames + length, begin);
        begin += length;
    }
    return columns.view(-1);
}

torch::Tensor withPadding(const PackedFrames& frames) {
    const torch::Tensor padding =
        frames.padding.defined() ? frames.padding : torch::zeros({frames.values.size(0)});
    return torch::cat({frames.values, padding.unsqueeze(1)}, 1);
}

torch::Tensor unpack(const PackedFrames& frames) {
    return withPadding(frames)
        .index_select(1, paddedColumns(frames))
        .view({-1, frames.lengths.size(), frames.paddedFrames})
        .transpose(0, 1)
        .contiguous();
}

PackedFrames forwardPacked(const JasperBlock& block, const PackedFrames& input, Random* random) {
    std::vector<UnitResult> residuals;
    for (const ConvUnit& unit : block.residuals())
        residuals.push_back(runUnit(unit, input, nullptr, {.relu = false}));
    const UnitResult* residual = residuals.empty() ? nullptr : &residuals.front();
    UnitResult result;
    PackedFrames x = input;
    for (std::size_t i = 0; i < block.units().size(); ++i) {
        const bool last = i + 1 == block.units().size();
        UnitActivation activation;
        if (random && block.params().dropout > 0) {
            activation.dropout = block.params().dropout;
            activation.seed = random->bits();
        }
        result = runUnit(block.units()[i], x, last ? residual : nullptr, activation);
        x = std::move(result.frames);
    }
    x.padding = result.padding.relu();
    return x;
}

} // namespace fathom::nn
