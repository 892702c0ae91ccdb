// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/conformer_packed.h"

#include "engine/nn/activation.h"
#include "engine/nn/depthwise_norm.h"

#include <algorithm>
#include <numeric>

namespace fathom::nn {

namespace {

/// Neighbouring clips of the same length, which can be one batch.
struct ClipGroup {
    std::int64_t begin = 0; ///< first row
    std::int64_t clips = 0;
    std::int64_t frames = 0; ///< of each
    [[nodiscard]] std::int64_t rows() const { return clips * frames; }
};

std::vector<ClipGroup> groupsOf(const Lengths& lengths) {
    std::vector<ClipGroup> groups;
    std::int64_t begin = 0;
    for (const std::int64_t frames : lengths.values()) {
        if (!groups.empty() && groups.back().frames == frames)
            ++groups.back().clips;
        else
            groups.push_back({begin, 1, frames});
        begin += frames;
    }
    return groups;
}

torch::Tensor joined(const std::vector<torch::Tensor>& parts, std::int64_t dimension) {
    return parts.size() == 1 ? parts.front() : torch::cat(parts, dimension);
}

torch::Tensor attendClips(const Attention& attention, const torch::Tensor& x, const PackedRows& rows,
                          const PackedContext& context, Random* random) {
    AttentionContext inner;
    inner.positions = context.positions;
    const torch::Tensor positions = attention.projected(inner);
    const torch::Tensor q = attention.query->forward(x);
    const torch::Tensor k = attention.key->forward(x);
    const torch::Tensor v = attention.value->forward(x);
    const std::int64_t width = x.size(1);
    std::vector<torch::Tensor> parts;
    for (const ClipGroup& group : groupsOf(rows.lengths)) {
        if (group.frames == 0) continue;
        const auto clips = [&](const torch::Tensor& all) {
            return all.slice(0, group.begin, group.begin + group.rows())
                .view({group.clips, group.frames, width});
        };
        inner.forbidden = forbiddenPairs({}, windowMask(context.window, context.chunked, group.frames, x));
        const Attention::Heads heads{attention.split(clips(q)), attention.split(clips(k)),
                                     attention.split(clips(v))};
        const torch::Tensor seen = attention.attend(clips(x), heads, positions, inner, random);
        parts.push_back(seen.transpose(1, 2).reshape({group.rows(), width}));
    }
    return attention.out->forward(joined(parts, 0));
}

/// In training the outputs reach as far as a clip is seen, for the statistics.
DepthwiseNormShape convShape(const ConformerConvParams& params, const PackedRows& rows, bool training) {
    DepthwiseNormShape shape;
    shape.padding = params.left;
    shape.count = rows.paddedFrames * rows.lengths.size();
    for (const std::int64_t frames : rows.lengths.values()) {
        const std::int64_t beyond = std::min(params.left, rows.paddedFrames - frames);
        const std::int64_t outputs = frames + (training && frames > 0 ? beyond : 0);
        shape.inputs.push_back({shape.inputFrames, frames});
        shape.outputs.push_back({shape.outputFrames, outputs});
        shape.inputFrames += frames;
        shape.outputFrames += outputs;
    }
    return shape;
}

/// The frames of the clips themselves.
torch::Tensor withoutBeyond(const torch::Tensor& y, const DepthwiseNormShape& shape) {
    if (shape.outputFrames == shape.inputFrames) return y;
    std::vector<torch::Tensor> clips;
    for (std::size_t i = 0; i < shape.inputs.size(); ++i)
        clips.push_back(y.slice(1, shape.outputs[i].begin, shape.outputs[i].begin + shape.inputs[i].length));
    return torch::cat(clips, 1);
}

torch::Tensor convolveClips(const ConformerConv& conv, const torch::Tensor& x, const PackedRows& rows) {
    const auto columns = [](const ConformerConv::Conv& pointwise, const torch::Tensor& input) {
        const torch::Tensor weight = pointwise.matrix();
        return pointwise.bias.defined() ? torch::addmm(pointwise.bias.unsqueeze(1), weight, input)
                                        : torch::mm(weight, input);
    };
    auto& norm = static_cast<BatchNorm&>(*conv.norm);
    const DepthwiseNormShape shape = convShape(conv.params(), rows, norm.is_training());
    const torch::Tensor gated = torch::glu(columns(conv.first, x.t()), 0); // [width, frames]
    const torch::Tensor y = depthwiseNorm(shape, gated, conv.depthwise.weight, conv.depthwise.bias, norm);
    const torch::Tensor active = torch::silu(withoutBeyond(y, shape));
    return torch::linear(active.t(), conv.last.matrix(), conv.last.bias);
}

} // namespace

bool canPack(const ConformerLayer& layer) {
    // NeMo mixes several global frames up between the clips of a batch.
    return std::dynamic_pointer_cast<BatchNorm>(layer.parts().conv->norm) != nullptr &&
           layer.parts().attention->params().globalTokens <= 1;
}

PackedRows subsampleClips(const Subsampling& subsampling, const torch::Tensor& features,
                          const Lengths& lengths) {
    const bool equal = std::ranges::all_of(
        lengths.values(), [&](std::int64_t length) { return length == lengths.values().front(); });
    PackedRows rows;
    std::vector<std::int64_t> frames;
    std::vector<torch::Tensor> parts;
    const auto add = [&](const torch::Tensor& clips, const Lengths& before) {
        const Subsampled part = subsampling.forward(clips, before);
        frames.insert(frames.end(), part.lengths.values().begin(), part.lengths.values().end());
        parts.push_back(part.values.flatten(0, 1));
    };
    if (equal) {
        add(features.slice(1, 0, lengths.values().front()), lengths);
    } else {
        for (std::int64_t b = 0; b < features.size(0); ++b) {
            const std::int64_t length = lengths.values()[static_cast<std::size_t>(b)];
            add(features.slice(0, b, b + 1).slice(1, 0, length), Lengths({length}));
        }
    }
    rows.values = joined(parts, 0);
    rows.lengths = Lengths(std::move(frames));
    rows.paddedFrames = subsampling.outputFrames(features.size(1));
    return rows;
}

torch::Tensor forwardPacked(const ConformerLayer& layer, const PackedRows& rows, const PackedContext& context,
                            Random* random) {
    const ConformerLayer::Parts& parts = layer.parts();
    const auto dropped = [&](const torch::Tensor& y) { return dropout(y, layer.dropoutRate(), random); };
    torch::Tensor x = rows.values;
    x = torch::add(x, dropped(parts.first->forward(parts.normFirst->forward(x), random)), 0.5);
    x = x + dropped(attendClips(*parts.attention, parts.normAttention->forward(x), rows, context, random));
    x = x + dropped(convolveClips(*parts.conv, parts.normConv->forward(x), rows));
    x = torch::add(x, dropped(parts.second->forward(parts.normSecond->forward(x), random)), 0.5);
    return parts.normOut->forward(x);
}

} // namespace fathom::nn
