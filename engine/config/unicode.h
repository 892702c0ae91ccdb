// SPDX-License-Identifier: Apache-2.0
// UTF-8 to code points and back. Bytes that are not UTF-8 pass as U+FFFD.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fathom::config {

/// The code point at a byte and its length there; length 0 where the bytes are not UTF-8.
struct CodePoint {
    char32_t code = 0xFFFD;
    std::size_t length = 0;
};
[[nodiscard]] CodePoint codePointAt(std::string_view text, std::size_t index);
[[nodiscard]] std::u32string decodeUtf8(std::string_view text);
void appendUtf8(std::string& out, char32_t codePoint);

} // namespace fathom::config
