// SPDX-License-Identifier: Apache-2.0
// The loops of correlate.h, written once for any vector width: loops_<isa>.cpp defines
// FATHOM_VECTOR_WIDTH, is compiled for its instruction set, and includes this. All of it has internal linkage
// and no library header is used, because an inline function compiled for AVX-512 must never become the copy
// that the linker keeps for everybody.
#include "engine/kernels/correlate.h"

namespace fathom::kernels {
namespace {

constexpr std::ptrdiff_t kWidth = FATHOM_VECTOR_WIDTH;
constexpr int kBlock = FATHOM_VECTOR_BLOCK; // accumulators that stay in registers

// Unaligned and allowed to alias floats.
using Vector = float __attribute__((vector_size(kWidth * sizeof(float)), aligned(sizeof(float)), may_alias));

inline Vector load(const float* from) {
    return *reinterpret_cast<const Vector*>(from);
}
inline void store(float* to, Vector value) {
    *reinterpret_cast<Vector*>(to) = value;
}

constexpr std::ptrdiff_t ceilDivide(std::ptrdiff_t a, std::ptrdiff_t b) {
    return (a + b - 1) / b;
}

/// `Count` vectors of outputs at a time: one broadcast weight serves them all.
template <int Count>
void applyBlock(const float* buffer, const Tap* taps, const float* weights, std::ptrdiff_t tapCount,
                float* out) {
    Vector sums[Count] = {};
    for (std::ptrdiff_t i = 0; i < tapCount; ++i) {
        const float* from = buffer + taps[i].offset;
        const float weight = weights[i];
#pragma GCC unroll 16
        for (int v = 0; v < Count; ++v)
            sums[v] += weight * load(from + v * kWidth);
    }
#pragma GCC unroll 16
    for (int v = 0; v < Count; ++v)
        store(out + v * kWidth, sums[v]);
}

template <int Count>
void applyBlocks(int count, const float* buffer, const Tap* taps, const float* weights,
                 std::ptrdiff_t tapCount, float* out) {
    if (count == Count) return applyBlock<Count>(buffer, taps, weights, tapCount, out);
    if constexpr (Count > 1) applyBlocks<Count - 1>(count, buffer, taps, weights, tapCount, out);
}

void apply(const Row& row, const Tap* taps, const float* weights, std::ptrdiff_t tapCount, float* out,
           std::ptrdiff_t count) {
    const std::ptrdiff_t vectors = ceilDivide(count, kWidth);
    const std::ptrdiff_t blocks = ceilDivide(vectors, kBlock);
    alignas(64) float tail[kBlock * kWidth];
    for (std::ptrdiff_t b = 0; b < blocks; ++b) {
        const std::ptrdiff_t first =
            b * vectors / blocks; // equal shares: no short block that waits for latency
        const std::ptrdiff_t last = (b + 1) * vectors / blocks;
        const std::ptrdiff_t begin = first * kWidth;
        const std::ptrdiff_t end = last * kWidth;
        std::ptrdiff_t from = 0;
        std::ptrdiff_t to = tapCount;
        while (from < to && (end - 1) * row.stride + taps[from].position < 0)
            ++from;
        while (from < to && begin * row.stride + taps[to - 1].position >= row.length)
            --to;
        float* const target = end <= count ? out + begin : tail;
        applyBlocks<kBlock>(static_cast<int>(last - first), row.buffer + begin, taps + from, weights + from,
                            to - from, target);
        if (target == tail) {
            for (std::ptrdiff_t t = begin; t < count; ++t)
                out[t] = tail[t - begin];
        }
    }
}

/// `Count` taps at a time: one vector of the gradient serves them all.
template <int Count>
void accumulateBlock(const float* buffer, const Tap* taps, const float* grad, std::ptrdiff_t begin,
                     std::ptrdiff_t end, float* sums) {
    Vector partial[Count];
    const float* from[Count];
#pragma GCC unroll 16
    for (int i = 0; i < Count; ++i) {
        partial[i] = load(sums + i * kWidth);
        from[i] = buffer + taps[i].offset;
    }
    for (std::ptrdiff_t t = begin; t < end; t += kWidth) {
        const Vector g = load(grad + t);
#pragma GCC unroll 16
        for (int i = 0; i < Count; ++i)
            partial[i] += g * load(from[i] + t);
    }
#pragma GCC unroll 16
    for (int i = 0; i < Count; ++i)
        store(sums + i * kWidth, partial[i]);
}

template <int Count>
void accumulateBlocks(int count, const float* buffer, const Tap* taps, const float* grad,
                      std::ptrdiff_t begin, std::ptrdiff_t end, float* sums) {
    if (count == Count) return accumulateBlock<Count>(buffer, taps, grad, begin, end, sums);
    if constexpr (Count > 1) accumulateBlocks<Count - 1>(count, buffer, taps, grad, begin, end, sums);
}

void accumulate(const Row& row, const Tap* taps, std::ptrdiff_t tapCount, const float* grad,
                std::ptrdiff_t count, float* sums) {
    constexpr int kTaps = kBlock < 8 ? kBlock : 8; // each needs an address register too
    const std::ptrdiff_t blocks = ceilDivide(tapCount, kTaps);
    for (std::ptrdiff_t b = 0; b < blocks; ++b) {
        const std::ptrdiff_t first = b * tapCount / blocks;
        const std::ptrdiff_t last = (b + 1) * tapCount / blocks;
        // The t that read something: t · stride + position in [0, length) for some tap of the block.
        const std::ptrdiff_t lead = -taps[last - 1].position;
        const std::ptrdiff_t span = row.length - taps[first].position;
        const std::ptrdiff_t begin = lead > 0 ? lead / row.stride / kWidth * kWidth : 0;
        const std::ptrdiff_t reach = span > 0 ? ceilDivide(span, row.stride) : 0;
        const std::ptrdiff_t end = reach < count ? reach : count;
        accumulateBlocks<kTaps>(static_cast<int>(last - first), row.buffer, taps + first, grad, begin, end,
                                sums + first * kWidth);
    }
}

} // namespace
} // namespace fathom::kernels
