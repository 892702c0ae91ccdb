// SPDX-License-Identifier: Apache-2.0
#include "engine/text/open_tokenizer.h"

namespace fathom::text {

Result<std::shared_ptr<const Tokenizer>> openTokenizer(const std::filesystem::path& path,
                                                       const OpenTokenizerOptions& options) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error))
        return path.extension() == ".txt" ? openWordPiece(path, options.wordPiece)
                                          : openSentencePiece(path, options.sentencePiece);
    if (std::filesystem::exists(path / "tokenizer.model", error))
        return openSentencePiece(path / "tokenizer.model", options.sentencePiece);
    if (std::filesystem::exists(path / "vocab.txt", error))
        return openWordPiece(path / "vocab.txt", options.wordPiece);
    return fail({.kind = ErrorKind::BadInput,
                 .what = "Cannot open the tokenizer",
                 .why = "the folder has neither tokenizer.model nor vocab.txt",
                 .remedy = "Give a .model file, a vocab.txt, or a folder with one of them",
                 .file = path.string()});
}

} // namespace fathom::text
