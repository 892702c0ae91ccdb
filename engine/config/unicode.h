// SPDX-License-Identifier: Apache-2.0
// UTF-8 to code points and back. Bytes that are not UTF-8 pass as U+FFFD.
#pragma once

#include <string>
#include <string_view>

namespace fathom::config {

[[nodiscard]] std::u32string decodeUtf8(std::string_view text);
void appendUtf8(std::string& out, char32_t codePoint);

} // namespace fathom::config
