// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/transformer_beam.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fathom::nn {

namespace {

constexpr float kNever = -1e30F; // of a second continuation of what has ended

/// A place in a beam.
struct Beam {
    std::vector<std::int64_t> ids{};
    std::vector<std::int32_t> history{}; ///< cache rows of all ids but the last
    float score = 0;
    float length = 0; ///< NeMo's prefixes_len
    bool ended = false;
};

/// The best continuations of some hypotheses: [rows, beamSize].
struct Continuations {
    torch::Tensor scores{};
    torch::Tensor ids{};
};

class Search {
public:
    Search(const TransformerDecoder& decoder, const TokenHead& head, const EncodedSources& sources,
           const BeamSearchParams& params)
        : m_decoder(decoder),
          m_head(head),
          m_params(params),
          m_device(sources.states.device()),
          m_sentences(static_cast<std::int64_t>(sources.lengths.size())),
          m_cache(decoder.begin(sources.states, sources.lengths)) {
        std::int64_t longest = params.maxSequenceLength;
        if (params.maxGenerationDelta >= 0)
            longest = std::min(longest, sources.paddedLength + params.maxGenerationDelta);
        m_steps = longest - 1;
    }

    void start();
    /// One more token for everyone; false when all have ended or the limit is reached.
    [[nodiscard]] bool advance();
    [[nodiscard]] std::vector<std::vector<Hypothesis>> results() const;

private:
    [[nodiscard]] Continuations continuations(const std::vector<std::int64_t>& ids, std::int64_t position,
                                              const std::vector<std::int64_t>& sentences,
                                              const std::vector<std::vector<std::int32_t>>& history);
    [[nodiscard]] Continuations continueLive(std::vector<std::int64_t>& rowOf);
    void rank(std::int64_t sentence, const Continuations& next, const std::vector<std::int64_t>& rowOf,
              std::vector<Beam>& out) const;
    [[nodiscard]] float penalty(const Beam& beam) const {
        return std::pow((5 + beam.length) / 6, static_cast<float>(m_params.lengthPenalty));
    }
    void finishToken(Beam& beam) const;

