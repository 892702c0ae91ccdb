// SPDX-License-Identifier: Apache-2.0
// Connectionist temporal classification (Graves et al. 2006): loss with NeMo's reductions, greedy decoding.
#pragma once

#include "engine/base/result.h"
#include "engine/nn/lengths.h"

#include <string>
#include <torch/torch.h>
#include <vector>

namespace fathom::nn {

enum class CtcReduction { MeanBatch, MeanVolume, Sum, Mean, None };

/// "mean_batch", "mean_volume", "sum", "mean" or "none"; Usage error otherwise.
[[nodiscard]] Result<CtcReduction> ctcReductionFrom(const std::string& name);

struct CtcTargets {
    torch::Tensor tokens{}; ///< [B, U] int64, right-padded
    Lengths lengths{};
};

/// Loss of logProbs [B, T, V + 1], blank being the last class; infinite losses count as zero. MeanBatch is
/// the mean over the batch of each item's own loss, MeanVolume their sum over the number of tokens, Mean
/// PyTorch's.
[[nodiscard]] torch::Tensor ctcLoss(const torch::Tensor& logProbs, const Lengths& frames,
                                    const CtcTargets& targets, CtcReduction reduction);

/// The best class of each frame, [B, T] int64: NeMo's greedy_predictions.
[[nodiscard]] torch::Tensor greedyPredictions(const torch::Tensor& logProbs);

/// Tokens of each item: repeats collapsed, blanks dropped, frames beyond the length ignored.
[[nodiscard]] std::vector<std::vector<std::int64_t>> collapseCtc(const torch::Tensor& predictions,
                                                                 const Lengths& frames, std::int64_t blank);

} // namespace fathom::nn
