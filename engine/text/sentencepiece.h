// SPDX-License-Identifier: Apache-2.0
// SentencePiece models (.model) as NeMo's SentencePieceTokenizer reads them.
//
//   auto tokenizer = openSentencePiece("tokenizer.model");
//   (*tokenizer)->encode("hello world").ids
#pragma once

#include "engine/text/tokenizer.h"

#include <filesystem>
#include <memory>
#include <utility>

namespace fathom::text {

struct SentencePieceOptions {
    /// NeMo's `legacy`: tokens may be added to those of the model, and pad, bos, eos, cls, sep and mask are
    /// found by their names among them.
    bool legacy = false;
    /// What legacy mode adds, in order: a name such as "pad_token" (empty for entries of a plain list) and
    /// the token. A token that the model has keeps its id, others get the ids behind the model's. Without
    /// `legacy` they are an error (Usage), as in NeMo.
    std::vector<std::pair<std::string, std::string>> specialTokens{};
};

/// Reads a model. One that is damaged, or made so as to crash a reader, is an error (BadInput).
[[nodiscard]] Result<std::shared_ptr<const Tokenizer>>
openSentencePiece(const std::filesystem::path& model, const SentencePieceOptions& options = {});

/// The same from the bytes of a model, an archive's member for one; `name` is what errors call it.
[[nodiscard]] Result<std::shared_ptr<const Tokenizer>>
readSentencePiece(std::string_view bytes, const std::string& name, const SentencePieceOptions& options = {});

} // namespace fathom::text
