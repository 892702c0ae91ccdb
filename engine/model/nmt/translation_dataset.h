// SPDX-License-Identifier: Apache-2.0
// Sentence pairs in batches of about `tokens_in_batch` tokens, made once as NeMo's TranslationDataset does:
// an item is a whole batch.
#pragma once

#include "engine/model/model.h"
#include "engine/model/nmt/mt_params.h"
#include "engine/model/nmt/parallel_text.h"

#include <memory>

namespace fathom::model {

class TranslationDataset : public Dataset {
public:
    /// Reads and encodes the files. Errors (BadInput) name file and line.
    [[nodiscard]] static Result<std::shared_ptr<const TranslationDataset>>
    open(const TranslationDataParams& params, const TokenSides& sides);

    /// Batches.
    [[nodiscard]] std::int64_t size() const override { return static_cast<std::int64_t>(m_batches.size()); }
    [[nodiscard]] const LoaderOptions& loader() const override { return m_loader; }
    /// NeMo's tuple, all int64: source [B, S], its mask, target without its last column [B, T], its mask,
    /// labels [B, T]; and [2]: which of how many pairs of files it is of. `indices` has one. Sources are
    /// "train.en:17".
    [[nodiscard]] Result<Batch> load(std::span<const std::int64_t> indices) const override;
    [[nodiscard]] std::string summary() const override;

private:
    struct PairBatch {
        std::size_t corpus = 0;
        std::vector<std::int64_t> pairs{};
    };
    TranslationDataset(const TranslationDataParams& params, const TokenSides& sides);
    void addBatches(std::size_t corpus, std::int64_t tokensInBatch);

    std::vector<ParallelText> m_corpora{};
    std::vector<PairBatch> m_batches{};
    LoaderOptions m_loader;
    std::int64_t m_sourcePad;
    std::int64_t m_targetPad;
    bool m_reverse;
    std::int64_t m_tokens = 0;  ///< of all batches, padding included
    std::int64_t m_padding = 0; ///< those of them that are padding
};

} // namespace fathom::model
