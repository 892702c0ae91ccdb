// SPDX-License-Identifier: Apache-2.0
// Texts as the token sequences a BERT classifier reads.
#pragma once

#include "engine/text/tokenizer.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <torch/torch.h>
#include <vector>

namespace fathom::model {

/// [CLS], the pieces of one word after the other, [SEP]: NeMo's TextClassificationDataset.get_features.
/// Immutable; any thread.
class TextEncoder {
public:
    /// `limit`: tokens of a sequence, with [CLS] and [SEP]; longer ones lose their end. Not positive: none.
    /// Requires a tokenizer with ids for [CLS] and [SEP].
    TextEncoder(std::shared_ptr<const text::Tokenizer> tokenizer, std::int64_t limit)
        : m_tokenizer(std::move(tokenizer)), m_limit(limit) {}

    struct Encoded {
        std::vector<std::int64_t> ids{};
        bool cut = false; ///< it was longer than the limit
    };
    [[nodiscard]] Encoded encode(std::string_view text) const;
    [[nodiscard]] std::int64_t padId() const { return m_tokenizer->padId().value_or(0); }

private:
    std::shared_ptr<const text::Tokenizer> m_tokenizer;
    std::int64_t m_limit;
};

/// Sequences side by side: ids, token types and mask [B, longest] int64. Unlike NeMo, which fills all three
/// with the padding id, types and mask are 0 beyond each sequence.
struct TokenBatch {
    torch::Tensor ids{};
    torch::Tensor types{};
    torch::Tensor mask{};
};
[[nodiscard]] TokenBatch collate(std::span<const std::span<const std::int64_t>> sequences,
                                 std::int64_t padId);

} // namespace fathom::model
