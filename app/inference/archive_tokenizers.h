// SPDX-License-Identifier: GPL-3.0-or-later
// The tokenizers that an archive or a folder holds, without a model and without LibTorch.
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

/// A SentencePiece model, a vocabulary, or a folder with one of them. For a background thread.
[[nodiscard]] Result<NamedTokenizer> readTokenizerFile(const std::filesystem::path& path);

} // namespace fathom::app
