// SPDX-License-Identifier: Apache-2.0
// What NeMo's configs say of a tokenizer beside its files. Models are restored by it, and the window shows
// their tokenizers by it.
#pragma once

#include "engine/base/value.h"
#include "engine/text/sentencepiece.h"
#include "engine/text/wordpiece.h"

#include <string>

namespace fathom::text {

/// The section `tokenizer` of a TextClassificationModel.
struct ClassifierTokenizer {
    std::string name{};     ///< tokenizer_name
    bool lowerCase = false; ///< dataset.do_lower_case
    Value specialTokens{};  ///< null, or a map such as {cls_token: "[CLS]"}
};

/// For a WordPiece vocabulary. Lower case follows the name as for published models ("uncased", "cased"), then
/// the tokenizer_config.json of the folder that the name is (findPretrainedFolder), then
/// dataset.do_lower_case. Special tokens that are no map or not BERT's are an error (Usage), whose key is
/// that in the section; a broken tokenizer_config.json is BadInput.
[[nodiscard]] Result<WordPieceOptions> wordPieceOptions(const ClassifierTokenizer& section);

/// For a SentencePiece model: legacy mode with the special tokens, in their order.
[[nodiscard]] SentencePieceOptions sentencePieceOptions(const ClassifierTokenizer& section);

/// Of an MTEncDecModel with `sentencepiece_legacy`: the tokens that NeMo makes up for what the model lacks.
[[nodiscard]] SentencePieceOptions legacyTranslationOptions(const Tokenizer& model);

} // namespace fathom::text
