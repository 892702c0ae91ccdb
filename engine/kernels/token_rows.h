// SPDX-License-Identifier: Apache-2.0
// The inner loops of a transformer on rows of tokens, for each instruction set. Used by token_attention.cpp,
// residual_norm.cpp and cross_entropy.cpp only.
#pragma once

#include "engine/kernels/norm_rows.h"

namespace fathom::kernels {

/// A row-major matrix inside a larger one.
struct MatrixView {
    const float* data = nullptr;
    std::ptrdiff_t rowStride = 0; ///< floats between rows
};
struct MutableMatrixView {
    float* data = nullptr;
    std::ptrdiff_t rowStride = 0;
};

/// One head of one sentence. Rows of `probabilities` and of the scratch are `padded` floats apart.
struct HeadShape {
    std::ptrdiff_t queries = 0;
    std::ptrdiff_t keys = 0;
    std::ptrdiff_t padded = 0; ///< keys, rounded up to whole vectors of 16 floats
    std::ptrdiff_t size = 0;   ///< columns of q, k and v
    float scale = 1;           ///< of the scores
    bool causal = false;       ///< query i sees the keys up to i only
    RowDropout dropout{};      ///< of the probabilities; `first` is the number of element [0, 0]
};

struct TokenRows {
    /// out = dropout(softmax(scale · q kᵀ)) v; keeps the probabilities before dropout. `scratch` has
    /// (size + queries) · padded floats.
    void (*attend)(const HeadShape& head, MatrixView q, MatrixView k, MatrixView v, float* probabilities,
                   MutableMatrixView out, float* scratch);
    /// `scratch` has (size + 2 · queries) · padded floats.
    void (*attendBackward)(const HeadShape& head, MatrixView q, MatrixView k, MatrixView v,
                           const float* probabilities, MatrixView gradOut, MutableMatrixView gradQ,
                           MutableMatrixView gradK, MutableMatrixView gradV, float* scratch);
    /// One query on `count` keys that lie at rows[i] of k and v (nullptr: at row i). `scratch` has `count`
    /// floats.
    void (*attendOne)(const float* q, MatrixView k, MatrixView v, const std::int32_t* rows,
                      std::ptrdiff_t count, std::ptrdiff_t size, float scale, float* out, float* scratch);
    /// y = layer norm of s = x + dropout(branch), and (s − mean) / deviation; returns 1 / deviation. `branch`
    /// may be null.
    float (*residualNorm)(const float* x, const float* branch, const RowDropout& dropout, const float* weight,
                          const float* bias, float eps, std::ptrdiff_t count, float* normalised, float* y);
    /// Gradients of the above: of x, of the branch (null: not wanted), and added to those of weight and bias.
    void (*residualNormBackward)(const float* gradY, const float* normalised, float rstd, const float* weight,
                                 const RowDropout& dropout, std::ptrdiff_t count, float* gradX,
                                 float* gradBranch, float* gradWeight, float* gradBias);
    /// to = dropout(from), whose elements are numbered from `first` on instead of the dropout's own.
    void (*drop)(const float* from, float* to, std::ptrdiff_t count, const RowDropout& dropout,
                 std::uint32_t first);
    /// Smoothed cross-entropy of one row of logits; see cross_entropy.h. `gradScale` 0: the logits stay,
    /// otherwise they become their gradient times it.
    float (*crossEntropy)(float* logits, std::ptrdiff_t classes, std::ptrdiff_t label, float smoothing,
                          float gradScale);
};

/// The loops of an instruction set that `supports` has said yes to.
[[nodiscard]] const TokenRows& tokenRows(Isa isa);

extern const TokenRows kTokenRowsPortable;
#if defined(__x86_64__)
extern const TokenRows kTokenRowsAvx2;
extern const TokenRows kTokenRowsAvx512;
#endif

} // namespace fathom::kernels
