// SPDX-License-Identifier: Apache-2.0
// The words of a filter. Internal to engine/query, but for quotedName() and folded().
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::query {

struct Token {
    enum class Kind { Word, Text, Name, Operator, Open, Close, Comma, Not, End, Unclosed };
    Kind kind = Kind::End;
    std::string text{};             ///< without quotes; of an operator as it is written, "==" as "="
    std::size_t begin = 0, end = 0; ///< bytes
};

/// Ends with an End token. Word: bare; Text: in " or '; Name: in ` or config["…"]; Unclosed: a quote that
/// never ends, text is what follows it.
[[nodiscard]] std::vector<Token> tokens(std::string_view text);

/// The name as a Word where that reads back, else in backticks.
[[nodiscard]] std::string quotedName(const std::string& name);
/// A text as a Word where that reads back as one, else in quotes.
[[nodiscard]] std::string quotedText(const std::string& text);
/// ASCII letters in lower case; what texts are compared by.
[[nodiscard]] std::string folded(std::string_view text);
/// "and", "or" and the like, which a bare word cannot be.
[[nodiscard]] bool isKeyword(std::string_view word);

} // namespace fathom::query
