// SPDX-License-Identifier: Apache-2.0
// CTC decoding with a beam: prefixes are merged over all their alignments (Hannun et al. 2014,
// https://arxiv.org/abs/1408.2873), with an n-gram language model over words or tokens if there is one.
//
//   decode::CtcBeamSearch search(vocabulary, {.beamSize = 16});
//   for (const decode::BeamHypothesis& best : search.run(logProbs, frames)) …   // best first
#pragma once

#include "engine/base/result.h"
#include "engine/decode/ngram_model.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace fathom::decode {

/// A token as words are made of it: "▁the" begins a word with the text "the"; a space of a character model
/// begins one with no text.
struct BeamToken {
    std::string text{};
    bool beginsWord = false;
};

struct BeamOptions {
    int beamSize = 4;
    double languageWeight = 1;  ///< alpha, on natural logarithms
    double bonus = 0;           ///< beta, for each word; for each token where the model is one of tokens
    double tokenMinLogp = -5;   ///< tokens below it are not tried, but for the best of a frame
    double beamPruneLogp = -10; ///< hypotheses that are worse than the best by more are dropped
    double unknownOffset = -10; ///< on words that the model does not list, natural logarithm
    int alternatives = 1;       ///< hypotheses returned, at most beamSize
};

struct BeamHypothesis {
    std::vector<std::int64_t> tokens{};
    double score = 0;    ///< log-probability of the tokens, language model and bonus included
    double acoustic = 0; ///< without them
};

/// Immutable; any thread.
class CtcBeamSearch {
public:
    /// The blank is the token after the last. `languageModel` may be null. With `tokenWords` the model is one
    /// of tokens and tokenWords[i] its word for token i; otherwise one of words.
    CtcBeamSearch(std::vector<BeamToken> tokens, const BeamOptions& options,
                  std::shared_ptr<const NgramModel> languageModel = {}, std::vector<WordId> tokenWords = {});

    /// `logProbs` is [frames, tokens + 1], row-major, natural logarithms. Best first; never empty. Cost grows
    /// with frames x beamSize x tokens over tokenMinLogp.
    [[nodiscard]] std::vector<BeamHypothesis> run(std::span<const float> logProbs, std::size_t frames) const;

private:
    class Search;
    std::vector<BeamToken> m_tokens;
    BeamOptions m_options;
    std::shared_ptr<const NgramModel> m_model;
    std::vector<WordId> m_tokenWords;
};

/// Which words of a model stand for the tokens of a vocabulary: NeMo's scripts write token i of a subword
/// model as the character 100 + i, and characters as themselves. Empty when the model is one of words: when
/// less than nine in ten of its words are tokens.
[[nodiscard]] std::vector<WordId> tokenWords(const NgramModel& model, std::span<const std::string> pieces,
                                             bool areSubwords);

} // namespace fathom::decode
