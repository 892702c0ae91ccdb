// SPDX-License-Identifier: GPL-3.0-or-later
// The tokenizers that an archive holds, without its model and without LibTorch.
#pragma once

#include "engine/base/result.h"
#include "engine/text/tokenizer.h"

#include <QString>

#include <filesystem>
#include <memory>
#include <vector>

namespace fathom::app {

struct NamedTokenizer {
    QString name{}; ///< "Tokenizer", "Encoder", "Decoder"
    QString kind{}; ///< "SentencePiece", "WordPiece", "Characters"
    std::shared_ptr<const text::Tokenizer> tokenizer{};
};
using NamedTokenizers = std::vector<NamedTokenizer>;

/// Those that the config of a `.nemo` names, in order; none for an archive without any and for a checkpoint,
/// whose config names files of another machine. For a background thread. Errors (BadInput): the archive or a
/// tokenizer cannot be read.
[[nodiscard]] Result<NamedTokenizers> readTokenizers(const std::filesystem::path& nemoFile);

} // namespace fathom::app
