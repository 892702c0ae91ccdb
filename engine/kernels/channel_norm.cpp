// SPDX-License-Identifier: Apache-2.0
#include "engine/kernels/channel_norm.h"

namespace fathom::kernels {

namespace {

using Index = std::int64_t;

constexpr Index kLanes = 16; // independent sums, which the compiler keeps in vector registers
constexpr Index kGrain = 8;  // channels that are worth a thread

/// Σ term(t) for t in [0, count), in a fixed order.
template <class Term> float sumOf(Index count, Term term) {
    float lanes[kLanes] = {};
    Index t = 0;
    for (; t + kLanes <= count; t += kLanes) {
        for (Index lane = 0; lane < kLanes; ++lane)
            lanes[lane] += term(t + lane);
    }
    for (Index lane = 0; t + lane < count; ++lane)
        lanes[lane] += term(t + lane);
    float total = 0;
    for (const float lane : lanes)
        total += lane;
    return total;
}

} // namespace

void channelStatistics(const ChannelNorm& norm, const float* x, float* mean, float* var,
                       const ParallelFor& parallelFor) {
    const auto count = static_cast<float>(norm.count);
    const auto padding = static_cast<float>(norm.count - norm.frames);
    parallelFor(0, norm.channels, kGrain, [&](Index begin, Index end) {
        for (Index c = begin; c < end; ++c) {
            const float* row = x + c * norm.frames;
            const float average = sumOf(norm.frames, [row](Index t) { return row[t]; }) / count;
            const float squares = sumOf(norm.frames, [row, average](Index t) {
                const float d = row[t] - average;
                return d * d;
            });
            mean[c] = average;
            var[c] = (squares + padding * average * average) / count;
        }
    });
}

void channelNormForward(const ChannelNorm& norm, const float* x, const float* mean, const float* rstd,
                        const float* weight, const float* bias, const float* residual, float* y,
                        const ParallelFor& parallelFor) {
    parallelFor(0, norm.channels, kGrain, [&](Index begin, Index end) {
        for (Index c = begin; c < end; ++c) {
            const float* row = x + c * norm.frames;
            const float* added = residual ? residual + c * norm.frames : nullptr;
            float* out = y + c * norm.frames;
            const float scale = rstd[c] * weight[c];
            const float shift = bias[c] - mean[c] * scale;
            if (added) {
                for (Index t = 0; t < norm.frames; ++t)
                    out[t] = row[t] * scale + shift + added[t];
            } else {
                for (Index t = 0; t < norm.frames; ++t)
                    out[t] = row[t] * scale + shift;
            }
            if (norm.relu) {
                for (Index t = 0; t < norm.frames; ++t)
                    out[t] = out[t] > 0 ? out[t] : 0;
            }
        }
    });
}

void channelNormBackward(const ChannelNorm& norm, const ChannelNormInputs& inputs,
                         const ChannelNormGradients& gradients, const ParallelFor& parallelFor) {
    const auto count = static_cast<float>(norm.count);
    parallelFor(0, norm.channels, kGrain, [&](Index begin, Index end) {
        for (Index c = begin; c < end; ++c) {
            const Index first = c * norm.frames;
            const float* x = inputs.x + first;
            const float mean = inputs.mean[c];
            const float rstd = inputs.rstd[c];
            // The gradient behind the activation: kept where the residual wants it, else where x's gradient
            // will be.
            float* g = (gradients.residual ? gradients.residual : gradients.x) + first;
            const float* gradY = inputs.gradY + first;
            if (norm.relu) {
                const float* y = inputs.y + first;
                for (Index t = 0; t < norm.frames; ++t)
                    g[t] = y[t] > 0 ? gradY[t] : 0;
            } else {
                for (Index t = 0; t < norm.frames; ++t)
                    g[t] = gradY[t];
            }
            const float sum = sumOf(norm.frames, [g](Index t) { return g[t]; });
            const float product =
                sumOf(norm.frames, [g, x, mean](Index t) { return g[t] * (x[t] - mean); }) * rstd;
            gradients.bias[c] = sum;
            gradients.weight[c] = product;
            const float scale = inputs.weight[c] * rstd;
            const float slope = inputs.batchStatistics ? product * rstd / count : 0;
            const float offset = inputs.batchStatistics ? sum / count : 0;
            float* gradX = gradients.x + first;
            for (Index t = 0; t < norm.frames; ++t)
                gradX[t] = scale * (g[t] - offset - (x[t] - mean) * slope);
        }
    });
}

} // namespace fathom::kernels
