// SPDX-License-Identifier: Apache-2.0
#include "engine/text/sentencepiece_encoder.h"

#include "engine/text/utf8.h"

#include <algorithm>
#include <cfloat>
#include <queue>

namespace fathom::text {

namespace {

using Type = SentencePieceModel::Type;
using Algorithm = SentencePieceModel::Algorithm;

constexpr std::string_view kSpace = "\xE2\x96\x81"; // ▁
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr float kUnknownPenalty = 10;

bool isOneCharacter(std::string_view text) {
    return sequenceLength(text) == text.size();
}

} // namespace

std::optional<SentencePieceEncoder> SentencePieceEncoder::create(const SentencePieceModel& model) {
    if (model.algorithm != Algorithm::Unigram && model.algorithm != Algorithm::Bpe) return std::nullopt;
    for (const SentencePieceModel::Piece& piece : model.pieces) {
        const bool ordinary = piece.type == Type::Normal || piece.type == Type::UserDefined;
        // A special piece of one character would be found in texts.
        if (piece.type == Type::Unused || (!ordinary && isOneCharacter(piece.text))) return std::nullopt;
    }
    return SentencePieceEncoder(model);
}

SentencePieceEncoder::SentencePieceEncoder(const SentencePieceModel& model)
    : m_characters(model.characters), m_lowest(FLT_MAX), m_highest(FLT_MIN) {
    m_model = model;
    m_model.pieces.clear();
    m_model.characters = {};
    for (const SentencePieceModel::Piece& piece : model.pieces) {
        const auto id = static_cast<std::int64_t>(m_scores.size());
        m_scores.push_back(piece.score);
        m_isUserDefined.push_back(piece.type == Type::UserDefined);
        m_isUnknown.push_back(piece.type == Type::Unknown);
        if (piece.type == Type::Normal) {
            m_lowest = std::min(m_lowest, piece.score);
            m_highest = std::max(m_highest, piece.score);
        }
        if (piece.type == Type::UserDefined) {
            m_userDefined.insert(piece.text, id);
            m_hasUserDefined = true;
        }
        if (piece.type != Type::Normal && piece.type != Type::UserDefined) continue;
        m_pieces.insert(piece.text, id);
        if (piece.text.find(kSpace, 1) != std::string::npos) m_isOfWords = false;
    }
}

CharacterMap::Match SentencePieceEncoder::normalizePrefix(std::string_view text) const {
    if (m_hasUserDefined) {
        const PieceTrie::Match whole = m_userDefined.longest(text);
        if (whole.length > 0) return {whole.length, text.substr(0, whole.length)};
    }
    const CharacterMap::Match mapped = m_characters.longest(text);
    if (mapped.length > 0) return mapped;
    const std::size_t length = validLength(text);
    if (length == 0) return {1, kReplacement};
    return {length, text.substr(0, length)};
}

std::string SentencePieceEncoder::normalize(std::string_view text) const {
    const std::string_view space = m_model.escapeWhitespaces ? kSpace : " ";
    std::string normalized;
    normalized.reserve(text.size() * 3 / 2 + 8);
    while (m_model.removeExtraWhitespaces && !text.empty()) {
        const CharacterMap::Match prefix = normalizePrefix(text);
        if (prefix.replacement != " ") break;
        text.remove_prefix(prefix.length);
    }
    if (text.empty()) return normalized;
    if (m_model.addDummyPrefix && !m_model.treatWhitespaceAsSuffix) normalized += space;
    bool afterSpace = m_model.removeExtraWhitespaces;
    while (!text.empty()) {
        CharacterMap::Match prefix = normalizePrefix(text);
        while (afterSpace && prefix.replacement.starts_with(' '))
            prefix.replacement.remove_prefix(1);
        for (const char c : prefix.replacement) {
            if (c == ' ')
                normalized += space;
            else
                normalized += c;
        }
        if (!prefix.replacement.empty())
            afterSpace = m_model.removeExtraWhitespaces && prefix.replacement.ends_with(' ');
        text.remove_prefix(prefix.length);
    }
    while (m_model.removeExtraWhitespaces && normalized.ends_with(space))
        normalized.resize(normalized.size() - space.size());
    if (m_model.addDummyPrefix && m_model.treatWhitespaceAsSuffix) normalized += space;
    return normalized;
}

/// Viterbi from the front. Scores are added and compared in the library's mixture of float and double, on
/// which ties depend.
std::vector<SentencePieceEncoder::Segment> SentencePieceEncoder::unigram(std::string_view text) const {
    struct Best {
        std::int64_t id = -1;
        float score = 0;
        std::ptrdiff_t begin = -1;
    };
    std::vector<Best> best(text.size() + 1);
    const auto offer = [&](std::size_t begin, std::size_t end, std::int64_t id, double score) {
        if (best[end].begin < 0 || score > static_cast<double>(best[end].score))
            best[end] = {id, static_cast<float>(score), static_cast<std::ptrdiff_t>(begin)};
    };
    const float unknownScore = m_lowest - kUnknownPenalty;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::string_view rest = text.substr(begin);
        const std::size_t character = sequenceLength(rest);
        const float before = best[begin].score;
        bool covered = false;
        m_pieces.forEachPrefix(rest, [&](std::size_t length, std::int64_t id) {
            const auto at = static_cast<std::size_t>(id);
            const double score = m_isUserDefined[at]
                                     ? static_cast<double>(static_cast<float>(length) * m_highest) - 0.1
                                     : static_cast<double>(m_scores[at]);
            offer(begin, begin + length, id, score + static_cast<double>(before));
            covered = covered || length == character;
        });
        if (!covered)
            offer(begin, begin + character, m_model.unknown, static_cast<double>(unknownScore + before));
        begin += character;
    }
    std::vector<Segment> segments;
    for (std::size_t end = text.size(); end > 0;) {
        const auto begin = static_cast<std::size_t>(best[end].begin);
        segments.push_back({end - begin, best[end].id});
        end = begin;
    }
    std::ranges::reverse(segments);
    return segments;
}

