// SPDX-License-Identifier: Apache-2.0
// The model section of a CTC speech model as structs.
#pragma once

#include "engine/config/config.h"
#include "engine/data/audio_text_dataset.h"
#include "engine/model/asr/encoder_params.h"
#include "engine/model/model.h"
#include "engine/nn/ctc.h"
#include "engine/nn/mel_spectrogram.h"
#include "engine/nn/mfcc.h"
#include "engine/nn/spec_augment.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::model {

struct CtcDecoderParams {
    std::int64_t featIn = 0;  ///< 0: what the encoder gives
    std::int64_t classes = 0; ///< without the blank
    std::vector<std::string> vocabulary{};
    std::string initMode = "xavier_uniform";
};

/// Losses of layers in between, with the model's own decoder (Lee and Watanabe 2021).
struct InterCtcParams {
    std::vector<std::int64_t> layers{}; ///< counted from 0
    std::vector<double> weights{};      ///< of each; the final loss has what is left of 1
};

struct CtcModelParams {
    int sampleRate = 16000;
    nn::CtcReduction reduction = nn::CtcReduction::MeanBatch;
    bool useCer = false; ///< rate over characters instead of words
    double temperature = 1.0;
    nn::MelParams preprocessor{};
    std::optional<nn::MfccParams> mfcc{}; ///< instead of it
    std::optional<nn::SpecAugmentParams> specAugment{};
    EncoderParams encoder{};
    CtcDecoderParams decoder{};
    InterCtcParams interCtc{};
};

/// Reads the section at `path`. Errors are Usage with file, line and key: a section is missing, names a class
/// that is not known here, has an unknown key or a value NeMo refuses. `vocabulary`: the pieces of a
/// tokenizer, which replace decoder.vocabulary.
[[nodiscard]] Result<CtcModelParams>
readCtcModel(const config::Config& config, std::string_view path,
             const std::optional<std::vector<std::string>>& vocabulary = std::nullopt);

struct SpeechDataParams {
    std::vector<std::filesystem::path> manifests{};
    std::vector<data::TarBucket> tarred{};   ///< instead of manifests
    std::vector<int> bucketBatchSizes{};     ///< of each bucket; empty: the loader's for all
    std::vector<int> bucketWeights{};        ///< visits of each bucket in an epoch; empty: one
    std::optional<SemiSorting> semiSorted{}; ///< without the durations
    int sampleRate = 16000;
    std::vector<std::string> labels{}; ///< empty: the model's
    LoaderOptions loader{};
    double minDuration = 0;              ///< s
    std::optional<double> maxDuration{}; ///< s
    int maxUtts = 0;
    bool skipBadFiles = false;
    bool dropUnknownCharacters = false;
    bool trimSilence = false;
    std::vector<data::Perturbation> augmentor{}; ///< in their order
    double framesPerSecond = 0;                  ///< of the model's output; the model fills it in
    bool leaveOutImpossible = false;             ///< see AudioTextOptions
    std::optional<bool> useStartEndToken{};
    std::optional<std::int64_t> bosId{};
    std::optional<std::int64_t> eosId{};
    std::int64_t padId = 0;

    /// What AudioToBPEDataset does: the ids around a text and behind it are the tokenizer's, whatever the
    /// section says of them.
    void takeIdsOf(const text::Tokenizer& subwords);
};

/// Reads `train_ds`, `validation_ds` or `test_ds` at `path`; nullopt when it is absent or its
/// manifest_filepath is null.
[[nodiscard]] Result<std::optional<SpeechDataParams>> readSpeechData(const config::Config& config,
                                                                     std::string_view path);

} // namespace fathom::model
