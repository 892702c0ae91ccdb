// SPDX-License-Identifier: Apache-2.0
// From token ids to text as NeMo's CTC decoding writes it.
#pragma once

#include "engine/text/tokenizer.h"

#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace fathom::model {

/// Immutable; any thread.
class CtcDecoding {
public:
    explicit CtcDecoding(std::shared_ptr<const text::Tokenizer> tokenizer);

    /// Text of a reference. Ids outside the vocabulary give nothing.
    [[nodiscard]] std::string reference(std::span<const std::int64_t> ids) const {
        return m_tokenizer->joinPieces(ids);
    }
    /// Text of a prediction: as above, but a space before a punctuation mark of the vocabulary goes (NeMo
    /// since 2.1; the apostrophe is such a mark).
    [[nodiscard]] std::string prediction(std::span<const std::int64_t> ids) const;
    [[nodiscard]] const text::Tokenizer& tokenizer() const { return *m_tokenizer; }

private:
    std::shared_ptr<const text::Tokenizer> m_tokenizer;
    std::set<char32_t> m_marks{}; ///< of the vocabulary, but for special, continued and word-initial pieces
};

/// True for a code point of Unicode category P that occurs in labels of speech models: ASCII and Latin-1
/// punctuation, general punctuation (U+2010-2027, U+2030-205E) and CJK marks.
[[nodiscard]] bool isPunctuation(char32_t codePoint);

} // namespace fathom::model
