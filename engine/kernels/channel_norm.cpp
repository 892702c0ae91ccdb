// SPDX-License-Identifier: Apache-2.0
#include "engine/kernels/channel_norm.h"

#include "engine/kernels/norm_rows.h"

#include <cmath>

namespace fathom::kernels {

namespace {

using Index = std::int64_t;

constexpr Index kGrain = 8; // channels that are worth a thread

RowDropout dropoutOf(const ChannelNorm& norm, Index channel) {
    return rowDropout(norm.dropout, norm.seed, channel * norm.frames);
}

} // namespace

RowDropout rowDropout(float probability, std::uint64_t seed, std::int64_t first) {
    return {.threshold = static_cast<std::uint32_t>(std::llround(std::ldexp(double{probability}, 32))),
            .scale = 1 / (1 - probability),
            .seed = {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)},
            .first = static_cast<std::uint32_t>(first)};
}

const NormRows& normRows(Isa isa) {
#if defined(__x86_64__)
    if (isa == Isa::Avx512) return kNormRowsAvx512;
    if (isa == Isa::Avx2) return kNormRowsAvx2;
#else
    (void)isa;
#endif
    return kNormRowsPortable;
}

void channelStatistics(const ChannelNorm& norm, const float* x, float* mean, float* var,
                       const ParallelFor& parallelFor) {
    const NormRows& rows = normRows(norm.isa);
    const auto count = static_cast<double>(norm.count);
    const auto padding = static_cast<double>(norm.count - norm.frames);
    parallelFor(0, norm.channels, kGrain, [&](Index begin, Index end) {
        for (Index c = begin; c < end; ++c) {
            const float* row = x + c * norm.frames;
            mean[c] = static_cast<float>(rows.sum(row, norm.frames) / count);
            const double average = mean[c];
            const double squares = rows.squares(row, norm.frames, mean[c]);
            var[c] = static_cast<float>((squares + padding * average * average) / count);
        }
    });
}

void channelNormForward(const ChannelNorm& norm, const float* x, const float* mean, const float* rstd,
                        const float* weight, const float* bias, const float* residual, float* y,
                        const ParallelFor& parallelFor) {
    const NormRows& rows = normRows(norm.isa);
    parallelFor(0, norm.channels, kGrain, [&](Index begin, Index end) {
        for (Index c = begin; c < end; ++c) {
            const Index first = c * norm.frames;
            const float scale = rstd[c] * weight[c];
            rows.normalise(x + first, scale, bias[c] - mean[c] * scale, residual ? residual + first : nullptr,
                           y + first, norm.frames);
            if (norm.relu) rows.activate(y + first, dropoutOf(norm, c), norm.frames);
        }
    });
}

void channelNormBackward(const ChannelNorm& norm, const ChannelNormInputs& inputs,
                         const ChannelNormGradients& gradients, const ParallelFor& parallelFor) {
    const NormRows& rows = normRows(norm.isa);
    const auto count = static_cast<double>(norm.count);
    parallelFor(0, norm.channels, kGrain, [&](Index begin, Index end) {
        for (Index c = begin; c < end; ++c) {
            const Index first = c * norm.frames;
            const float* x = inputs.x + first;
            const double rstd = inputs.rstd[c];
            // The gradient behind the activation: kept where the residual wants it, else where x's gradient
            // will be.
            float* g = (gradients.residual ? gradients.residual : gradients.x) + first;
            double sum = 0;
            double product = 0;
            rows.products(inputs.gradY + first, norm.relu ? inputs.y + first : nullptr,
                          1 / (1 - norm.dropout), x, inputs.mean[c], g, norm.frames, &sum, &product);
            gradients.bias[c] = static_cast<float>(sum);
            gradients.weight[c] = static_cast<float>(product * rstd);
            const double slope = inputs.batchStatistics ? product * rstd * rstd / count : 0;
            const double offset = inputs.batchStatistics ? sum / count : 0;
            rows.gradient(g, x, inputs.mean[c], static_cast<float>(inputs.weight[c] * rstd),
                          static_cast<float>(offset), static_cast<float>(slope), gradients.x + first,
                          norm.frames);
        }
    });
}

} // namespace fathom::kernels
