// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a SentencePiece model: what is taken must encode and decode.
#include "engine/text/sentencepiece.h"

#include <cstdlib>

using namespace fathom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto tokenizer = text::readSentencePiece(bytes, "fuzz.model");
    if (!tokenizer) return 0;
    for (const char* sample : {"hello world", "ﬁne ＡＢ e\u0301 …½ 日本", " a  b ", "\xE2\x82\xFF"}) {
        const text::EncodedText encoded = (*tokenizer)->encode(sample);
        for (const std::int64_t id : encoded.ids)
            if (id < 0 || id >= (*tokenizer)->size()) std::abort();
        const std::string decoded = (*tokenizer)->decode(encoded.ids);
        std::vector<std::int64_t> ids;
        for (const text::Piece& piece : (*tokenizer)->pieces(sample)) {
            if (piece.begin > piece.end || piece.end > std::string_view(sample).size()) std::abort();
            ids.push_back(piece.id);
        }
        if (ids != encoded.ids) std::abort(); // the library's, and our encoder's
    }
    return 0;
}
