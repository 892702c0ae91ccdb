// SPDX-License-Identifier: Apache-2.0
// Generation: MtModel's translations of batches and of texts.
#include "engine/model/nmt/mt_model.h"
#include "engine/model/nmt/mt_text.h"
#include "engine/model/torch_failure.h"
#include "engine/nn/token_rows.h"
#include "engine/nn/work_scope.h"
#include "engine/text/utf8.h"

#include <algorithm>
#include <cmath>

namespace fathom::model {

namespace {

constexpr std::size_t kTextsAtOnce = 256;      // NeMo's nmt_transformer_infer.py
constexpr std::size_t kTokensAtOnce = 1 << 14; // padding included, so that long texts fit too

Error cannotTranslate(ErrorKind kind, std::string why, std::string remedy) {
    return {.kind = kind, .what = "Cannot translate", .why = std::move(why), .remedy = std::move(remedy)};
}

bool isBlank(const std::string& text) {
    return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

/// Sentences that are translated together, and where each stands among all.
struct TextBatch {
    std::vector<std::vector<std::int64_t>> sentences{};
    std::vector<std::size_t> places{};
};

/// The sentences from `next` on that fit into a batch; those without ids are passed over.
TextBatch takeBatch(const std::vector<std::vector<std::int64_t>>& ids, std::size_t& next) {
    TextBatch batch;
    std::size_t longest = 0;
    for (; next < ids.size() && batch.sentences.size() < kTextsAtOnce; ++next) {
        if (ids[next].empty()) continue;
        longest = std::max(longest, ids[next].size());
        if (!batch.sentences.empty() && longest * (batch.sentences.size() + 1) > kTokensAtOnce) break;
        batch.sentences.push_back(ids[next]);
        batch.places.push_back(next);
    }
    return batch;
}

} // namespace

nn::BeamSearchParams MtModel::searchParams() const {
    return {.beamSize = m_params.beamSize,
            .lengthPenalty = m_params.lengthPenalty,
            .maxSequenceLength = m_params.decoder.maxSequenceLength,
            .maxGenerationDelta = m_params.maxGenerationDelta,
            .pad = m_sides.target.pad,
            .bos = m_sides.target.bos,
            .eos = m_sides.target.eos};
}

Result<nn::BeamSearchParams> MtModel::searchParams(const run::TranslateOptions& options) const {
    nn::BeamSearchParams params = searchParams();
    if (options.beamSize > 0) params.beamSize = options.beamSize;
    if (!std::isnan(options.lengthPenalty)) params.lengthPenalty = options.lengthPenalty;
    if (options.maxGenerationDelta >= 0) params.maxGenerationDelta = options.maxGenerationDelta;
    if (options.alternatives > params.beamSize)
        return fail(cannotTranslate(ErrorKind::Usage,
                                    std::to_string(options.alternatives) +
                                        " alternatives were asked for, but a beam of " +
                                        std::to_string(params.beamSize) + " keeps no more than that",
                                    "Ask for fewer, or use a wider beam"));
    if (params.beamSize > m_params.decoder.vocabSize)
        return fail(
            cannotTranslate(ErrorKind::Usage,
                            "a beam of " + std::to_string(params.beamSize) + " is wider than the vocabulary",
                            "Use a smaller beam"));
    return params;
}

/// The encoder's states of the real tokens of ids and mask [B, S].
nn::EncodedSources MtModel::encode(const torch::Tensor& ids, const torch::Tensor& mask) const {
    const auto lengths = nn::prefixLengths(mask.to(torch::kCPU));
    if (!lengths) throw std::invalid_argument("a source mask is not ones followed by zeros");
    const torch::Tensor states =
        nn::fitsKernels(m_head->weight())
            ? m_encoder->forward(nn::packRows(ids, *lengths), nn::TokenLayout::packed(*lengths), nullptr)
            : nn::packRows(m_encoder->forward(ids, nn::TokenLayout::padded(mask), nullptr), *lengths);
    return {.states = states, .lengths = *lengths, .paddedLength = ids.size(1)};
}

/// The best hypotheses of each sentence, [B, T] int64 on the CPU.
torch::Tensor MtModel::beamIds(const torch::Tensor& source, const torch::Tensor& mask) const {
    const auto found = nn::beamSearch(*m_decoder, *m_head, encode(source, mask), searchParams());
    const auto width = static_cast<std::int64_t>(found.front().front().ids.size());
    torch::Tensor ids = torch::empty({static_cast<std::int64_t>(found.size()), width}, torch::kInt64);
    auto* row = ids.data_ptr<std::int64_t>();
    for (const std::vector<nn::Hypothesis>& sentence : found) {
        std::ranges::copy(sentence.front().ids, row);
        row += width;
    }
    return ids;
}

std::vector<std::vector<nn::Hypothesis>> MtModel::search(const Sentences& sentences,
                                                         const nn::BeamSearchParams& params,
                                                         const std::stop_token& stop) const {
    std::size_t longest = 0;
    for (const std::vector<std::int64_t>& sentence : sentences)
        longest = std::max(longest, sentence.size());
    const auto count = static_cast<std::int64_t>(sentences.size());
    const auto width = static_cast<std::int64_t>(longest);
    const torch::Tensor ids = torch::full({count, width}, m_sides.source.pad, torch::kInt64);
    const torch::Tensor mask = torch::zeros({count, width}, torch::kInt64);
    for (std::int64_t i = 0; i < count; ++i) {
        const auto& sentence = sentences[static_cast<std::size_t>(i)];
        std::ranges::copy(sentence, ids.data_ptr<std::int64_t>() + i * width);
        std::fill_n(mask.data_ptr<std::int64_t>() + i * width, sentence.size(), 1);
    }
    return nn::beamSearch(*m_decoder, *m_head, encode(ids.to(device()), mask.to(device())), params, stop);
}

Result<std::vector<std::int64_t>> MtModel::sourceIds(const std::string& text, std::size_t number,
                                                     const LanguagePair& language) const {
    const std::string place = "text " + std::to_string(number + 1);
    if (!text::isUtf8(text))
        return fail(cannotTranslate(ErrorKind::BadInput, place + " is not UTF-8",
                                    "Convert it, for example with iconv"));
    std::vector<std::int64_t> ids = idsOf(m_sides.source, language.prepare(text));
    const std::int64_t limit = m_params.encoder.maxSequenceLength;
    if (m_params.encoder.learnedPositions && static_cast<std::int64_t>(ids.size()) > limit)
        return fail(cannotTranslate(ErrorKind::BadInput,
                                    place + " has " + std::to_string(ids.size()) +
                                        " tokens, but the model learnt positions for " +
                                        std::to_string(limit),
                                    "Split it into sentences"));
    return ids;
}

Result<std::vector<run::Translation>> MtModel::translate(const std::vector<std::string>& texts,
                                                         const run::TranslateOptions& options,
                                                         std::stop_token stop) {
    const Result<nn::BeamSearchParams> params = searchParams(options);
    if (!params) return fail(params.error());
    // As in NeMo, one of the two given means that the other side is left as it is.
    const bool given = !options.sourceLanguage.empty() || !options.targetLanguage.empty();
    const Result<LanguagePair> language =
        given ? LanguagePair::make(options.sourceLanguage, options.targetLanguage)
              : LanguagePair::make(m_params.sourceLanguage, m_params.targetLanguage);
    if (!language) return fail(language.error());
    Sentences ids(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (isBlank(texts[i])) continue;
        Result<std::vector<std::int64_t>> sentence = sourceIds(texts[i], i, *language);
        if (!sentence) return fail(sentence.error());
        ids[i] = std::move(*sentence);
    }
    try {
        const nn::WorkScope scope;
        const torch::NoGradGuard noGrad;
        m_module->eval();
        const auto kept = static_cast<std::size_t>(std::max(options.alternatives, 1));
        std::vector<run::Translation> translations(texts.size());
        for (std::size_t next = 0; next < ids.size();) {
            const TextBatch batch = takeBatch(ids, next);
            if (batch.sentences.empty()) break;
            const auto found = search(batch.sentences, *params, stop);
            if (found.empty()) return fail(cannotTranslate(ErrorKind::Interrupted, "stop was requested", ""));
            for (std::size_t i = 0; i < found.size(); ++i) {
                run::Translation& translation = translations[batch.places[i]];
                for (std::size_t n = 0; n < std::min(kept, found[i].size()); ++n)
                    translation.alternatives.push_back(
                        {language->finish(textOf(m_sides.target, found[i][n].ids)), found[i][n].score});
                translation.text = translation.alternatives.front().text;
            }
        }
        return translations;
    } catch (const std::exception& error) {
        return fail(torchFailure("Cannot translate", error));
    }
}

} // namespace fathom::model
