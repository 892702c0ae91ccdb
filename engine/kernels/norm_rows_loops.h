// SPDX-License-Identifier: Apache-2.0
// The loops of norm_rows.h, which the compiler vectorises for the instruction set of the file that includes
// this: see correlate_loops.h for why all of it has internal linkage.
#include "engine/kernels/norm_rows.h"

namespace fathom::kernels {
namespace {

constexpr std::ptrdiff_t kLanes = 32;      // independent sums, which stay in vector registers
constexpr std::ptrdiff_t kFloatRun = 1024; // elements that a float sums up without losing digits

/// Σ term(t) for t in [0, count).
template <class Term> double sumOf(std::ptrdiff_t count, Term term) {
    double total = 0;
    for (std::ptrdiff_t begin = 0; begin < count; begin += kFloatRun) {
        const std::ptrdiff_t end = begin + kFloatRun < count ? begin + kFloatRun : count;
        float lanes[kLanes] = {};
        std::ptrdiff_t t = begin;
        for (; t + kLanes <= end; t += kLanes) {
            for (std::ptrdiff_t lane = 0; lane < kLanes; ++lane)
                lanes[lane] += term(t + lane);
        }
        for (std::ptrdiff_t lane = 0; t + lane < end; ++lane)
            lanes[lane] += term(t + lane);
        for (const float lane : lanes)
            total += static_cast<double>(lane);
    }
    return total;
}

double sum(const float* row, std::ptrdiff_t count) {
    return sumOf(count, [row](std::ptrdiff_t t) { return row[t]; });
}

double squares(const float* row, std::ptrdiff_t count, float mean) {
    return sumOf(count, [row, mean](std::ptrdiff_t t) { return (row[t] - mean) * (row[t] - mean); });
}

void normalise(const float* row, float scale, float shift, const float* residual, float* out,
               std::ptrdiff_t count) {
    if (residual) {
        for (std::ptrdiff_t t = 0; t < count; ++t)
            out[t] = row[t] * scale + shift + residual[t];
    } else {
        for (std::ptrdiff_t t = 0; t < count; ++t)
            out[t] = row[t] * scale + shift;
    }
}

/// A bijection of 32 bits whose results look random (C. Wellons' lowbias32), with a second key in the middle.
inline std::uint32_t hashed(std::uint32_t number, std::uint32_t seed0, std::uint32_t seed1) {
    std::uint32_t h = number ^ seed0;
    h ^= h >> 16U;
    h *= 0x7feb352dU;
    h ^= h >> 15U;
    h += seed1;
    h *= 0x846ca68bU;
    h ^= h >> 16U;
    return h;
}

void activate(float* row, const RowDropout& dropout, std::ptrdiff_t count) {
    if (dropout.threshold == 0) {
        for (std::ptrdiff_t t = 0; t < count; ++t)
            row[t] = row[t] > 0 ? row[t] : 0;
        return;
    }
    const RowDropout d = dropout;
    for (std::ptrdiff_t t = 0; t < count; ++t) {
        const std::uint32_t draw = hashed(d.first + static_cast<std::uint32_t>(t), d.seed[0], d.seed[1]);
        const float kept = draw >= d.threshold ? d.scale : 0.0F;
        row[t] = row[t] > 0 ? row[t] * kept : 0;
    }
}

void products(const float* gradY, const float* y, float scale, const float* x, float mean, float* g,
              std::ptrdiff_t count, double* total, double* product) {
    if (y) {
        for (std::ptrdiff_t t = 0; t < count; ++t)
            g[t] = y[t] > 0 ? gradY[t] * scale : 0;
    } else {
        for (std::ptrdiff_t t = 0; t < count; ++t)
            g[t] = gradY[t];
    }
    const float* kept = g;
    *total = sum(kept, count);
    *product = sumOf(count, [kept, x, mean](std::ptrdiff_t t) { return kept[t] * (x[t] - mean); });
}

void gradient(const float* g, const float* x, float mean, float scale, float offset, float slope,
              float* gradX, std::ptrdiff_t count) {
    for (std::ptrdiff_t t = 0; t < count; ++t)
        gradX[t] = scale * (g[t] - offset - (x[t] - mean) * slope);
}

} // namespace
} // namespace fathom::kernels
