// SPDX-License-Identifier: Apache-2.0
#include "engine/text/normal_form.h"

#include <utf8proc.h>

#include <algorithm>

namespace fathom::text {

namespace {

int combiningClass(char32_t code) {
    return utf8proc_get_property(static_cast<utf8proc_int32_t>(code))->combining_class;
}

/// The primary composite of two characters; 0 for two that do not compose.
char32_t composite(char32_t first, char32_t second) {
    utf8proc_int32_t pair[2] = {static_cast<utf8proc_int32_t>(first), static_cast<utf8proc_int32_t>(second)};
    const auto options = static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    return utf8proc_normalize_utf32(pair, 2, options) == 1 ? static_cast<char32_t>(pair[0]) : 0;
}

} // namespace

Word decomposed(const Word& word) {
    if (std::ranges::all_of(word, [](const Character& c) { return c.code < 0x80; })) return word;
    Word out;
    out.reserve(word.size() + 4);
    for (const Character& character : word) {
        utf8proc_int32_t parts[8];
        int boundary = 0;
        const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(character.code), parts, 8,
                                                   UTF8PROC_DECOMPOSE, &boundary);
        if (count < 1 || count > 8) {
            out.push_back(character);
            continue;
        }
        for (int i = 0; i < count; ++i)
            out.push_back({static_cast<char32_t>(parts[i]), character.begin, character.end});
    }
    for (auto begin = out.begin(); begin != out.end();) {
        const auto isStarter = [](const Character& c) { return combiningClass(c.code) == 0; };
        begin = std::find_if_not(begin, out.end(), isStarter);
        const auto end = std::find_if(begin, out.end(), isStarter);
        std::ranges::stable_sort(begin, end, {}, [](const Character& c) { return combiningClass(c.code); });
        begin = end;
    }
    return out;
}

Word composed(const Word& word) {
    // Everything before the combining marks is composed already.
    if (std::ranges::all_of(word, [](const Character& c) { return c.code < 0x300; })) return word;
    const Word parts = decomposed(word);
    Word out;
    std::size_t starter = 0;
    int lastClass = -1; // of what stands between the starter and the character; -1: nothing
    for (const Character& character : parts) {
        const int own = combiningClass(character.code);
        const bool reachable = !out.empty() && combiningClass(out[starter].code) == 0 && lastClass < own;
        const char32_t joined = reachable ? composite(out[starter].code, character.code) : 0;
        if (joined != 0) {
            out[starter].code = joined;
            out[starter].begin = std::min(out[starter].begin, character.begin);
            out[starter].end = std::max(out[starter].end, character.end);
            continue;
        }
        if (own == 0) {
            starter = out.size();
            lastClass = -1;
        } else {
            lastClass = own;
        }
        out.push_back(character);
    }
    return out;
}

} // namespace fathom::text
