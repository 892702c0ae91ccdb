// SPDX-License-Identifier: Apache-2.0
// NeMo's BeamSearchSequenceGenerator, rule for rule, with a cache of keys and values and without work for
// hypotheses that have ended. Two of its rules surprise: a score keeps the length penalty of the place in the
// beam where it lands, not that of its own length; and what the first token leaves in the cache is mixed up
// between the sentences of a batch (its `repeat` counts the other way round), so that translations depend a
// little on their neighbours. Both are kept, because the ids have to be NeMo's.
#pragma once

#include "engine/nn/transformer_decoder.h"
#include "engine/nn/transformer_head.h"

#include <stop_token>
#include <vector>

namespace fathom::nn {

struct BeamSearchParams {
    std::int64_t beamSize = 1;
    double lengthPenalty = 0;             ///< NeMo's len_pen, of Wu et al. 2016
    std::int64_t maxSequenceLength = 512; ///< tokens with bos and eos
    /// Tokens that a translation may be longer than the longest source; negative: no such limit.
    std::int64_t maxGenerationDelta = -1;
    std::int64_t pad = 0;
    std::int64_t bos = 1;
    std::int64_t eos = 2;
};

/// What the encoder made of a batch.
struct EncodedSources {
    torch::Tensor states{};              ///< [N, H], sentences behind each other
    std::vector<std::int64_t> lengths{}; ///< tokens of each
    std::int64_t paddedLength = 0;       ///< of the longest, padding included
};

struct Hypothesis {
    std::vector<std::int64_t> ids{}; ///< bos, tokens, eos, then pad up to the longest of the batch
    double score = 0;                ///< log-probability after the length penalty
};

/// Hypotheses of each sentence, the best first, all of one length. Empty after a request to stop.
[[nodiscard]] std::vector<std::vector<Hypothesis>>
beamSearch(const TransformerDecoder& decoder, const TokenHead& head, const EncodedSources& sources,
           const BeamSearchParams& params, const std::stop_token& stop = {});

} // namespace fathom::nn
