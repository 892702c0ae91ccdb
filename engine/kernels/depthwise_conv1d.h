// SPDX-License-Identifier: Apache-2.0
// Depthwise convolution over time on the CPU, float32: the layer in which a QuartzNet spends its training
// step, 10 to 20 times as fast as LibTorch's grouped convolution.
//
//   kernels::DepthwiseConv1d conv{.batch = 8, .channels = 256, .length = 200, .kernel = 33, .padding = 16,
//   .paddingRight = 16}; std::vector<float> y(8 * 256 * conv.outputLength()); kernels::depthwiseForward(conv,
//   x, weight, nullptr, y.data(), kernels::serialFor);
//
// Each row goes into a zero-padded buffer, so that the inner loop has no borders; a stride above 1 splits it
// into phases. Results depend on the instruction set, but never on the number of threads or their timing.
#pragma once

#include "engine/kernels/cpu.h"
#include "engine/kernels/parallel.h"

#include <cstdint>
#include <span>

namespace fathom::kernels {

/// Shape of y[b, c, t] = Σ_k weight[c, k] · x[b, c, t · stride + k · dilation − padding], x being zero
/// outside [0, length).
struct DepthwiseConv1d {
    std::int64_t batch = 1;
    std::int64_t channels = 1;
    std::int64_t length = 0; ///< of x in time
    std::int64_t kernel = 1;
    std::int64_t stride = 1;
    std::int64_t dilation = 1;
    std::int64_t padding = 0;      ///< zeros on the left
    std::int64_t paddingRight = 0; ///< zeros on the right

    /// Length of y in time; 0 or less if the kernel does not fit.
    [[nodiscard]] constexpr std::int64_t outputLength() const {
        const std::int64_t span = length + padding + paddingRight - dilation * (kernel - 1);
        return span < 1 ? 0 : (span - 1) / stride + 1;
    }
};

/// y = conv(x). x [B, C, length], weight [C, kernel] and y [B, C, outputLength] contiguous float32.
/// `lengths` [B] or null: positions at or past lengths[b] count as zero, as if x had been masked. Threads: as
/// `parallelFor` has.
void depthwiseForward(const DepthwiseConv1d& conv, const float* x, const float* weight,
                      const std::int64_t* lengths, float* y, const ParallelFor& parallelFor,
                      Isa isa = bestIsa());

/// Where the gradients go; null for one that is not needed.
struct DepthwiseGradients {
    float* x = nullptr;      ///< [B, C, length]; zero from lengths[b] on
    float* weight = nullptr; ///< [C, kernel]; overwritten
};

/// Gradients of `depthwiseForward`, gradY [B, C, outputLength] contiguous. Sums over time and batch have a
/// fixed order, so that the same input gives the same bits with any number of threads.
void depthwiseBackward(const DepthwiseConv1d& conv, const float* gradY, const float* x, const float* weight,
                       const std::int64_t* lengths, const DepthwiseGradients& gradients,
                       const ParallelFor& parallelFor, Isa isa = bestIsa());

/// A clip within a row that holds several, one after the other.
struct Segment {
    std::int64_t begin = 0;  ///< its first frame in the row
    std::int64_t length = 0; ///< its frames
};

/// The same convolution over clips of different lengths that lie in one row of each channel, without padding:
/// x [channels, frames of all clips], y likewise. Beyond a clip's own frames x is zero.
struct PackedDepthwiseConv1d {
    std::int64_t channels = 1;
    std::int64_t kernel = 1;
    std::int64_t stride = 1;
    std::int64_t dilation = 1;
    std::int64_t padding = 0;
    std::span<const Segment> inputs{};  ///< where the clips lie in a row of x
    std::span<const Segment> outputs{}; ///< and in a row of y; as many, of any length
    std::int64_t inputFrames = 0;       ///< length of a row of x
    std::int64_t outputFrames = 0;      ///< length of a row of y
};

/// As depthwiseForward and depthwiseBackward.
void depthwiseForward(const PackedDepthwiseConv1d& conv, const float* x, const float* weight, float* y,
                      const ParallelFor& parallelFor, Isa isa = bestIsa());
void depthwiseBackward(const PackedDepthwiseConv1d& conv, const float* gradY, const float* x,
                       const float* weight, const DepthwiseGradients& gradients,
                       const ParallelFor& parallelFor, Isa isa = bestIsa());

} // namespace fathom::kernels
