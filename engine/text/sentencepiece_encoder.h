// SPDX-License-Identifier: Apache-2.0
// Ids of a text by a SentencePiece model of type unigram or bpe, as the library gives them and several times
// as fast: it makes no strings on the way.
#pragma once

#include "engine/text/piece_trie.h"
#include "engine/text/sentencepiece_model.h"

#include <optional>
#include <span>

namespace fathom::text {

/// Immutable, so any thread may use it.
class SentencePieceEncoder {
public:
    /// Empty for models of other types, and for those with pieces that are not used any more.
    [[nodiscard]] static std::optional<SentencePieceEncoder> create(const SentencePieceModel& model);

    [[nodiscard]] std::vector<std::int64_t> encode(std::string_view text) const;

private:
    explicit SentencePieceEncoder(const SentencePieceModel& model);
    struct Segment {
        std::size_t length = 0; ///< bytes of the normalized text
        std::int64_t id = 0;
    };
    [[nodiscard]] std::string normalize(std::string_view text) const;
    /// What one step of the normalizer makes of the front of a text, and of how many bytes.
    [[nodiscard]] CharacterMap::Match normalizePrefix(std::string_view text) const;
    [[nodiscard]] std::vector<Segment> unigram(std::string_view text) const;
    [[nodiscard]] std::vector<Segment> bytePairs(std::string_view text) const;
    void joinPairs(std::string_view word, std::vector<Segment>& segments) const;
    [[nodiscard]] std::vector<std::int64_t> ids(std::string_view text,
                                                std::span<const Segment> segments) const;

    CharacterMap m_characters;
    SentencePieceModel m_model; ///< without pieces and characters
    std::vector<float> m_scores;
    std::vector<bool> m_isUserDefined;
    std::vector<bool> m_isUnknown;
    PieceTrie m_pieces;      ///< those that texts are cut into
    PieceTrie m_userDefined; ///< of these, those that are found whole
    bool m_hasUserDefined = false;
    bool m_isOfWords = true; ///< no piece goes on behind a space, so that words can be cut one by one
    float m_lowest = 0;      ///< of the scores of normal pieces
    float m_highest = 0;
};

} // namespace fathom::text
