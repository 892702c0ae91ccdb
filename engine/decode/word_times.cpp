// SPDX-License-Identifier: Apache-2.0
#include "engine/decode/word_times.h"

#include "engine/text/utf8.h"

#include <algorithm>
#include <limits>

namespace fathom::decode {

std::vector<TimedToken> timedTokens(std::span<const std::int64_t> path, std::int64_t blank) {
    std::vector<TimedToken> tokens;
    std::int64_t previous = blank;
    for (std::size_t frame = 0; frame < path.size(); ++frame) {
        const auto at = static_cast<std::int64_t>(frame);
        if (path[frame] != blank && path[frame] != previous) {
            const std::int64_t start = tokens.empty() ? std::max<std::int64_t>(0, at - 1) : tokens.back().end;
            tokens.push_back({path[frame], start, at});
        }
        previous = path[frame];
    }
    return tokens;
}

namespace {

/// The state of NeMo's loop over tokens.
class WordBuilder {
public:
    WordBuilder(std::vector<TimedToken> tokens, const TokenTexts& texts, const WordRules& rules)
        : m_tokens(std::move(tokens)), m_decode(texts.text), m_rules(rules) {
        for (const TimedToken& token : m_tokens) {
            m_pieces.push_back(texts.piece(token.id));
            m_texts.push_back(rules.kind == TokenKind::Characters ? m_pieces.back()
                                                                  : texts.text(std::span(&token.id, 1)));
        }
        for (std::size_t i = 1; i < m_tokens.size(); ++i) { // marks last too long in CTC outputs
            const std::string& said = m_texts[i];
            if (!said.empty() && isMark(said.substr(0, text::sequenceLength(said))))
                m_tokens[i].end = m_tokens[i].start;
        }
    }

    std::vector<TimedWord> words() {
        for (std::size_t i = 0; i < m_tokens.size(); ++i)
            take(i);
        if (!m_words.empty()) m_words.front().start = m_tokens.front().start;
        if (!m_built.empty()) {
            const std::int64_t start = m_words.empty() ? m_tokens.front().start : m_tokens[m_first].start;
            m_words.push_back({builtText(), start, m_tokens.back().end});
        }
        return std::move(m_words);
    }

private:
    bool isMark(const std::string& said) const { return m_rules.punctuation.contains(said); }

    /// Of the next token that is neither empty nor a separator; empty when there is none.
    std::string nextText(std::size_t i) const {
        while (++i < m_texts.size())
            if (!m_texts[i].empty() && m_texts[i] != m_rules.separator) return m_texts[i];
        return {};
    }

    bool beginsWord(std::size_t i) const {
        const bool separates = m_texts[i] == m_rules.separator;
        if (m_rules.separator != " ") return separates;
        const bool separatesWords = separates && !isMark(nextText(i));
        switch (m_rules.kind) {
        case TokenKind::Characters:
            return separatesWords;
        case TokenKind::SentencePieces:
            return m_pieces[i] != m_texts[i] || separatesWords;
        case TokenKind::WordPieces:
            return (!m_texts[i].empty() && !m_texts[i].starts_with("##")) || separatesWords;
        }
        return false;
    }

    std::string builtText() const {
        std::vector<std::int64_t> ids;
        for (const std::size_t i : m_built)
            ids.push_back(m_tokens[i].id);
        return m_decode(ids);
    }

    void take(std::size_t i) {
        const std::string& said = m_texts[i];
        const bool mark = isMark(said) && said != m_rules.separator;
        if (!mark && beginsWord(i)) {
            if (!m_built.empty())
                m_words.push_back({builtText(), m_tokens[m_first].start, m_tokens[i - 1].end});
            m_built.clear();
            if (said == m_rules.separator) return;
            m_built.push_back(i);
            m_first = i;
        } else if (mark && m_built.empty() && !m_words.empty()) {
            TimedWord& last = m_words.back();
            last.end = m_tokens[i].end;
            if (last.text.ends_with(' ')) last.text.pop_back();
            last.text += said;
        } else if (mark && !m_built.empty()) {
            const std::string& before = m_pieces[m_built.back()];
            if (before == " " || before == "_" || before == "▁") m_built.pop_back();
            m_built.push_back(i);
        } else {
            if (m_built.empty()) m_first = i;
            m_built.push_back(i);
        }
    }

    std::vector<TimedToken> m_tokens;
    std::function<std::string(std::span<const std::int64_t>)> m_decode;
    const WordRules& m_rules;
    std::vector<std::string> m_pieces; ///< as the vocabulary spells them
    std::vector<std::string> m_texts;  ///< decoded one by one
    std::vector<std::size_t> m_built;  ///< tokens of the word that is not complete
    std::size_t m_first = 0;           ///< the first of them
    std::vector<TimedWord> m_words;
};

} // namespace

std::vector<TimedWord> timedWords(std::vector<TimedToken> tokens, const TokenTexts& texts,
                                  const WordRules& rules) {
    return WordBuilder(std::move(tokens), texts, rules).words();
}

std::vector<std::int64_t> alignedPath(std::span<const float> logProbs, std::size_t frames, std::int64_t blank,
                                      std::span<const std::int64_t> tokens) {
    constexpr double kImpossible = -std::numeric_limits<double>::infinity();
    const auto width = static_cast<std::size_t>(blank) + 1;
    const std::size_t states = 2 * tokens.size() + 1; // blanks around the tokens
    const auto idOf = [&](std::size_t state) { return state % 2 == 0 ? blank : tokens[state / 2]; };
    std::vector<double> scores(states, kImpossible), next(states);
    std::vector<std::uint8_t> steps(frames * states); // by how many states the best way came forward
    for (std::size_t t = 0; t < frames; ++t) {
        for (std::size_t s = 0; s < states; ++s) {
            double best = t == 0 ? (s < 2 ? 0.0 : kImpossible) : scores[s];
            if (t > 0 && s >= 1 && scores[s - 1] > best) {
                best = scores[s - 1];
                steps[t * states + s] = 1;
            }
            const bool maySkip = s >= 3 && s % 2 == 1 && idOf(s) != idOf(s - 2);
            if (t > 0 && maySkip && scores[s - 2] > best) {
                best = scores[s - 2];
                steps[t * states + s] = 2;
            }
            next[s] = best + static_cast<double>(logProbs[t * width + static_cast<std::size_t>(idOf(s))]);
        }
        scores.swap(next);
    }
    std::vector<std::int64_t> path(frames);
    std::size_t state = states - 1;
    if (states > 1 && scores[state - 1] > scores[state]) --state;
    if (frames == 0 || !(scores[state] > kImpossible)) return {};
    for (std::size_t t = frames; t > 0; --t) {
        path[t - 1] = idOf(state);
        state -= steps[(t - 1) * states + state];
    }
    return path;
}

} // namespace fathom::decode
