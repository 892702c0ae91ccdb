// SPDX-License-Identifier: Apache-2.0
// What a trained model is asked: texts of recordings, classes of sentences, translations. Each family of
// models answers one of them.
#pragma once

#include "engine/base/result.h"

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace fathom::run {

enum class Task { Unknown, Transcribe, Classify, Translate };

/// One of several answers, the better one first.
struct Alternative {
    std::string text{};
    double score = 0; ///< log-probability, after the length penalty where there is one
};

/// A word and when it was said.
struct Word {
    std::string text{};
    double start = 0; ///< s from the beginning of the recording
    double end = 0;   ///< s
};

struct Transcript {
    std::string audioFile{};
    std::string text{};
    double score = 0;                        ///< log-probability of the path that was taken
    std::vector<Word> words{};               ///< where asked for
    std::vector<Alternative> alternatives{}; ///< of a beam search, best first
};

struct TranscribeOptions {
    bool words = false;                    ///< with the times of words
    int beamSize = 0;                      ///< 1: greedy; 0: as the model's decoding section says
    std::filesystem::path languageModel{}; ///< n-grams in ARPA's format; empty: none
    double languageModelWeight = 0.5;
    double wordBonus = 1.0;   ///< added for each word
    double bufferSeconds = 0; ///< longer recordings are read in parts of so many seconds; 0: whole
    int batchSize = 4;
    /// Told of the seconds of sound that are done, and of all; on the calling thread.
    std::function<void(double done, double all)> progress{};
};

struct Classification {
    std::int64_t label = 0;
    std::string className{};             ///< empty where classes have no names
    std::vector<double> probabilities{}; ///< of each class; they sum to 1
};

struct Translation {
    std::string text{};
    std::vector<Alternative> alternatives{}; ///< as many as asked for, the first is `text`
};

struct TranslateOptions {
    int beamSize = 0;                    ///< 0: the model's
    double lengthPenalty = std::nan(""); ///< NaN: the model's len_pen
    int maxGenerationDelta = -1; ///< tokens that a translation may be longer than its source; -1: the model's
    int alternatives = 1;
    std::string sourceLanguage{}; ///< empty: the model's
    std::string targetLanguage{};
};

/// One thread at a time. What a model cannot do is a Usage error that says what it can.
class Inference {
public:
    virtual ~Inference() = default;
    [[nodiscard]] virtual Task task() const { return Task::Unknown; }
    /// Fully qualified class in NeMo, "nemo.collections.asr.models.ctc_models.EncDecCTCModel".
    [[nodiscard]] virtual const std::string& target() const = 0;
    /// Names of the classes by label; empty where there are none.
    [[nodiscard]] virtual std::vector<std::string> classNames() const { return {}; }

    /// Texts of audio files, one each, in order; dither 0 and pad_to 0 as NeMo's transcribe().
    [[nodiscard]] virtual Result<std::vector<Transcript>>
    transcribe(const std::vector<std::filesystem::path>& audio, const TranscribeOptions& options,
               std::stop_token stop);
    /// Classes of texts, one each, in order.
    [[nodiscard]] virtual Result<std::vector<Classification>> classify(const std::vector<std::string>& texts,
                                                                       std::stop_token stop);
    /// Translations of texts, one each, in order; an empty text gives an empty one.
    [[nodiscard]] virtual Result<std::vector<Translation>>
    translate(const std::vector<std::string>& texts, const TranslateOptions& options, std::stop_token stop);

private:
    [[nodiscard]] tl::unexpected<Error> refuse(const char* what, const char* models) const;
};

} // namespace fathom::run
