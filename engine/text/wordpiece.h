// SPDX-License-Identifier: Apache-2.0
// BERT's tokenizer: words and punctuation marks cut into pieces of a vocab.txt, longest first.
//
//   auto bert = openWordPiece("vocab.txt");                                  // NeMo's text classification
//   auto speech = openWordPiece("vocab.txt", WordPieceOptions::speech());    // tokenizer.type: wpe
#pragma once

#include "engine/text/tokenizer.h"

#include <filesystem>
#include <memory>

namespace fathom::text {

/// Which of Hugging Face's two implementations is followed. They differ for rare characters only: the Rust
/// one does not compose (NFC), knows fewer marks, and tidies spaces before punctuation when it decodes.
enum class BertBackend {
    Slow, ///< Python's: transformers 4 with use_fast=False, NeMo's default up to 2.x
    Fast, ///< Rust's: use_fast=True, and all there is in transformers 5 (NeMo 3)
};

struct WordPieceOptions {
    bool doLowerCase = true;
    std::optional<bool> stripAccents{}; ///< as doLowerCase if not given
    bool tokenizeChineseChars = true;   ///< each ideograph is a word
    BertBackend backend = BertBackend::Slow;
    /// Hugging Face's names for special tokens. One that the vocabulary lacks gets an id behind it.
    std::string unkToken = "[UNK]", sepToken = "[SEP]", padToken = "[PAD]", clsToken = "[CLS]",
                maskToken = "[MASK]";

    /// What NeMo's text classification makes of tokenizer.tokenizer_name and dataset.do_lower_case: where the
    /// name is that of a published model ("bert-base-uncased", "bert-base-cased"), it tells.
    [[nodiscard]] static WordPieceOptions textClassification(std::string_view tokenizerName, bool lowerCase) {
        WordPieceOptions options;
        const bool isNamed = tokenizerName.find("cased") != std::string_view::npos;
        options.doLowerCase = isNamed ? tokenizerName.find("uncased") != std::string_view::npos : lowerCase;
        return options;
    }

    /// What NeMo makes of `tokenizer.type: wpe`: bert-base-cased.
    [[nodiscard]] static WordPieceOptions speech() {
        WordPieceOptions options;
        options.doLowerCase = false;
        options.backend = BertBackend::Fast;
        return options;
    }
};

/// Reads a vocabulary, one piece a line, whose number is its id. Pieces that are no UTF-8 or there twice are
/// errors (BadInput) that name the line.
[[nodiscard]] Result<std::shared_ptr<const Tokenizer>> openWordPiece(const std::filesystem::path& vocabulary,
                                                                     const WordPieceOptions& options = {});

/// The same from the bytes of a vocabulary; `name` is what errors call it.
[[nodiscard]] Result<std::shared_ptr<const Tokenizer>>
readWordPiece(std::string_view bytes, const std::string& name, const WordPieceOptions& options = {});

} // namespace fathom::text
