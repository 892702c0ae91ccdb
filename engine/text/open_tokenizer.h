// SPDX-License-Identifier: Apache-2.0
// A tokenizer from whatever a user points at.
#pragma once

#include "engine/text/sentencepiece.h"
#include "engine/text/wordpiece.h"

namespace fathom::text {

struct OpenTokenizerOptions {
    SentencePieceOptions sentencePiece{};
    WordPieceOptions wordPiece{};
};

/// A folder that has a tokenizer.model or else a vocab.txt (NeMo's `tokenizer.dir`), a vocabulary (.txt) for
/// WordPiece, or a SentencePiece model under any other name. Errors (BadInput) name the file.
[[nodiscard]] Result<std::shared_ptr<const Tokenizer>>
openTokenizer(const std::filesystem::path& path, const OpenTokenizerOptions& options = {});

} // namespace fathom::text
