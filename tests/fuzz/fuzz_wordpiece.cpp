// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a WordPiece vocabulary and, behind the first zero byte, as a text for it.
#include "engine/text/wordpiece.h"

#include <cstdlib>

using namespace fathom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const std::size_t zero = std::min(bytes.find('\0'), size);
    for (const text::BertBackend backend : {text::BertBackend::Slow, text::BertBackend::Fast}) {
        text::WordPieceOptions options;
        options.backend = backend;
        const auto tokenizer = text::readWordPiece(bytes.substr(0, zero), "vocab.txt", options);
        if (!tokenizer) return 0;
        const std::string_view sample = bytes.substr(std::min(zero + 1, size));
        const text::EncodedText encoded = (*tokenizer)->encode(sample);
        const std::vector<text::Piece> pieces = (*tokenizer)->pieces(sample);
        if (pieces.size() != encoded.ids.size()) std::abort();
        for (const text::Piece& piece : pieces)
            if (piece.begin > piece.end || piece.end > sample.size()) std::abort();
        const std::string decoded = (*tokenizer)->decode(encoded.ids);
    }
    return 0;
}
