// SPDX-License-Identifier: Apache-2.0
#include "engine/text/words.h"

#include "engine/text/utf8.h"

#include <algorithm>

namespace fathom::text {

bool isSpace(char32_t code) {
    if (code < 0x80) return (code >= 0x09 && code <= 0x0D) || (code >= 0x1C && code <= 0x20);
    return code == 0x85 || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) ||
           code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

std::vector<std::string_view> splitWords(std::string_view text) {
    std::vector<std::string_view> words;
    std::size_t begin = 0;
    const auto endWord = [&](std::size_t at) {
        if (at > begin) words.push_back(text.substr(begin, at - begin));
    };
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = validLength(text.substr(at));
        if (length > 0 && isSpace(codePoint(text.substr(at, length)))) {
            endWord(at);
            begin = at + length;
        }
        at += std::max<std::size_t>(length, 1);
    }
    endWord(text.size());
    return words;
}

std::vector<std::string_view> splitLines(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
        lines.push_back(text.substr(0, end));
        const std::size_t length = text.substr(end, 2) == "\r\n" ? 2 : 1;
        text.remove_prefix(std::min(end + length, text.size()));
    }
    return lines;
}

} // namespace fathom::text
