// SPDX-License-Identifier: Apache-2.0
#include "engine/text/moses_text.h"

#include "engine/text/utf8.h"
#include "engine/text/words.h"

#include <algorithm>

namespace fathom::text::moses {

bool contains(std::span<const CodeRange> ranges, char32_t code) {
    const auto found = std::ranges::lower_bound(ranges, code, {}, &CodeRange::last);
    return found != ranges.end() && found->first <= code;
}

bool isAlpha(char32_t code) {
    if (code < 0x80) return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
    return contains(alpha(), code) || contains(indicSigns(), code);
}

bool isNumber(char32_t code) {
    if (code < 0x80) return code >= '0' && code <= '9';
    return contains(number(), code);
}

bool isAlnum(char32_t code) {
    if (code < 0x80) return isAlpha(code) || isNumber(code);
    return contains(alnum(), code) || contains(indicSigns(), code);
}

bool isLower(char32_t code) {
    return contains(lower(), code);
}

std::string toUtf8(std::u32string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (const char32_t code : text) {
        if (code >= 0xDC80 && code <= 0xDCFF)
            bytes += static_cast<char>(code - 0xDC00);
        else
            appendUtf8(bytes, code);
    }
    return bytes;
}

std::u32string_view strip(std::u32string_view text) {
    while (!text.empty() && isSpace(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && isSpace(text.back()))
        text.remove_suffix(1);
    return text;
}

std::vector<std::u32string> split(std::u32string_view text) {
    std::vector<std::u32string> tokens;
    bool inside = false;
    for (const char32_t code : text) {
        const bool space = isSpace(code);
        if (!space && !inside) tokens.emplace_back();
        if (!space) tokens.back() += code;
        inside = !space;
    }
    return tokens;
}

std::u32string join(const std::vector<std::u32string>& tokens) {
    std::u32string text;
    for (const std::u32string& token : tokens) {
        if (!text.empty()) text += U' ';
        text += token;
    }
    return text;
}

std::u32string withSingleSpaces(std::u32string_view text) {
    std::u32string result;
    result.reserve(text.size());
    bool space = false;
    for (const char32_t code : text) {
        const bool isOne = isSpace(code);
        if (!isOne)
            result += code;
        else if (!space)
            result += U' ';
        space = isOne;
    }
    return result;
}

void replaceAll(std::u32string& text, std::u32string_view from, std::u32string_view to) {
    std::size_t at = text.find(from);
    if (at == std::u32string::npos) return;
    std::u32string result;
    std::size_t copied = 0;
    for (; at != std::u32string::npos; at = text.find(from, copied)) {
        result.append(text, copied, at - copied).append(to);
        copied = at + from.size();
    }
    text = std::move(result.append(text, copied));
}

void squeezeSpaces(std::u32string& text) {
    const auto both = [](char32_t a, char32_t b) { return a == U' ' && b == U' '; };
    text.erase(std::unique(text.begin(), text.end(), both), text.end());
}

} // namespace fathom::text::moses
