// SPDX-License-Identifier: Apache-2.0
// The `tokenizer` section of a speech model over sub-words (NeMo's ASRBPEMixin).
#pragma once

#include "engine/archive/artifacts.h"
#include "engine/config/config.h"
#include "engine/text/tokenizer.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fathom::model {

struct SpeechTokenizer {
    std::shared_ptr<const text::Tokenizer> tokenizer{};
    std::vector<std::string> vocabulary{}; ///< pieces by id, which NeMo writes into decoder.vocabulary
    /// Keys below `tokenizer` and the files they name, as NeMo registers them: model_path, vocab_path,
    /// spe_tokenizer_vocab.
    std::vector<std::pair<std::string, std::string>> files{};
};

/// Reads the section at `path`. Its files are those of an archive ("nemo:…" in the keys above), or
/// tokenizer.model, vocab.txt and tokenizer.vocab (bpe) or vocab.txt (wpe) in its `dir`; each is registered
/// with `artifacts`. Errors name the key: Usage for a type that there is not, BadInput for a file that is
/// missing or is not a tokenizer of that type.
[[nodiscard]] Result<SpeechTokenizer> openSpeechTokenizer(const config::Config& config, std::string_view path,
                                                          archive::ArtifactRegistry& artifacts);

} // namespace fathom::model
