// SPDX-License-Identifier: Apache-2.0
// The model section of a TextClassificationModel as structs.
#pragma once

#include "engine/config/config.h"
#include "engine/model/model.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace fathom::model {

struct TextTokenizerParams {
    std::string name{};           ///< tokenizer_name; empty: null
    std::string vocabFile{};      ///< empty: none
    std::string tokenizerModel{}; ///< empty: none
    Value specialTokens{};        ///< a map, or null
};

struct LanguageModelParams {
    std::string pretrainedName{};
    std::string checkpoint{}; ///< lm_checkpoint: weights of the encoder
    std::string configFile{};
    Value config{};
    bool randomWeights = false; ///< a published model's sizes will do, without its weights
};

struct TextClassificationParams {
    TextTokenizerParams tokenizer{};
    LanguageModelParams languageModel{};
    std::int64_t outputLayers = 2;
    double fcDropout = 0.1;
    std::string classLabelsFile{};
    std::int64_t classes = 0;
    bool lowerCase = false;
    std::int64_t maxSequence = 256; ///< tokens; not positive: no limit
    bool weightedLoss = false;
    double labelSmoothing = 0;
};

/// Reads the section at `path`. Errors are Usage with file, line and key.
[[nodiscard]] Result<TextClassificationParams> readTextClassification(const config::Config& config,
                                                                      std::string_view path);

struct TextSetParams {
    std::filesystem::path file{};
    LoaderOptions loader{};
    std::int64_t samples = -1; ///< lines to use; not positive: all
    double wordDropout = 0;    ///< chance that training sees [MASK] in place of a token
};

/// Reads `train_ds`, `validation_ds` or `test_ds` at `path`; nullopt when it is absent or names no file.
[[nodiscard]] Result<std::optional<TextSetParams>> readTextSet(const config::Config& config,
                                                               std::string_view path);

} // namespace fathom::model
