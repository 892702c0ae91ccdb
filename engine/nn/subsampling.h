// SPDX-License-Identifier: Apache-2.0
// What a Conformer does before its layers: fewer frames, of the model's width. NeMo's ConvSubsampling,
// StackingSubsampling and plain Linear.
#pragma once

#include "engine/base/result.h"
#include "engine/nn/lengths.h"
#include "engine/nn/linear.h"
#include "engine/nn/random.h"

#include <memory>
#include <string>
#include <torch/torch.h>

namespace fathom::nn {

struct SubsamplingParams {
    std::string kind = "striding"; ///< striding, dw_striding, vggnet, stacking or stacking_norm; empty: none
    std::int64_t factor = 4;       ///< input frames for one of the output; 1: a linear layer only
    std::int64_t featIn = 80;
    std::int64_t featOut = 256;
    std::int64_t convChannels = 256;
    bool causal = false; ///< no frame sees later ones
};

struct Subsampled {
    torch::Tensor values{}; ///< [B, T', featOut]
    Lengths lengths{};
};

class Subsampling : public torch::nn::Module {
public:
    /// Usage errors for what NeMo refuses too; the key is relative to the encoder's section.
    [[nodiscard]] static Result<std::shared_ptr<Subsampling>> make(const SubsamplingParams& params,
                                                                   Random& random);
    /// x [B, T, featIn], the frames of each clip -> [B, T', featOut].
    [[nodiscard]] virtual Subsampled forward(const torch::Tensor& x, const Lengths& lengths) const = 0;
    /// Whether a clip's frames are the same in a batch of any padding, so that clips may be computed one by
    /// one.
    [[nodiscard]] virtual bool isPerClip() const = 0;
    /// T' of x [B, T, featIn].
    [[nodiscard]] virtual std::int64_t outputFrames(std::int64_t frames) const = 0;

protected:
    explicit Subsampling(const std::string& name) : torch::nn::Module(name) {}
};

} // namespace fathom::nn
