// SPDX-License-Identifier: Apache-2.0
// The model section of a translation model (NeMo's MTEncDecModelConfig) as structs.
#pragma once

#include "engine/config/config.h"
#include "engine/model/model.h"
#include "engine/model/nmt/parallel_text.h"
#include "engine/nn/transformer_params.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::model {

struct MtTokenizerParams {
    std::string model{}; ///< a path, or "nemo:<member>"
    bool legacy = false; ///< NeMo's sentencepiece_legacy
};

struct MtModelParams {
    nn::TransformerParams encoder{}; ///< without vocabSize and paddingId, which the tokenizers know
    nn::TransformerParams decoder{};
    MtTokenizerParams encoderTokenizer{};
    MtTokenizerParams decoderTokenizer{};
    double headDropout = 0;
    bool logSoftmax = true;
    double labelSmoothing = 0;
    std::int64_t beamSize = 4;
    double lengthPenalty = 0;
    std::int64_t maxGenerationDelta = 10;
    std::string sourceLanguage{}; ///< empty: none
    std::string targetLanguage{};
    bool sharedEmbeddings = false;
    bool validateInputIds = true;
    int validationExamples = 3; ///< translations in the log
    int testExamples = 3;
};

/// Reads the section at `path`. Errors are Usage with file, line and key: a value NeMo refuses, and what this
/// program does not have (other libraries than nemo and sentencepiece, bottlenecks, multilingual models). A
/// section that an archive or checkpoint brought reads missing keys as NeMo's constructor does, another one
/// as its training script.
[[nodiscard]] Result<MtModelParams> readMtModel(const config::Config& config, std::string_view path);

/// The section with every key that NeMo's constructor reads, from the dataclass where it was missing: its own
/// defaults for missing keys are others.
[[nodiscard]] Value completeMtModel(const Value& section);

struct TranslationDataParams {
    std::vector<ParallelFiles> corpora{};
    std::int64_t tokensInBatch = 512;
    PairLimits limits{};
    bool reverse = false;       ///< translate from target to source
    LoaderOptions loader{};     ///< a batch is one item
    std::string samplingNote{}; ///< for the log: what is done otherwise than the config says
};

/// Reads `train_ds`, `validation_ds` or `test_ds` at `path`; nullopt when it is absent or names no file.
[[nodiscard]] Result<std::optional<TranslationDataParams>> readTranslationData(const config::Config& config,
                                                                               std::string_view path);

} // namespace fathom::model
