// SPDX-License-Identifier: Apache-2.0
// The substitutions of normalize-punctuation.perl, in its order.
#include "engine/text/moses.h"
#include "engine/text/moses_text.h"
#include "engine/text/utf8.h"
#include "engine/text/words.h"

#include <utf8proc.h>

namespace fathom::text {

namespace {

using Rule = std::pair<std::u32string_view, std::u32string_view>;

constexpr char32_t kNoBreak = 0xA0;

bool isDigit(char32_t code) {
    return utf8proc_category(static_cast<utf8proc_int32_t>(code)) == UTF8PROC_CATEGORY_ND;
}

void parentheses(std::u32string& text) {
    using namespace moses;
    replaceAll(text, U"\r", U"");
    replaceAll(text, U"(", U" (");
    replaceAll(text, U")", U") ");
    squeezeSpaces(text);
    rewriteTriples(
        text,
        [](char32_t a, char32_t b, char32_t c) {
            return a == U')' && b == U' ' &&
                   std::u32string_view(U".!:?;,").find(c) != std::u32string_view::npos;
        },
        [](std::u32string& out, char32_t a, char32_t c) {
            out.append({a, c});
        });
    replaceAll(text, U"( ", U"(");
    replaceAll(text, U" )", U")");
    rewriteTriples(
        text, [](char32_t a, char32_t b, char32_t c) { return isDigit(a) && b == U' ' && c == U'%'; },
        [](std::u32string& out, char32_t a, char32_t c) {
            out.append({a, c});
        });
    replaceAll(text, U" :", U":");
    replaceAll(text, U" ;", U";");
}

void unicodePunctuation(std::u32string& text) {
    static constexpr Rule kQuotesAndDashes[] = {{U"`", U"'"},  {U"''", U" \" "}, {U"„", U"\""}, {U"“", U"\""},
                                                {U"”", U"\""}, {U"–", U"-"},     {U"—", U" - "}};
    for (const auto& [from, to] : kQuotesAndDashes)
        moses::replaceAll(text, from, to);
    moses::squeezeSpaces(text);
    // Apostrophes within words need no rules of their own: all become '.
    static constexpr Rule kRest[] = {{U"´", U"'"},
                                     {U"‘", U"'"},
                                     {U"‚", U"'"},
                                     {U"’", U"'"},
                                     {U"''", U"\""},
                                     {U"…", U"..."},
                                     {U"\u00A0«\u00A0", U"\""},
                                     {U"«\u00A0", U"\""},
                                     {U"«", U"\""},
                                     {U"\u00A0»\u00A0", U"\""},
                                     {U"\u00A0»", U"\""},
                                     {U"»", U"\""},
                                     {U"\u00A0%", U"%"},
                                     {U"nº\u00A0", U"nº "},
                                     {U"\u00A0:", U":"},
                                     {U"\u00A0ºC", U" ºC"},
                                     {U"\u00A0cm", U" cm"},
                                     {U"\u00A0?", U"?"},
                                     {U"\u00A0!", U"!"},
                                     {U"\u00A0;", U";"},
                                     {U",\u00A0", U", "}};
    for (const auto& [from, to] : kRest)
        moses::replaceAll(text, from, to);
    moses::squeezeSpaces(text);
}

/// English: a quote goes behind the commas and full stops that follow it.
void quoteBehindStops(std::u32string& text) {
    std::u32string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != U'"') {
            result += text[i];
            continue;
        }
        while (i + 1 < text.size() && (text[i + 1] == U',' || text[i + 1] == U'.'))
            result += text[++i];
        result += U'"';
    }
    text = std::move(result);
}

/// German, Spanish, French: a quote goes before the comma or the full stops that precede it, but not at the
/// end: (\.+)"(\s*[^<]) becomes "\1\2.
void quoteBeforeStops(std::u32string& text) {
    moses::replaceAll(text, U",\"", U"\",");
    std::u32string result;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t quote = i;
        while (quote < text.size() && text[quote] == U'.')
            ++quote;
        const bool fits =
            quote > i && quote + 1 < text.size() && text[quote] == U'"' && text[quote + 1] != U'<';
        if (!fits) {
            const std::size_t end = std::max(quote, i + 1);
            result.append(text, i, end - i);
            i = end;
            continue;
        }
        std::size_t end = quote + 1;
        while (end < text.size() && isSpace(text[end]))
            ++end;
        if (end < text.size() && text[end] != U'<') ++end;
        result.append(1, U'"').append(text, i, quote - i).append(text, quote + 1, end - quote - 1);
        i = end;
    }
    text = std::move(result);
}

} // namespace

std::string MosesProcessor::normalize(std::string_view text) const {
    std::u32string points = toCodePoints(text);
    parentheses(points);
    unicodePunctuation(points);
    const bool quotesBefore = m_language == "de" || m_language == "es" || m_language == "fr";
    if (m_language == "en") quoteBehindStops(points);
    if (quotesBefore) quoteBeforeStops(points);
    moses::rewriteTriples(
        points, [](char32_t a, char32_t b, char32_t c) { return isDigit(a) && b == kNoBreak && isDigit(c); },
        [&](std::u32string& out, char32_t a, char32_t c) {
            out.append({a, quotesBefore ? U',' : U'.', c});
        });
    return moses::toUtf8(moses::strip(points));
}

} // namespace fathom::text
