// SPDX-License-Identifier: Apache-2.0
#include "engine/model/nlp/text_tokens.h"

#include "engine/text/words.h"

#include <algorithm>

namespace fathom::model {

TextEncoder::Encoded TextEncoder::encode(std::string_view text) const {
    Encoded out;
    out.ids.push_back(*m_tokenizer->clsId());
    for (const std::string_view word : text::splitWords(text)) {
        const text::EncodedText pieces = m_tokenizer->encode(word);
        out.ids.insert(out.ids.end(), pieces.ids.begin(), pieces.ids.end());
    }
    const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(m_limit, 0));
    out.cut = limit > 0 && out.ids.size() + 1 > limit;
    if (out.cut) out.ids.resize(limit - 1);
    out.ids.push_back(*m_tokenizer->sepId());
    return out;
}

TokenBatch collate(std::span<const std::span<const std::int64_t>> sequences, std::int64_t padId) {
    std::size_t width = 0;
    for (const auto& ids : sequences)
        width = std::max(width, ids.size());
    const std::vector<std::int64_t> shape{static_cast<std::int64_t>(sequences.size()),
                                          static_cast<std::int64_t>(width)};
    TokenBatch batch{torch::full(shape, padId, torch::kInt64), torch::zeros(shape, torch::kInt64),
                     torch::zeros(shape, torch::kInt64)};
    auto* id = batch.ids.data_ptr<std::int64_t>();
    auto* real = batch.mask.data_ptr<std::int64_t>();
    for (const auto& ids : sequences) {
        std::ranges::copy(ids, id);
        std::fill_n(real, ids.size(), 1);
        id += width;
        real += width;
    }
    return batch;
}

} // namespace fathom::model
