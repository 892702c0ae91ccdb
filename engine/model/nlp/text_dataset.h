// SPDX-License-Identifier: Apache-2.0
// A file of labelled texts as the batches a text classifier wants.
#pragma once

#include "engine/data/labelled_text.h"
#include "engine/model/nlp/text_classification_params.h"
#include "engine/model/nlp/text_tokens.h"

#include <memory>

namespace fathom::model {

class TextDataset : public Dataset {
public:
    /// Reads and encodes the file. Errors (BadInput) name the line.
    [[nodiscard]] static Result<std::shared_ptr<const TextDataset>>
    open(const TextSetParams& params, std::int64_t classes, const TextEncoder& encoder);

    [[nodiscard]] std::int64_t size() const override;
    [[nodiscard]] const LoaderOptions& loader() const override { return m_loader; }
    /// NeMo's tuple: token ids, token types, mask [B, T], labels [B], all int64. Sources are the texts.
    [[nodiscard]] Result<Batch> load(std::span<const std::int64_t> indices) const override;
    [[nodiscard]] std::string summary() const override;

    /// What the log should say: a header, lines that were left out, sequences that were cut.
    [[nodiscard]] std::vector<std::string> notes() const;
    [[nodiscard]] const std::vector<data::LabelledText>& items() const { return m_texts.items; }

private:
    TextDataset(data::LabelledTexts texts, const TextSetParams& params, const TextEncoder& encoder);
    [[nodiscard]] std::span<const std::int64_t> sequence(std::int64_t index) const;
    [[nodiscard]] double paddingShare() const;

    data::LabelledTexts m_texts;
    LoaderOptions m_loader;
    std::int64_t m_padId;
    std::vector<std::int64_t> m_ids{}; ///< of all items, one behind the other
    std::vector<std::size_t> m_ends{}; ///< one past each item's ids
    std::size_t m_longest = 0;
    std::size_t m_cut = 0; ///< sequences that lost their end
};

} // namespace fathom::model
