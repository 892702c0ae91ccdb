// SPDX-License-Identifier: Apache-2.0
// When tokens and words were said, in frames of a CTC output, by the rules of NeMo 3.0.0
// (compute_ctc_timestamps in asr/parts/submodules/ctc_decoding.py, get_words_offsets in timestamp_utils.py).
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace fathom::decode {

/// A token from the frame where the one before it began to the frame where it begins itself, as NeMo has it.
struct TimedToken {
    std::int64_t id = 0;
    std::int64_t start = 0; ///< frame
    std::int64_t end = 0;
};

/// Tokens of a path, which has one id (or the blank) for each frame.
[[nodiscard]] std::vector<TimedToken> timedTokens(std::span<const std::int64_t> path, std::int64_t blank);

struct TimedWord {
    std::string text{};
    std::int64_t start = 0; ///< frame
    std::int64_t end = 0;
    friend bool operator==(const TimedWord&, const TimedWord&) = default;
};

enum class TokenKind {
    Characters,     ///< labels; a separator stands between words
    SentencePieces, ///< "▁the" begins a word
    WordPieces,     ///< "##ing" does not
};

struct WordRules {
    TokenKind kind = TokenKind::Characters;
    std::string separator = " ";
    std::set<std::string> punctuation{}; ///< marks that stick to the word before them
};

/// What tokens are called and what they spell.
struct TokenTexts {
    std::function<std::string(std::int64_t)> piece{};                 ///< as the vocabulary has it: "▁the"
    std::function<std::string(std::span<const std::int64_t>)> text{}; ///< decoded: "the cat"
};

/// Joins tokens to words.
[[nodiscard]] std::vector<TimedWord> timedWords(std::vector<TimedToken> tokens, const TokenTexts& texts,
                                                const WordRules& rules);

/// The likeliest path (Viterbi) through `logProbs` [frames, blank + 1], row-major, that says `tokens`; empty
/// when they do not fit into the frames. Takes frames x (2 tokens + 1) bytes.
[[nodiscard]] std::vector<std::int64_t> alignedPath(std::span<const float> logProbs, std::size_t frames,
                                                    std::int64_t blank, std::span<const std::int64_t> tokens);

} // namespace fathom::decode
