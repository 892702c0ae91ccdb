// SPDX-License-Identifier: Apache-2.0
// Walking through UTF-8 that may be broken: no byte is lost, none is read twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fathom::text {

/// Bytes of the UTF-8 sequence at the front of a text that is not empty, by its first byte and never more
/// than the text has; 1 for a byte that begins none.
[[nodiscard]] std::size_t sequenceLength(std::string_view text);

/// Bytes of the well-formed UTF-8 character at the front of a text that is not empty; 0 where there is none.
[[nodiscard]] std::size_t validLength(std::string_view text);

/// The code point that one sequence spells, taken on trust.
[[nodiscard]] char32_t codePoint(std::string_view sequence);

/// True for UTF-8 without overlong forms, surrogates and code points over U+10FFFF.
[[nodiscard]] bool isUtf8(std::string_view text);

/// The code points of a text; a byte that is not UTF-8 becomes U+DC00 plus the byte, as in Python's
/// surrogateescape: equal to nothing but the same byte.
[[nodiscard]] std::u32string toCodePoints(std::string_view text);

/// Adds the UTF-8 of a code point.
void appendUtf8(std::string& text, char32_t codePoint);

/// "'ß' (U+00DF)", for messages.
[[nodiscard]] std::string describeCharacter(std::string_view character);

} // namespace fathom::text
