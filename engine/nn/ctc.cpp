// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/ctc.h"

#include "engine/nn/full_precision.h"

#include <algorithm>
#include <numeric>

namespace fathom::nn {

Result<CtcReduction> ctcReductionFrom(const std::string& name) {
    if (name == "mean_batch") return CtcReduction::MeanBatch;
    if (name == "mean_volume") return CtcReduction::MeanVolume;
    if (name == "sum") return CtcReduction::Sum;
    if (name == "mean") return CtcReduction::Mean;
    if (name == "none") return CtcReduction::None;
    return fail({.kind = ErrorKind::Usage,
                 .what = "Cannot build the CTC loss",
                 .why = "`reduction` must be one of [mean, sum, mean_batch, mean_volume], not '" + name + "'",
                 .remedy = "Use mean_batch",
                 .key = "ctc_reduction",
                 .className = "ValueError"});
}

torch::Tensor ctcLoss(const torch::Tensor& logProbs, const Lengths& frames, const CtcTargets& targets,
                      CtcReduction reduction) {
    const FullPrecision guard;
    const std::int64_t blank = logProbs.size(2) - 1;
    const auto own = reduction == CtcReduction::Mean  ? at::Reduction::Mean
                     : reduction == CtcReduction::Sum ? at::Reduction::Sum
                                                      : at::Reduction::None;
    const torch::Tensor losses =
        at::ctc_loss(widened(logProbs.transpose(0, 1)), targets.tokens.to(logProbs.device()), frames.values(),
                     targets.lengths.values(), blank, own, /*zero_infinity=*/true);
    if (reduction == CtcReduction::MeanBatch) return losses.mean();
    if (reduction != CtcReduction::MeanVolume) return losses;
    const auto& counts = targets.lengths.values();
    const std::int64_t tokens = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
    return losses.sum() / static_cast<double>(std::max<std::int64_t>(1, tokens));
}

torch::Tensor greedyPredictions(const torch::Tensor& logProbs) {
    const torch::NoGradGuard noGrad;
    return logProbs.argmax(-1);
}

std::vector<std::vector<std::int64_t>> collapseCtc(const torch::Tensor& predictions, const Lengths& frames,
                                                   std::int64_t blank) {
    const torch::Tensor host = predictions.to(torch::kCPU).contiguous();
    const auto ids = host.accessor<std::int64_t, 2>();
    std::vector<std::vector<std::int64_t>> tokens(static_cast<std::size_t>(host.size(0)));
    for (std::int64_t b = 0; b < host.size(0); ++b) {
        const std::int64_t end = std::min(host.size(1), frames.values()[static_cast<std::size_t>(b)]);
        std::int64_t previous = blank;
        for (std::int64_t t = 0; t < end; ++t) {
            const std::int64_t id = ids[b][t];
            if (id != blank && id != previous) tokens[static_cast<std::size_t>(b)].push_back(id);
            previous = id;
        }
    }
    return tokens;
}

} // namespace fathom::nn
