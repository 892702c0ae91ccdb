// SPDX-License-Identifier: Apache-2.0
#include "engine/model/nmt/translation_dataset.h"

#include "engine/model/nmt/token_batches.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace fathom::model {

namespace {

using SentenceRefs = std::vector<const std::vector<std::int64_t>*>;

std::int64_t longestOf(const SentenceRefs& sentences) {
    std::size_t longest = 0;
    for (const auto* sentence : sentences)
        longest = std::max(longest, sentence->size());
    return static_cast<std::int64_t>(longest);
}

/// [B, longest] int64, padded on the right.
torch::Tensor paddedIds(const SentenceRefs& sentences, std::int64_t pad) {
    const std::int64_t width = longestOf(sentences);
    torch::Tensor ids = torch::full({static_cast<std::int64_t>(sentences.size()), width}, pad, torch::kInt64);
    auto* row = ids.data_ptr<std::int64_t>();
    for (const auto* sentence : sentences) {
        std::ranges::copy(*sentence, row);
        row += width;
    }
    return ids;
}

torch::Tensor maskOf(const torch::Tensor& ids, std::int64_t pad) {
    return ids.ne(pad).to(torch::kInt64);
}

} // namespace

TranslationDataset::TranslationDataset(const TranslationDataParams& params, const TokenSides& sides)
    : m_loader(params.loader),
      m_sourcePad(sides.source.pad),
      m_targetPad(sides.target.pad),
      m_reverse(params.reverse) {}

Result<std::shared_ptr<const TranslationDataset>>
TranslationDataset::open(const TranslationDataParams& params, const TokenSides& sides) {
    const std::shared_ptr<TranslationDataset> data(new TranslationDataset(params, sides));
    for (const ParallelFiles& files : params.corpora) {
        Result<ParallelText> corpus = readParallelText(files, sides, params.limits);
        if (!corpus) return fail(corpus.error());
        data->m_corpora.push_back(std::move(*corpus));
        data->addBatches(data->m_corpora.size() - 1, params.tokensInBatch);
    }
    return std::shared_ptr<const TranslationDataset>(data);
}

void TranslationDataset::addBatches(std::size_t corpus, std::int64_t tokensInBatch) {
    std::vector<PairLength> lengths;
    for (const SentencePair& pair : m_corpora[corpus].pairs)
        lengths.push_back(
            {static_cast<std::int64_t>(pair.source.size()), static_cast<std::int64_t>(pair.target.size())});
    for (std::vector<std::int64_t>& pairs : packIntoBatches(lengths, tokensInBatch)) {
        PairLength longest;
        std::int64_t real = 0;
        for (const std::int64_t pair : pairs) {
            const PairLength& length = lengths[static_cast<std::size_t>(pair)];
            longest = {std::max(longest.source, length.source), std::max(longest.target, length.target)};
            real += length.source + length.target;
        }
        const auto padded = static_cast<std::int64_t>(pairs.size()) * (longest.source + longest.target);
        m_tokens += padded;
        m_padding += padded - real;
        m_batches.push_back({corpus, std::move(pairs)});
    }
}

Result<Batch> TranslationDataset::load(std::span<const std::int64_t> indices) const {
    const PairBatch& wanted = m_batches.at(static_cast<std::size_t>(indices.front()));
    const ParallelText& corpus = m_corpora[wanted.corpus];
    Batch batch;
    SentenceRefs sources, targets;
    std::int64_t real = 0;
    for (const std::int64_t number : wanted.pairs) {
        const SentencePair& pair = corpus.pairs[static_cast<std::size_t>(number)];
        sources.push_back(&pair.source);
        targets.push_back(&pair.target);
        real += static_cast<std::int64_t>(pair.source.size() + pair.target.size()) - 1;
        batch.sources.push_back(corpus.files.source.string() + ':' + std::to_string(pair.line));
    }
    if (m_reverse) std::swap(sources, targets); // NeMo swaps ids, not tokenizers and padding
    const torch::Tensor source = paddedIds(sources, m_reverse ? m_targetPad : m_sourcePad);
    const torch::Tensor target = paddedIds(targets, m_reverse ? m_sourcePad : m_targetPad);
    const torch::Tensor input = target.narrow(1, 0, target.size(1) - 1).contiguous();
    const torch::Tensor labels = target.narrow(1, 1, target.size(1) - 1).contiguous();
    batch.tensors = {
        source,
        maskOf(source, m_sourcePad),
        input,
        maskOf(input, m_targetPad),
        labels,
        torch::tensor({static_cast<std::int64_t>(wanted.corpus), static_cast<std::int64_t>(m_corpora.size())},
                      torch::kInt64)};
    batch.elements = source.numel() + input.numel();
    batch.padding = batch.elements - real;
    return batch;
}

std::string TranslationDataset::summary() const {
    std::string text;
    std::size_t pairs = 0;
    for (const ParallelText& corpus : m_corpora) {
        text += (text.empty() ? "" : "; ") + corpus.summary();
        pairs += corpus.pairs.size();
    }
    std::array<char, 96> numbers{};
    std::snprintf(
        numbers.data(), numbers.size(), "; %zu batches of %.1f pairs, %.1f%% of the tokens are padding",
        m_batches.size(), static_cast<double>(pairs) / static_cast<double>(m_batches.size()),
        100.0 * static_cast<double>(m_padding) / static_cast<double>(std::max<std::int64_t>(m_tokens, 1)));
    return text + numbers.data();
}

} // namespace fathom::model
