// SPDX-License-Identifier: Apache-2.0
// A text as the words of BERT's basic tokenizer, each with the bytes that its characters come from.
#pragma once

#include "engine/text/wordpiece.h"

namespace fathom::text {

/// A code point and the bytes of the text that it stands for.
struct Character {
    char32_t code = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

using Word = std::vector<Character>;

/// Words and punctuation marks of a text without special tokens, cleaned, normalized and lower-cased as the
/// options say. `offset` is added to the positions.
[[nodiscard]] std::vector<Word> bertWords(std::string_view text, const WordPieceOptions& options,
                                          std::size_t offset);

} // namespace fathom::text
