// SPDX-License-Identifier: Apache-2.0
#include "engine/model/nlp/text_dataset.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <random>

namespace fathom::model {

namespace {

constexpr std::size_t kSkippedShown = 5;

std::string oneDecimal(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
}

} // namespace

TextDataset::TextDataset(data::LabelledTexts texts, const TextSetParams& params, const TextEncoder& encoder)
    : m_texts(std::move(texts)), m_loader(params.loader), m_padId(encoder.padId()) {
    m_ends.reserve(m_texts.items.size());
    for (const data::LabelledText& item : m_texts.items) {
        const TextEncoder::Encoded encoded = encoder.encode(item.text);
        m_ids.insert(m_ids.end(), encoded.ids.begin(), encoded.ids.end());
        m_ends.push_back(m_ids.size());
        m_longest = std::max(m_longest, encoded.ids.size());
        m_cut += encoded.cut ? 1 : 0;
    }
}

Result<std::shared_ptr<const TextDataset>>
TextDataset::open(const TextSetParams& params, std::int64_t classes, const TextEncoder& encoder) {
    auto texts = data::readLabelledTexts(params.file, {.classes = classes, .maxLines = params.samples});
    if (!texts) return fail(texts.error());
    return std::shared_ptr<const TextDataset>(new TextDataset(std::move(*texts), params, encoder));
}

std::int64_t TextDataset::size() const {
    return static_cast<std::int64_t>(m_ends.size());
}

std::span<const std::int64_t> TextDataset::sequence(std::int64_t index) const {
    const auto i = static_cast<std::size_t>(index);
    const std::size_t begin = i == 0 ? 0 : m_ends[i - 1];
    return {m_ids.data() + begin, m_ends[i] - begin};
}

Result<Batch> TextDataset::load(std::span<const std::int64_t> indices) const {
    std::vector<std::span<const std::int64_t>> sequences;
    std::vector<std::int64_t> labels;
    Batch batch;
    std::int64_t tokens = 0;
    for (const std::int64_t index : indices) {
        const data::LabelledText& item = m_texts.items[static_cast<std::size_t>(index)];
        sequences.push_back(sequence(index));
        tokens += static_cast<std::int64_t>(sequences.back().size());
        labels.push_back(item.label);
        batch.sources.push_back(item.text);
    }
    TokenBatch collated = collate(sequences, m_padId);
    batch.elements = collated.ids.numel();
    batch.padding = batch.elements - tokens;
    batch.tensors = {std::move(collated.ids), std::move(collated.types), std::move(collated.mask),
                     torch::tensor(labels, torch::kInt64)};
    return batch;
}

/// Of the batches of one epoch, shuffled where the loader shuffles.
double TextDataset::paddingShare() const {
    std::vector<std::int64_t> order(m_ends.size());
    std::iota(order.begin(), order.end(), 0);
    if (m_loader.shuffle) std::shuffle(order.begin(), order.end(), std::mt19937_64(0));
    std::size_t padded = 0;
    const auto batch = static_cast<std::size_t>(m_loader.batchSize);
    for (std::size_t begin = 0; begin < order.size(); begin += batch) {
        const std::size_t end = std::min(begin + batch, order.size());
        std::size_t width = 0;
        for (std::size_t i = begin; i < end; ++i)
            width = std::max(width, sequence(order[i]).size());
        padded += width * (end - begin);
    }
    return 1.0 - static_cast<double>(m_ids.size()) / static_cast<double>(padded);
}

std::string TextDataset::summary() const {
    const double mean = static_cast<double>(m_ids.size()) / static_cast<double>(m_ends.size());
    return std::to_string(size()) + " texts, " + oneDecimal(mean) + " tokens on average and " +
           std::to_string(m_longest) + " at most; " + oneDecimal(100 * paddingShare()) +
           " % of the batches is padding, for which nothing is computed";
}

std::vector<std::string> TextDataset::notes() const {
    std::vector<std::string> out;
    const std::string file = m_texts.file.string();
    if (m_texts.hasHeader)
        out.push_back(file + ":1: the line does not end in a number: it is taken as a header");
    for (std::size_t i = 0; i < std::min(kSkippedShown, m_texts.skipped.size()); ++i)
        out.push_back("left out: " + m_texts.skipped[i].message());
    if (m_texts.skipped.size() > kSkippedShown)
        out.push_back(file + ": " + std::to_string(m_texts.skipped.size()) + " lines were left out in all");
    if (m_cut > 0)
        out.push_back(file + ": " + std::to_string(m_cut) + " of " + std::to_string(size()) +
                      " texts have more tokens than max_seq_length and lost their end");
    return out;
}

} // namespace fathom::model