    const TransformerDecoder& m_decoder;
    const TokenHead& m_head;
    const BeamSearchParams m_params;
    torch::Device m_device;
    std::int64_t m_sentences;
    DecoderCache m_cache;
    std::int64_t m_steps = 0; ///< that may still follow the first one
    std::int64_t m_position = 0;
    std::vector<Beam> m_beams{}; ///< beamSize for each sentence
};

Continuations Search::continuations(const std::vector<std::int64_t>& ids, std::int64_t position,
                                    const std::vector<std::int64_t>& sentences,
                                    const std::vector<std::vector<std::int32_t>>& history) {
    const DecoderStep step{.ids = torch::tensor(ids, torch::kInt64).to(m_device),
                           .position = position,
                           .sentences = sentences,
                           .history = history};
    const torch::Tensor logits = m_head.logits(m_decoder.step(m_cache, step)).to(torch::kFloat32);
    auto [scores, best] = logits.topk(m_params.beamSize, -1);
    if (m_head.params().logSoftmax) scores = scores - logits.logsumexp(-1, /*keepdim=*/true);
    return {scores.to(torch::kCPU).contiguous(), best.to(torch::kCPU).contiguous()};
}

void Search::start() {
    const auto count = static_cast<std::size_t>(m_sentences);
    std::vector<std::int64_t> sentences(count);
    std::iota(sentences.begin(), sentences.end(), std::int64_t{0});
    const Continuations first = continuations(std::vector(count, m_params.bos), 0, sentences,
                                              std::vector<std::vector<std::int32_t>>(count));
    const std::int64_t rows = m_sentences * m_params.beamSize;
    for (std::int64_t row = 0; row < rows; ++row) {
        Beam beam;
        beam.score = first.scores.const_data_ptr<float>()[row];
        beam.ids = {m_params.bos, first.ids.const_data_ptr<std::int64_t>()[row]};
        beam.history = {
            static_cast<std::int32_t>(row % m_sentences)}; // the mix-up: row / beamSize is its own
        beam.length = 3;
        m_beams.push_back(std::move(beam));
    }
    m_position = 1;
}

/// Continuations of what has not ended; `rowOf` says in which row those of each beam are, -1: none.
Continuations Search::continueLive(std::vector<std::int64_t>& rowOf) {
    std::vector<std::int64_t> ids, sentences;
    std::vector<std::vector<std::int32_t>> history;
    const auto firstRow = static_cast<std::int32_t>(m_cache.rows());
    for (std::size_t i = 0; i < m_beams.size(); ++i) {
        if (m_beams[i].ended) continue;
        rowOf[i] = static_cast<std::int64_t>(ids.size());
        ids.push_back(m_beams[i].ids.back());
        sentences.push_back(static_cast<std::int64_t>(i) / m_params.beamSize);
        history.push_back(m_beams[i].history);
        m_beams[i].history.push_back(firstRow + static_cast<std::int32_t>(rowOf[i]));
    }
    return continuations(ids, m_position, sentences, history);
}

void Search::finishToken(Beam& beam) const {
    const auto isWord = [&](std::int64_t id) { return id != m_params.eos && id != m_params.pad; };
    beam.length = 1 + static_cast<float>(std::ranges::count_if(beam.ids, isWord));
    beam.ended = !isWord(beam.ids.back());
}

/// The best beamSize of a sentence's beamSize² candidates.
void Search::rank(std::int64_t sentence, const Continuations& next, const std::vector<std::int64_t>& rowOf,
                  std::vector<Beam>& out) const {
    struct Candidate {
        float score = 0; ///< over the penalty of the beam it continues
        std::size_t beam = 0;
        std::int64_t id = 0;
    };
    const std::int64_t size = m_params.beamSize;
    const auto first = static_cast<std::size_t>(sentence * size);
    std::vector<Candidate> candidates;
    for (std::size_t beam = first; beam < first + static_cast<std::size_t>(size); ++beam) {
        for (std::int64_t k = 0; k < size; ++k) {
            Candidate candidate{m_beams[beam].score, beam, m_params.pad};
            if (rowOf[beam] >= 0) {
                candidate.score += next.scores.const_data_ptr<float>()[rowOf[beam] * size + k];
                candidate.id = next.ids.const_data_ptr<std::int64_t>()[rowOf[beam] * size + k];
            } else if (k > 0) {
                candidate.score = kNever;
            }
            candidate.score /= penalty(m_beams[beam]);
            candidates.push_back(candidate);
        }
    }
    std::ranges::stable_sort(candidates, std::greater<>(), &Candidate::score);
    for (std::int64_t k = 0; k < size; ++k) {
        const Candidate& chosen = candidates[static_cast<std::size_t>(k)];
        Beam beam = m_beams[chosen.beam];
        beam.score = chosen.score * penalty(m_beams[first + static_cast<std::size_t>(k)]);
        beam.ids.push_back(chosen.id);
        finishToken(beam);
        out.push_back(std::move(beam));
    }
}

bool Search::advance() {
    if (m_steps <= 0) return false;
    --m_steps;
    std::vector<std::int64_t> rowOf(m_beams.size(), -1);
    const Continuations next = continueLive(rowOf);
    std::vector<Beam> beams;
    beams.reserve(m_beams.size());
    for (std::int64_t sentence = 0; sentence < m_sentences; ++sentence)
        rank(sentence, next, rowOf, beams);
    m_beams = std::move(beams);
    ++m_position;
    return !std::ranges::all_of(m_beams, &Beam::ended);
}

std::vector<std::vector<Hypothesis>> Search::results() const {
    std::vector<std::vector<Hypothesis>> out(static_cast<std::size_t>(m_sentences));
    for (std::size_t i = 0; i < m_beams.size(); ++i)
        out[i / static_cast<std::size_t>(m_params.beamSize)].push_back(
            {m_beams[i].ids, static_cast<double>(m_beams[i].score / penalty(m_beams[i]))});
    for (std::vector<Hypothesis>& sentence : out)
        std::ranges::stable_sort(sentence, std::greater<>(), &Hypothesis::score);
    return out;
}

} // namespace

std::vector<std::vector<Hypothesis>> beamSearch(const TransformerDecoder& decoder, const TokenHead& head,
                                                const EncodedSources& sources, const BeamSearchParams& params,
                                                const std::stop_token& stop) {
    const torch::NoGradGuard noGrad;
    Search search(decoder, head, sources, params);
    search.start();
    while (search.advance())
        if (stop.stop_requested()) return {};
    return search.results();
}

} // namespace fathom::nn
