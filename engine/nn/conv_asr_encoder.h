// SPDX-License-Identifier: Apache-2.0
// NeMo's ConvASREncoder: the stack of Jasper blocks of Jasper, QuartzNet and Citrinet.
#pragma once

#include "engine/nn/jasper_block.h"
#include "engine/nn/packed.h"

#include <memory>
#include <string>
#include <torch/torch.h>
#include <vector>

namespace fathom::nn {

struct ConvAsrEncoderParams {
    std::int64_t featIn = 64;
    std::string activation = "relu";
    std::string normalizationMode = "batch";
    std::string residualMode = "add";
    std::int64_t normGroups = -1;
    bool convMask = true;
    int frameSplicing = 1;
    std::string initMode = "xavier_uniform"; ///< empty: PyTorch's own
    std::vector<JasperBlockParams> jasper{};
};

/// Padded or packed, whichever way it was computed.
struct Encoded {
    torch::Tensor values{}; ///< [B, C, T']; undefined when packed
    Lengths lengths{};      ///< valid frames; T' may be one larger than any
    std::optional<PackedFrames> packed{};

    /// [B, C, T'] in both cases.
    [[nodiscard]] torch::Tensor padded() const { return packed ? unpack(*packed) : values; }
};

/// Parameters are named `encoder.<block>.…`.
class ConvAsrEncoder : public torch::nn::Module {
public:
    /// Usage errors for what NeMo refuses too.
    [[nodiscard]] static Result<std::shared_ptr<ConvAsrEncoder>> make(const ConvAsrEncoderParams& params,
                                                                      Random& random);

    /// features [B, featIn · frameSplicing, T]. `random` null: evaluation, no dropout. On the CPU the usual
    /// QuartzNet is computed packed; the result is the same.
    [[nodiscard]] Encoded forward(const torch::Tensor& features, const Lengths& lengths,
                                  Random* random) const;

    [[nodiscard]] std::int64_t featOut() const { return m_featOut; }
    [[nodiscard]] const std::vector<std::shared_ptr<JasperBlock>>& blocks() const { return m_blocks; }
    /// Product of the strides: input frames for each output frame.
    [[nodiscard]] std::int64_t subsampling() const;

private:
    ConvAsrEncoder() : torch::nn::Module("ConvASREncoder") {}
    std::vector<std::shared_ptr<JasperBlock>> m_blocks;
    std::int64_t m_featOut = 0;
    bool m_canPack = false;
};

} // namespace fathom::nn