std::vector<SentencePieceEncoder::Segment> SentencePieceEncoder::bytePairs(std::string_view text) const {
    std::vector<Segment> segments;
    segments.reserve(text.size() / 2);
    while (!text.empty()) {
        const std::size_t next = m_isOfWords ? text.find(kSpace, 1) : std::string_view::npos;
        const std::string_view word = text.substr(0, next);
        joinPairs(word, segments);
        text.remove_prefix(word.size());
    }
    return segments;
}

/// Joins the neighbours whose piece has the highest score, of equal ones the first, until none is a piece.
void SentencePieceEncoder::joinPairs(std::string_view text, std::vector<Segment>& segments) const {
    struct Symbol {
        std::size_t begin, length;
        std::ptrdiff_t previous, next;
        std::int64_t id;
        bool isWhole; ///< a user-defined symbol
    };
    struct Pair {
        float score;
        std::ptrdiff_t left, right;
        std::size_t length;
        std::int64_t id;
        bool operator<(const Pair& other) const {
            return score < other.score || (score == other.score && left > other.left);
        }
    };
    std::vector<Symbol> symbols;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::string_view rest = text.substr(begin);
        const PieceTrie::Match whole = m_hasUserDefined ? m_userDefined.longest(rest) : PieceTrie::Match{};
        const std::size_t length = whole.length > 0 ? whole.length : sequenceLength(rest);
        const auto at = static_cast<std::ptrdiff_t>(symbols.size());
        symbols.push_back({begin, length, at - 1, at + 1, PieceTrie::kNone, whole.length > 0});
        begin += length;
    }
    if (symbols.empty()) return;
    symbols.back().next = -1;
    std::vector<Pair> storage;
    storage.reserve(symbols.size() * 2);
    std::priority_queue<Pair> pairs({}, std::move(storage));
    const auto symbol = [&](std::ptrdiff_t at) -> Symbol& { return symbols[static_cast<std::size_t>(at)]; };
    const auto offer = [&](std::ptrdiff_t left, std::ptrdiff_t right) {
        if (left < 0 || right < 0 || symbol(left).isWhole || symbol(right).isWhole) return;
        const std::size_t length = symbol(left).length + symbol(right).length;
        const std::int64_t id = m_pieces.find(text.substr(symbol(left).begin, length));
        if (id != PieceTrie::kNone)
            pairs.push({m_scores[static_cast<std::size_t>(id)], left, right, length, id});
    };
    for (std::ptrdiff_t i = 1; i < std::ssize(symbols); ++i)
        offer(i - 1, i);
    while (!pairs.empty()) {
        const Pair top = pairs.top();
        pairs.pop();
        Symbol& left = symbol(top.left);
        Symbol& right = symbol(top.right);
        if (left.length == 0 || right.length == 0 || left.length + right.length != top.length) continue;
        left.length = top.length;
        left.id = top.id;
        left.next = right.next;
        if (right.next >= 0) symbol(right.next).previous = top.left;
        right.length = 0;
        offer(left.previous, top.left);
        offer(top.left, left.next);
    }
    for (std::ptrdiff_t i = 0; i >= 0; i = symbol(i).next) {
        const Symbol& found = symbol(i);
        std::int64_t id = found.id;
        if (id == PieceTrie::kNone) id = m_pieces.find(text.substr(found.begin, found.length));
        segments.push_back({found.length, id == PieceTrie::kNone ? m_model.unknown : id});
    }
}

/// Unknown characters that follow each other are one id, or as many as they have bytes.
std::vector<std::int64_t> SentencePieceEncoder::ids(std::string_view text,
                                                    std::span<const Segment> segments) const {
    std::vector<std::int64_t> ids;
    ids.reserve(segments.size());
    bool afterUnknown = false;
    for (const Segment& segment : segments) {
        const bool isUnknown = m_isUnknown[static_cast<std::size_t>(segment.id)];
        if (isUnknown && m_model.byteFallback) {
            for (const char byte : text.substr(0, segment.length))
                ids.push_back(m_model.firstByte + static_cast<unsigned char>(byte));
        } else if (!isUnknown || !afterUnknown) {
            ids.push_back(segment.id);
        }
        afterUnknown = isUnknown;
        text.remove_prefix(segment.length);
    }
    return ids;
}

std::vector<std::int64_t> SentencePieceEncoder::encode(std::string_view text) const {
    const std::string normalized = normalize(text);
    return ids(normalized,
               m_model.algorithm == Algorithm::Unigram ? unigram(normalized) : bytePairs(normalized));
}

} // namespace fathom::text
