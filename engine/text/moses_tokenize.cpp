// SPDX-License-Identifier: Apache-2.0
// tokenizer.perl as sacremoses ports it.
#include "engine/text/moses.h"
#include "engine/text/moses_text.h"
#include "engine/text/utf8.h"
#include "engine/text/words.h"

#include <algorithm>

namespace fathom::text {

namespace {

using namespace moses;

constexpr std::string_view kNumericOnly = " #NUMERIC_ONLY#";

std::u32string symbolsApart(std::u32string_view text) {
    std::u32string result;
    for (const char32_t code : text) {
        const bool stays = isAlnum(code) || isSpace(code) || code == U'.' || code == U'\'' || code == U'`' ||
                           code == U',' || code == U'-';
        if (stays)
            result += code;
        else
            result.append({U' ', code, U' '});
    }
    return result;
}

/// Runs of full stops become words that no later rule touches: " DOTDOTMULTI ".
std::u32string multiDotsAsWords(std::u32string_view text) {
    std::u32string result;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i;
        while (end < text.size() && text[end] == U'.')
            ++end;
        if (end - i < 2) {
            result += text[i++];
            continue;
        }
        result += U' ';
        for (; i < end; ++i)
            result += U"DOT";
        result += U"MULTI";
        if (end < text.size()) result += U' ';
    }
    return result;
}

std::u32string wordsAsMultiDots(std::u32string_view text) {
    std::u32string result;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i;
        while (text.substr(end).starts_with(U"DOT"))
            end += 3;
        if (end == i) {
            result += text[i++];
        } else if (text.substr(end).starts_with(U"MULTI")) {
            result.append((end - i) / 3, U'.');
            i = end + 5;
        } else {
            result.append(text.substr(i, end - i));
            i = end;
        }
    }
    return result;
}

void commasApart(std::u32string& text) {
    rewritePairs(
        text, [](char32_t a, char32_t b) { return !isNumber(a) && b == U','; },
        [](std::u32string& out, char32_t a, char32_t) {
            out.append({a, U' ', U',', U' '});
        });
    rewritePairs(
        text, [](char32_t a, char32_t b) { return a == U',' && !isNumber(b); },
        [](std::u32string& out, char32_t, char32_t b) {
            out.append({U' ', U',', U' ', b});
        });
    if (text.size() > 1 && text.back() == U',' && isNumber(text[text.size() - 2])) {
        text.pop_back();
        text += U" , ";
    }
}

/// Apostrophes between characters that `before` and `after` accept get spaces where `left` and `right` say.
template <class Before, class After>
void apostrophesApart(std::u32string& text, Before before, After after, bool left, bool right) {
    rewriteTriples(
        text, [&](char32_t a, char32_t b, char32_t c) { return b == U'\'' && before(a) && after(c); },
        [&](std::u32string& out, char32_t a, char32_t c) {
            out += a;
            if (left) out += U' ';
            out += U'\'';
            if (right) out += U' ';
            out += c;
        });
}

void splitApostrophes(std::u32string& text, const std::string& language) {
    const auto letter = [](char32_t code) { return isAlpha(code); };
    const auto other = [](char32_t code) { return !isAlpha(code); };
    const auto neither = [](char32_t code) { return !isAlpha(code) && !isNumber(code); };
    const bool romance = language == "fr" || language == "it";
    if (language != "en" && !romance) return replaceAll(text, U"'", U" ' ");
    apostrophesApart(text, other, other, true, true);
    if (romance)
        apostrophesApart(text, other, letter, true, true);
    else
        apostrophesApart(text, neither, letter, true, true);
    apostrophesApart(text, letter, other, true, true);
    apostrophesApart(text, letter, letter, !romance, romance);
    if (!romance)
        apostrophesApart(
            text, isNumber, [](char32_t code) { return code == U's'; }, true, false);
}

} // namespace

Result<MosesProcessor> MosesProcessor::create(std::string_view language) {
    static constexpr std::string_view kMissing[] = {"as", "bn", "ca",  "cjk", "cs",  "cz",  "el", "et", "fi",
                                                    "ga", "gu", "hi",  "hu",  "is",  "ja",  "kn", "ko", "lt",
                                                    "lv", "ml", "mni", "mr",  "or",  "pa",  "pl", "ro", "sk",
                                                    "sl", "sv", "ta",  "te",  "tdt", "yue", "zh"};
    if (language.empty() || std::ranges::find(kMissing, language) != std::end(kMissing))
        return fail(
            {.kind = ErrorKind::Usage,
             .what = "Cannot prepare texts of the language '" + std::string(language) + "'",
             .why = "its rules are not built in",
             .remedy = "Use de, en, es, fr, it, nl, pt or ru, or ignore for texts that are prepared"});
    return MosesProcessor(language);
}

MosesProcessor::MosesProcessor(std::string_view language) : m_language(language) {
    std::span<const std::string_view> words = prefixes(language);
    if (words.empty()) words = prefixes("en");
    for (const std::string_view word : words) {
        if (word.ends_with(kNumericOnly))
            m_numericPrefixes.insert(toCodePoints(word.substr(0, word.size() - kNumericOnly.size())));
        else
            m_prefixes.insert(toCodePoints(word));
    }
}

/// A full stop stays with abbreviations, and before a word in lower case.
void MosesProcessor::splitFullStops(std::vector<std::u32string>& tokens) const {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        std::u32string& token = tokens[i];
        if (token.size() < 2 || token.back() != U'.') continue;
        const std::u32string prefix = token.substr(0, token.size() - 1);
        const char32_t next = i + 1 < tokens.size() ? tokens[i + 1].front() : 0;
        const bool abbreviated = prefix.find(U'.') != prefix.npos && std::ranges::any_of(prefix, isAlpha);
        const bool numeric = m_numericPrefixes.contains(prefix);
        const bool listed = m_prefixes.contains(prefix) && !numeric;
        const bool counts = numeric && next >= '0' && next <= '9';
        if (abbreviated || listed || counts || (next != 0 && isLower(next))) continue;
        token = prefix + U" .";
    }
}

std::string MosesProcessor::tokenize(std::string_view raw) const {
    std::u32string text = withSingleSpaces(toCodePoints(raw));
    std::erase_if(text, [](char32_t code) { return code < 0x20; });
    text = multiDotsAsWords(symbolsApart(strip(text)));
    commasApart(text);
    splitApostrophes(text, m_language);
    std::vector<std::u32string> tokens = split(text);
    splitFullStops(tokens);
    text = join(tokens);
    if (text.ends_with(U".'")) text.replace(text.size() - 2, 2, U" . ' ");
    return toUtf8(wordsAsMultiDots(text));
}

} // namespace fathom::text
