// SPDX-License-Identifier: Apache-2.0
// The options of a training as SentencePiece's own trainer calls them.
#pragma once

#include "engine/text/sentencepiece_training.h"

#include <unordered_map>

namespace fathom::text {

/// What is wrong with the options on their own (Usage).
[[nodiscard]] Status checkOptions(const SentencePieceTraining& options);

/// Arguments of SentencePieceTrainer::Train, without input and output.
[[nodiscard]] std::unordered_map<std::string, std::string>
trainerArguments(const SentencePieceTraining& options);

} // namespace fathom::text
