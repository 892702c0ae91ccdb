// SPDX-License-Identifier: Apache-2.0
// Canonical normal forms (UAX #15, Unicode 14) that keep track of where each character came from.
#pragma once

#include "engine/text/bert_words.h"

namespace fathom::text {

/// NFD. A character that decomposes hands its bytes to each of its parts.
[[nodiscard]] Word decomposed(const Word& word);
/// NFC. A composed character covers what its parts covered.
[[nodiscard]] Word composed(const Word& word);

} // namespace fathom::text
