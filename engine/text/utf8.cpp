// SPDX-License-Identifier: Apache-2.0
#include "engine/text/utf8.h"

#include <algorithm>
#include <cstdio>

namespace fathom::text {

namespace {

constexpr char32_t kEscape = 0xDC00;

} // namespace

std::size_t validLength(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) return 0;
    const char32_t code = codePoint(text.substr(0, length));
    const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    return overlong || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000) ? 0 : length;
}

std::size_t sequenceLength(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    return std::min(length, text.size());
}

char32_t codePoint(std::string_view sequence) {
    const auto lead = static_cast<unsigned char>(sequence[0]);
    const std::size_t length = sequence.size();
    char32_t code = length == 1   ? lead
                    : length == 2 ? lead & 0x1FU
                    : length == 3 ? lead & 0x0FU
                                  : lead & 0x07U;
    for (std::size_t i = 1; i < length; ++i)
        code = code << 6 | (static_cast<unsigned char>(sequence[i]) & 0x3FU);
    return code;
}

bool isUtf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = validLength(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::u32string toCodePoints(std::string_view text) {
    std::u32string points;
    points.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = validLength(text);
        points +=
            length == 0 ? kEscape + static_cast<unsigned char>(text[0]) : codePoint(text.substr(0, length));
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return points;
}

void appendUtf8(std::string& text, char32_t code) {
    const auto tail = [&](unsigned shift) { text += static_cast<char>(0x80U | (code >> shift & 0x3FU)); };
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xC0U | code >> 6U);
        tail(0);
    } else if (code < 0x10000) {
        text += static_cast<char>(0xE0U | code >> 12U);
        tail(6), tail(0);
    } else {
        text += static_cast<char>(0xF0U | code >> 18U);
        tail(12), tail(6), tail(0);
    }
}

std::string describeCharacter(std::string_view character) {
    char code[16];
    std::snprintf(code, sizeof code, "U+%04X",
                  character.empty() ? 0U : static_cast<unsigned>(codePoint(character)));
    std::string text = "'";
    text.append(character).append("' (").append(code).append(")");
    return text;
}

} // namespace fathom::text
