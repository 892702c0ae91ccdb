// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/conv_asr_encoder.h"

#include <algorithm>

namespace fathom::nn {

Result<std::shared_ptr<ConvAsrEncoder>> ConvAsrEncoder::make(const ConvAsrEncoderParams& params,
                                                             Random& random) {
    const Result<InitMode> initMode = initModeFrom(params.initMode);
    if (!initMode) return fail(initMode.error());
    const Result<Activation> activation = activationFrom(params.activation);
    if (!activation) return fail(activation.error());
    if (params.jasper.empty())
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot build the encoder",
                     .why = "jasper has no blocks",
                     .remedy = "List at least one block",
                     .key = "encoder.jasper",
                     .className = "ValueError"});

    JasperContext context{.in = params.featIn * params.frameSplicing,
                          .residualMode = params.residualMode,
                          .normalizationMode = params.normalizationMode,
                          .normGroups = params.normGroups,
                          .activation = *activation,
                          .convMask = params.convMask,
                          .initMode = *initMode};
    const std::shared_ptr<ConvAsrEncoder> encoder(new ConvAsrEncoder);
    const auto sequence =
        encoder->register_module("encoder", std::make_shared<torch::nn::Module>("Sequential"));
    std::vector<std::int64_t> panes;
    for (std::size_t i = 0; i < params.jasper.size(); ++i) {
        const JasperBlockParams& entry = params.jasper[i];
        context.panes.clear();
        if (entry.residualDense) {
            panes.push_back(context.in);
            context.panes = panes;
        }
        context.residualMode =
            entry.residualMode.value_or(context.residualMode); // NeMo keeps it for the blocks that follow
        Result<std::shared_ptr<JasperBlock>> block = JasperBlock::make(entry, context, random);
        if (!block) {
            Error error = block.error();
            error.why = "block " + std::to_string(i) + ": " + error.why;
            return fail(std::move(error));
        }
        encoder->m_blocks.push_back(sequence->register_module(std::to_string(i), *block));
        context.in = entry.filters;
    }
    encoder->m_featOut = context.in;
    encoder->m_canPack =
        std::ranges::all_of(encoder->m_blocks, [](const auto& block) { return canPack(*block); });
    return encoder;
}

EncoderOutput ConvAsrEncoder::encode(const Features& features, const EncodeOptions& options) {
    EncoderOutput output;
    const auto keep = [&](std::size_t block, const Encoded& encoded) {
        if (std::ranges::find(options.layers, static_cast<std::int64_t>(block)) != options.layers.end())
            output.layers.push_back(encoded);
        output.encoded = encoded;
    };
    if (m_canPack && canPack(features.values)) {
        PackedFrames frames = pack(features.values, features.lengths);
        for (std::size_t i = 0; i < m_blocks.size(); ++i) {
            frames = forwardPacked(*m_blocks[i], frames, options.random);
            keep(i, {{}, frames.lengths, frames});
        }
        return output;
    }
    JasperState state{{features.values}, features.lengths};
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        state = m_blocks[i]->forward(std::move(state), options.random);
        keep(i, {state.outputs.back(), state.lengths, {}});
    }
    return output;
}

std::int64_t ConvAsrEncoder::subsampling() const {
    std::int64_t factor = 1;
    for (const auto& block : m_blocks) {
        const std::int64_t stride = block->params().stride[0];
        const int times = block->params().strideLast ? 1 : block->params().repeat;
        for (int i = 0; i < times; ++i)
            factor *= stride;
    }
    return factor;
}

} // namespace fathom::nn
