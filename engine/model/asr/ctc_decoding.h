// SPDX-License-Identifier: Apache-2.0
// From token ids to text as NeMo's CTC decoding writes it.
#pragma once

#include "engine/text/char_tokenizer.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace fathom::model {

/// Immutable; any thread.
class CtcDecoding {
public:
    explicit CtcDecoding(text::CharTokenizer tokenizer);

    /// Text of a reference: the labels joined.
    [[nodiscard]] std::string reference(std::span<const std::int64_t> ids) const {
        return m_tokenizer.decode(ids);
    }
    /// Text of a prediction: as above, but a space before a punctuation mark of the vocabulary goes (NeMo
    /// since 2.1; the apostrophe is such a mark).
    [[nodiscard]] std::string prediction(std::span<const std::int64_t> ids) const;
    [[nodiscard]] const text::CharTokenizer& tokenizer() const { return m_tokenizer; }

private:
    text::CharTokenizer m_tokenizer;
    std::vector<bool> m_isPunctuation; ///< for each id: the label begins with a mark
    std::vector<bool> m_isSpace;       ///< for each id: the label ends with white space
};

/// True for a code point of Unicode category P that occurs in labels of speech models: ASCII and Latin-1
/// punctuation, general punctuation (U+2010-2027, U+2030-205E) and CJK marks.
[[nodiscard]] bool isPunctuation(char32_t codePoint);

} // namespace fathom::model
