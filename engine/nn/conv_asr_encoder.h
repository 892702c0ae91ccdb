// SPDX-License-Identifier: Apache-2.0
// NeMo's ConvASREncoder: the stack of Jasper blocks of Jasper, QuartzNet and Citrinet.
#pragma once

#include "engine/nn/acoustic_encoder.h"
#include "engine/nn/jasper_block.h"

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

/// Parameters are named `encoder.<block>.…`.
class ConvAsrEncoder : public AcousticEncoder {
public:
    /// Usage errors for what NeMo refuses too.
    [[nodiscard]] static Result<std::shared_ptr<ConvAsrEncoder>> make(const ConvAsrEncoderParams& params,
                                                                      Random& random);

    /// On the CPU the usual QuartzNet is computed packed; the result is the same, what is beyond the clips
    /// included.
    [[nodiscard]] EncoderOutput encode(const Features& features, const EncodeOptions& options) override;
    [[nodiscard]] std::int64_t featOut() const override { return m_featOut; }
    [[nodiscard]] std::int64_t layerCount() const override {
        return static_cast<std::int64_t>(m_blocks.size());
    }
    [[nodiscard]] const std::vector<std::shared_ptr<JasperBlock>>& blocks() const { return m_blocks; }
    /// Product of the strides.
    [[nodiscard]] std::int64_t subsampling() const override;

private:
    ConvAsrEncoder() : AcousticEncoder("ConvASREncoder") {}
    std::vector<std::shared_ptr<JasperBlock>> m_blocks;
    std::int64_t m_featOut = 0;
    bool m_canPack = false;
};

} // namespace fathom::nn
