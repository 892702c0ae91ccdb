// SPDX-License-Identifier: Apache-2.0
// Between text and ids: the tokenizers of both languages as NeMo opens them, and what a language needs before
// and after them.
#pragma once

#include "engine/archive/artifacts.h"
#include "engine/model/nmt/mt_params.h"
#include "engine/model/nmt/parallel_text.h"

#include <span>
#include <string>
#include <string_view>

namespace fathom::model {

/// Finds both SentencePiece models among the artifacts and opens them. Errors name the config's key: a file
/// that is not there or no model (BadInput), ids that a translation needs and the model lacks (Usage).
[[nodiscard]] Result<TokenSides> openTokenizers(const MtModelParams& params,
                                                archive::ArtifactRegistry& artifacts);

/// NeMo's ids_to_text of a prediction or a reference: ids the vocabulary does not have become the unknown id.
[[nodiscard]] std::string textOf(const TokenSide& side, std::span<const std::int64_t> ids);

/// bos, the text's ids, eos.
[[nodiscard]] std::vector<std::int64_t> idsOf(const TokenSide& side, std::string_view text);

} // namespace fathom::model
