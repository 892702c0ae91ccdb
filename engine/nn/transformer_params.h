// SPDX-License-Identifier: Apache-2.0
// What a transformer encoder or decoder of NeMo (TransformerEncoderNM, TransformerDecoderNM) is made of.
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <string>

namespace fathom::nn {

enum class TransformerActivation { Relu, Gelu };

struct TransformerParams {
    std::int64_t vocabSize = 0;
    std::int64_t hiddenSize = 512;
    std::int64_t layers = 6;
    std::int64_t innerSize = 2048;
    std::int64_t heads = 8;
    std::int64_t maxSequenceLength = 512;
    std::int64_t tokenTypes = 2;   ///< rows of an embedding that translation never asks; 0: there is none
    std::int64_t paddingId = 0;    ///< whose embedding gets no gradient
    bool learnedPositions = false; ///< an embedding instead of sines
    bool maskFuture = false;       ///< of the encoder: a token sees what is before it only
    bool preNorm = false;          ///< normalise before each part instead of after it
    bool finalNorm = true;         ///< with preNorm: and once more at the end
    double embeddingDropout = 0;   ///< all dropouts: [0, 1)
    double ffnDropout = 0.1;       ///< of the feed-forward part's output
    double attentionScoreDropout = 0.1;
    double attentionLayerDropout = 0.1;
    std::string activation = "relu"; ///< NeMo's hidden_act: relu or gelu

    /// Usage errors with NeMo's text whose key is a field of the config.
    [[nodiscard]] Status check() const;
};

/// Usage error for another name than relu and gelu.
[[nodiscard]] Result<TransformerActivation> transformerActivationFrom(const std::string& name);

} // namespace fathom::nn
