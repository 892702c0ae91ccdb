// SPDX-License-Identifier: Apache-2.0
// NeMo's way of putting sentence pairs together: pack_data_into_batches of TranslationDataset.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fathom::model {

/// Tokens of a sentence pair, bos and eos included.
struct PairLength {
    std::int64_t source = 0;
    std::int64_t target = 0;
};

/// Which pairs each batch has, in NeMo's order. Pairs are taken by like lengths until padded source and
/// target together exceed `tokensInBatch`; then as many as are a multiple of eight make a batch (all, if they
/// are fewer), and the rest begins the next one. So a batch can be larger than `tokensInBatch`.
[[nodiscard]] std::vector<std::vector<std::int64_t>> packIntoBatches(std::span<const PairLength> pairs,
                                                                     std::int64_t tokensInBatch);

} // namespace fathom::model
