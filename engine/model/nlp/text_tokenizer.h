// SPDX-License-Identifier: Apache-2.0
// The tokenizer of a text classifier, and the vocabulary files that saving packs.
#pragma once

#include "engine/archive/artifacts.h"
#include "engine/model/nlp/text_classification_params.h"
#include "engine/text/tokenizer.h"

#include <memory>

namespace fathom::model {

/// Opens what the `tokenizer` section at `path` names: a vocab.txt, or the one of the folder that
/// tokenizer_name is; or a SentencePiece model. Lower case follows the name as for published models
/// ("uncased", "cased"), then the folder's tokenizer_config.json, then dataset.do_lower_case. The vocabulary
/// is registered in `artifacts` under NeMo's keys. Errors carry the config's place.
[[nodiscard]] Result<std::shared_ptr<const text::Tokenizer>>
openTextTokenizer(const config::Config& config, const std::string& path,
                  const TextClassificationParams& params, archive::ArtifactRegistry& artifacts);

} // namespace fathom::model
