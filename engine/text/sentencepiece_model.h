// SPDX-License-Identifier: Apache-2.0
// What a SentencePiece model must be before its library may have it. The library trusts the file: a broken
// character map makes it read outside its tables, a broken piece makes it end the process.
#pragma once

#include "engine/base/result.h"

#include <string_view>

namespace fathom::text {

/// Empty for a sound model; otherwise why not: "piece 7 is empty". Format: sentencepiece_model.proto; the
/// character map is a Darts-clone double array.
[[nodiscard]] std::string sentencePieceDamage(std::string_view bytes);

} // namespace fathom::text
