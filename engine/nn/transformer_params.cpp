// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/transformer_params.h"

namespace fathom::nn {

namespace {

Error badTransformer(const char* key, std::string why, std::string remedy) {
    return {.kind = ErrorKind::Usage,
            .what = "Cannot build the transformer",
            .why = std::move(why),
            .remedy = std::move(remedy),
            .key = key,
            .className = "ValueError"};
}

} // namespace

Result<TransformerActivation> transformerActivationFrom(const std::string& name) {
    if (name == "relu") return TransformerActivation::Relu;
    if (name == "gelu") return TransformerActivation::Gelu;
    return fail(
        badTransformer("hidden_act", "the activation '" + name + "' is not known", "Use relu or gelu"));
}

Status TransformerParams::check() const {
    if (hiddenSize % heads != 0)
        return fail(badTransformer("num_attention_heads",
                                   "The hidden size (" + std::to_string(hiddenSize) +
                                       ") is not a multiple of the number of attention heads (" +
                                       std::to_string(heads) + ")",
                                   "Choose a number of heads that divides hidden_size"));
    if (hiddenSize % 2 != 0 && !learnedPositions)
        return fail(badTransformer(
            "hidden_size", "sine positions need an even hidden size, not " + std::to_string(hiddenSize),
            "Use an even hidden_size or learn_positional_encodings=true"));
    for (const double dropout : {embeddingDropout, ffnDropout, attentionScoreDropout, attentionLayerDropout})
        if (dropout < 0 || dropout >= 1)
            return fail(badTransformer("attn_score_dropout",
                                       "a dropout of " + std::to_string(dropout) + " leaves nothing",
                                       "Use dropouts from 0 up to, but not including, 1"));
    const auto activationKind = transformerActivationFrom(activation);
    return activationKind ? Status{} : fail(activationKind.error());
}

} // namespace fathom::nn
