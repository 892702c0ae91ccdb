// SPDX-License-Identifier: Apache-2.0
// Lines and words as Python cuts them.
#pragma once

#include <string_view>
#include <vector>

namespace fathom::text {

/// What Python's str.isspace() accepts.
[[nodiscard]] bool isSpace(char32_t codePoint);
/// As Python's str.split(): at runs of Unicode white space. Views of `text`.
[[nodiscard]] std::vector<std::string_view> splitWords(std::string_view text);
/// As Python's readlines(), without the ends of lines: \n, \r\n and \r. Views of `text`.
[[nodiscard]] std::vector<std::string_view> splitLines(std::string_view text);

} // namespace fathom::text
