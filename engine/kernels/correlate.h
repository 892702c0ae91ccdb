// SPDX-License-Identifier: Apache-2.0
// The two inner loops of a depthwise convolution on one row, for each instruction set. Used by
// depthwise_conv1d.cpp only.
//
// A row lies in a zero-padded buffer (one part per phase where the stride is over 1), so that tap i of output
// t reads buffer[taps[i].offset + t] for every t, with no border to look after. Each tap also knows its
// position on the unpadded row: t · stride + position. What lies outside [0, length) is zero and is left out
// where that saves work.
#pragma once

#include "engine/kernels/cpu.h"

#include <cstddef>

namespace fathom::kernels {

/// One tap of a row. Taps are sorted by position.
struct Tap {
    std::ptrdiff_t offset;   ///< in the padded buffer, for t = 0
    std::ptrdiff_t position; ///< on the unpadded row, for t = 0
};

/// The row that the taps read.
struct Row {
    const float* buffer;   ///< readable to taps[i].offset + count rounded up to the width
    std::ptrdiff_t length; ///< of the unpadded row
    std::ptrdiff_t stride; ///< in positions from one t to the next
};

struct Correlate {
    std::ptrdiff_t width; ///< floats in a vector

    /// out[t] = Σ_i weights[i] · row(i, t) for t in [0, count).
    void (*apply)(const Row& row, const Tap* taps, const float* weights, std::ptrdiff_t tapCount, float* out,
                  std::ptrdiff_t count);

    /// sums[i · width + lane] += Σ_t grad[t] · row(i, t) over the t of that lane; grad is zero from count to
    /// the next multiple of the width. The order of summation depends on nothing but the shapes.
    void (*accumulate)(const Row& row, const Tap* taps, std::ptrdiff_t tapCount, const float* grad,
                       std::ptrdiff_t count, float* sums);
};

/// The loops of an instruction set that `supports` has said yes to.
[[nodiscard]] const Correlate& correlate(Isa isa);

extern const Correlate kCorrelatePortable;
#if defined(__x86_64__)
extern const Correlate kCorrelateAvx2;
extern const Correlate kCorrelateAvx512;
#endif

} // namespace fathom::kernels
