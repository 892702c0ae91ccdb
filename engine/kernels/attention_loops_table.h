// SPDX-License-Identifier: Apache-2.0
// The inner loops of attention.h on one head of one sequence, for each instruction set. Used by attention.cpp
// only.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fathom::kernels {

struct AttentionInputs {
    const float *query, *key, *value, *weights, *gradOut;
};
struct AttentionGradients {
    float *query, *key, *value; ///< written whole
};

/// One head of one sequence. Rows of queries, keys, values and results are `stride` floats apart.
struct AttentionHead {
    std::ptrdiff_t queries, keys, size, stride;
    float scale;
    std::uint32_t threshold; ///< of dropout: probability · 2³²; 0 keeps all
    float kept;              ///< what is kept is multiplied by: 1 / (1 − probability)
    std::uint32_t seed[2];
    std::uint32_t firstWeight; ///< number of the first weight
    float* scratch;            ///< attentionScratch floats
};
[[nodiscard]] constexpr std::ptrdiff_t attentionScratch(std::ptrdiff_t queries, std::ptrdiff_t keys,
                                                        std::ptrdiff_t size) {
    const std::ptrdiff_t padded = (keys + 15) / 16 * 16;
    return size * padded + 3 * queries * keys;
}
struct AttentionLoops {
    /// `weights` may be null.
    void (*forward)(const AttentionHead& head, const float* query, const float* key, const float* value,
                    float* weights, float* out);
    void (*backward)(const AttentionHead& head, const AttentionInputs& inputs,
                     const AttentionGradients& gradients);
};

extern const AttentionLoops kAttentionPortable;
#if defined(__x86_64__)
extern const AttentionLoops kAttentionAvx2;
extern const AttentionLoops kAttentionAvx512;
#endif

} // namespace fathom::kernels
