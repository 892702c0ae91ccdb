// SPDX-License-Identifier: Apache-2.0
// transformers.BertConfig, as far as the encoder depends on it.
#pragma once

#include "engine/base/result.h"
#include "engine/base/value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fathom::nn {

struct BertParams {
    std::int64_t vocabSize = 30522;
    std::int64_t hiddenSize = 768;
    std::int64_t layers = 12;
    std::int64_t heads = 12;
    std::int64_t intermediateSize = 3072;
    std::string hiddenAct = "gelu";
    double hiddenDropout = 0.1;
    double attentionDropout = 0.1;
    std::int64_t maxPositions = 512;
    std::int64_t typeVocab = 2;
    double initializerRange = 0.02;
    double layerNormEps = 1e-12;
    std::int64_t padId = 0;
    std::string positionEmbeddingType = "absolute"; ///< or relative_key, relative_key_query

    /// From the map of a config.json or of `language_model.config`; what is absent has BertConfig's default,
    /// keys of other tools are ignored. Errors are Usage with the key: not a map, a `model_type` that is not
    /// bert, a value that makes no encoder.
    [[nodiscard]] static Result<BertParams> from(const Value& config);
    /// The sizes of a published model ("bert-base-uncased", "google-bert/bert-large-cased", …); nullopt for
    /// names that are not known here.
    [[nodiscard]] static std::optional<BertParams> published(std::string_view name);
    /// The text of a config.json, as BertConfig.to_json_file writes it.
    [[nodiscard]] std::string toJson() const;
};

} // namespace fathom::nn
