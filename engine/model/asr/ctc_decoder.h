// SPDX-License-Identifier: Apache-2.0
// From the outputs of a CTC model to texts, words with their times and alternatives: greedily or with a beam.
//
//   auto decoder = CtcDecoder::make(decoding, params, {.words = true});
//   CtcDecoder::Pieces said;
//   (*decoder)->decode(logProbs, frames, said);              // once, or for one part after the other
//   run::Transcript transcript = (*decoder)->transcript(said, secondsOfAFrame);
#pragma once

#include "engine/decode/ctc_beam_search.h"
#include "engine/decode/word_times.h"
#include "engine/model/asr/ctc_decoding.h"
#include "engine/model/asr/decoding_params.h"
#include "engine/run/inference.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace fathom::model {

/// Immutable; any thread.
class CtcDecoder {
public:
    /// What was said so far in one recording.
    struct Pieces {
        std::vector<decode::TimedToken> tokens{};     ///< times only where words are wanted
        std::vector<run::Alternative> alternatives{}; ///< of the first part; a text in parts has none
        double score = 0;
        std::int64_t frames = 0; ///< decoded
        int parts = 0;
    };

    /// `options` go before `params`. Reads the language model; its errors are BadInput. `decoding` is
    /// borrowed.
    [[nodiscard]] static Result<std::shared_ptr<const CtcDecoder>>
    make(const CtcDecoding& decoding, const CtcDecodingParams& params, const run::TranscribeOptions& options);

    /// Adds what `logProbs` [frames, V + 1], row-major, natural logarithms, say.
    void decode(std::span<const float> logProbs, std::size_t frames, Pieces& said) const;
    /// Text, score (greedy: of the frames that are not blank, as NeMo has it), words and alternatives.
    [[nodiscard]] run::Transcript transcript(const Pieces& said, double frameSeconds) const;
    [[nodiscard]] std::string text(const Pieces& said) const;

private:
    CtcDecoder(const CtcDecoding& decoding, bool words);
    void decodeGreedily(std::span<const float> logProbs, std::size_t frames, Pieces& said) const;
    void decodeWithBeam(std::span<const float> logProbs, std::size_t frames, Pieces& said) const;
    [[nodiscard]] std::string textOf(std::span<const std::int64_t> ids) const {
        return m_decoding.prediction(ids);
    }

    const CtcDecoding& m_decoding;
    bool m_words;
    std::int64_t m_blank;
    decode::WordRules m_rules{};
    std::optional<decode::CtcBeamSearch> m_search{}; ///< none: greedy
};

} // namespace fathom::model
