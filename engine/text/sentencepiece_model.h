// SPDX-License-Identifier: Apache-2.0
// What is in a SentencePiece model, and what it must be before its library may have it. The library trusts
// the file: a broken character map makes it read outside its tables, a broken piece makes it end the process.
#pragma once

#include "engine/base/result.h"
#include "engine/text/character_map.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace fathom::text {

/// Format: sentencepiece_model.proto, of which this is the part that encoding needs.
struct SentencePieceModel {
    enum class Type : std::int32_t { Normal = 1, Unknown, Control, UserDefined, Unused, Byte };
    struct Piece {
        std::string text{};
        float score = 0;
        Type type = Type::Normal;
    };
    enum class Algorithm : std::int32_t { Unigram = 1, Bpe, Word, Char };

    std::vector<Piece> pieces{}; ///< by id
    std::int64_t unknown = 0;    ///< id of the piece for what has none
    std::int64_t firstByte = -1; ///< where there are pieces for bytes: id of that of byte 0; −1: none
    Algorithm algorithm = Algorithm::Unigram;
    bool byteFallback = false;
    bool treatWhitespaceAsSuffix = false;
    bool addDummyPrefix = true;
    bool removeExtraWhitespaces = true;
    bool escapeWhitespaces = true;
    CharacterMap characters{};
};

/// The model, or what is wrong with it: "piece 7 is empty".
[[nodiscard]] tl::expected<SentencePieceModel, std::string> parseSentencePieceModel(std::string_view bytes);

} // namespace fathom::text
