// SPDX-License-Identifier: Apache-2.0
// detokenizer.perl as sacremoses ports it.
#include "engine/text/moses.h"
#include "engine/text/moses_text.h"
#include "engine/text/utf8.h"

#include <algorithm>
#include <map>

namespace fathom::text {

namespace {

using namespace moses;

bool isCjk(char32_t code) {
    static constexpr CodeRange kRanges[] = {{0x1100, 0x11FF},   {0x2E80, 0xA4CF},   {0xA840, 0xA87F},
                                            {0xAC00, 0xD7AF},   {0xF900, 0xFAFF},   {0xFE30, 0xFE4F},
                                            {0xFF65, 0xFFDC},   {0x17000, 0x18AFF}, {0x1B000, 0x1B12F},
                                            {0x1B170, 0x1B2FF}, {0x20000, 0x2FFFF}};
    return contains(kRanges, code);
}

bool isOneOf(std::u32string_view characters, char32_t code) {
    return characters.find(code) != characters.npos;
}

template <class Test> bool all(const std::u32string& token, Test test) {
    return std::ranges::all_of(token, test);
}

bool isLetter(char32_t code) {
    return contains(alpha(), code);
}

bool opensAmount(char32_t code) {
    return isOneOf(U"([{¿¡", code) || contains(currency(), code);
}

bool isStop(char32_t code) {
    return isOneOf(U",.?!:;\\%}])", code);
}

bool isQuote(char32_t code) {
    return isOneOf(U"'\"„“`", code);
}

void unescape(std::u32string& text) {
    static constexpr std::pair<std::u32string_view, std::u32string_view> kEntities[] = {
        {U" @-@ ", U"-"},  {U"&bar;", U"|"}, {U"&#124;", U"|"}, {U"&lt;", U"<"},
        {U"&gt;", U">"},   {U"&bra;", U"["}, {U"&ket;", U"]"},  {U"&quot;", U"\""},
        {U"&apos;", U"'"}, {U"&#91;", U"["}, {U"&#93;", U"]"},  {U"&amp;", U"&"}};
    for (const auto& [entity, character] : kEntities)
        replaceAll(text, entity, character);
}

/// Puts one token behind the other; what decides is where the spaces go.
class Joiner {
public:
    Joiner(std::vector<std::u32string> tokens, std::string_view language)
        : m_tokens(std::move(tokens)), m_language(language) {}

    std::u32string join() {
        for (std::size_t i = 0; i < m_tokens.size(); ++i)
            add(i);
        squeezeSpaces(m_text);
        return std::u32string(strip(m_text));
    }

private:
    void toLeft(const std::u32string& token) {
        m_text += token;
        m_space = true;
    }
    void toRight(const std::u32string& token) {
        between(token);
        m_space = false;
    }
    void between(const std::u32string& token) {
        if (m_space) m_text += U' ';
        m_text += token;
        m_space = true;
    }

    void add(std::size_t i) {
        const std::u32string& token = m_tokens[i];
        if (isCjk(token.front())) {
            i > 0 && isCjk(m_tokens[i - 1].back()) ? toLeft(token) : between(token);
        } else if (all(token, opensAmount)) {
            toRight(token);
        } else if (all(token, isStop)) {
            if (m_language == "fr" && token.size() == 1 && isOneOf(U"?!:;\\%", token[0])) m_text += U' ';
            toLeft(token);
        } else if (m_language == "en" && i > 0 && token.size() > 1 && token[0] == U'\'' &&
                   isLetter(token[1])) {
            toLeft(token);
        } else if ((m_language == "fr" || m_language == "it") && elides(i)) {
            toRight(token);
        } else if (all(token, isQuote)) {
            addQuote(i);
        } else {
            between(token);
        }
    }

    /// "l'" before a word.
    [[nodiscard]] bool elides(std::size_t i) const {
        const std::u32string& token = m_tokens[i];
        return i + 1 < m_tokens.size() && token.size() > 1 && token.back() == U'\'' &&
               isLetter(token[token.size() - 2]) && isLetter(m_tokens[i + 1].front());
    }

    void addQuote(std::size_t i) {
        const std::u32string& token = m_tokens[i];
        const bool curly = all(token, [](char32_t code) { return isOneOf(U"„“”", code); });
        int& count = m_quotes[curly ? U"\"" : token];
        if (count % 2 == 1) {
            toLeft(token);
            ++count;
        } else if (m_language == "en" && token == U"'" && i > 0 && m_tokens[i - 1].back() == U's') {
            toLeft(token); // the Jones' house
        } else {
            toRight(token);
            ++count;
        }
    }

    std::vector<std::u32string> m_tokens;
    std::string_view m_language;
    std::u32string m_text;
    std::map<std::u32string, int> m_quotes;
    bool m_space = true;
};

} // namespace

std::string MosesProcessor::detokenize(std::string_view tokens) const {
    std::u32string text = U" " + toCodePoints(tokens) + U" ";
    unescape(text);
    return toUtf8(Joiner(split(text), m_language).join());
}

} // namespace fathom::text
