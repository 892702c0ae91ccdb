// SPDX-License-Identifier: Apache-2.0
// Texts as code points, and the few regular expressions that Moses' rules come down to.
#pragma once

#include "engine/text/moses_tables.h"

#include <string>
#include <string_view>
#include <vector>

namespace fathom::text::moses {

/// Letters, and letters with digits, as the tokenizer sees them.
[[nodiscard]] bool isAlpha(char32_t code);
[[nodiscard]] bool isAlnum(char32_t code);
[[nodiscard]] bool isNumber(char32_t code);
[[nodiscard]] bool isLower(char32_t code);
[[nodiscard]] bool contains(std::span<const CodeRange> ranges, char32_t code);

/// UTF-8 of a text from toCodePoints(), broken bytes included.
[[nodiscard]] std::string toUtf8(std::u32string_view text);
/// Without white space at both ends.
[[nodiscard]] std::u32string_view strip(std::u32string_view text);
/// At runs of white space.
[[nodiscard]] std::vector<std::u32string> split(std::u32string_view text);
[[nodiscard]] std::u32string join(const std::vector<std::u32string>& tokens);
/// Each run of white space as one space.
[[nodiscard]] std::u32string withSingleSpaces(std::u32string_view text);

/// Each `from`, from the left, becomes `to`.
void replaceAll(std::u32string& text, std::u32string_view from, std::u32string_view to);
/// Runs of U+0020 become one.
void squeezeSpaces(std::u32string& text);

/// Rewrites each three neighbours that `fits`, from the left and without overlap; `put` appends what they
/// become.
template <class Fits, class Put> void rewriteTriples(std::u32string& text, Fits fits, Put put) {
    std::u32string result;
    result.reserve(text.size() + 16);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i + 2 < text.size() && fits(text[i], text[i + 1], text[i + 2])) {
            put(result, text[i], text[i + 2]);
            i += 2;
        } else {
            result += text[i];
        }
    }
    text = std::move(result);
}

/// The same for two neighbours.
template <class Fits, class Put> void rewritePairs(std::u32string& text, Fits fits, Put put) {
    std::u32string result;
    result.reserve(text.size() + 16);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i + 1 < text.size() && fits(text[i], text[i + 1])) {
            put(result, text[i], text[i + 1]);
            ++i;
        } else {
            result += text[i];
        }
    }
    text = std::move(result);
}

} // namespace fathom::text::moses
