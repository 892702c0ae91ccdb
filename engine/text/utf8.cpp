// SPDX-License-Identifier: Apache-2.0
#include "engine/text/utf8.h"

#include <algorithm>
#include <cstdio>

namespace fathom::text {

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

std::string describeCharacter(std::string_view character) {
    char code[16];
    std::snprintf(code, sizeof code, "U+%04X",
                  character.empty() ? 0U : static_cast<unsigned>(codePoint(character)));
    std::string text = "'";
    text.append(character).append("' (").append(code).append(")");
    return text;
}

} // namespace fathom::text
