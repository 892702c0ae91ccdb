// SPDX-License-Identifier: Apache-2.0
// Tokens of the override grammar (OverrideLexer.g4 of Hydra 1.3). Internal to engine/config.
#pragma once

#include "engine/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace fathom::config::detail {

enum class TokenType {
    // key mode
    Equal,
    Tilde,
    Plus,
    At,
    Colon,
    Slash,
    Id,
    KeySpecial,
    DotPath,
    // value mode (Equal, Colon and Id too)
    ParenOpen,
    Comma,
    ParenClose,
    BracketOpen,
    BracketClose,
    BraceOpen,
    BraceClose,
    Float,
    Int,
    Bool,
    Null,
    UnquotedChar,
    Esc,
    Blank,
    Quoted,
    Interpolation,
    End,
};

struct Token {
    TokenType type = TokenType::End;
    std::string_view text{}; ///< into the argument
    std::size_t at = 0;
};

/// The tokens of the whole argument, End last. The error is ANTLR's "token recognition error".
[[nodiscard]] Result<std::vector<Token>> lexOverride(std::string_view text);

/// [+-]?(point float | exponent float | inf | nan) and [+-]?(0|[1-9](_?[0-9])*): length of the longest match
/// at `at`, or 0.
[[nodiscard]] std::size_t matchFloat(std::string_view text, std::size_t at);
[[nodiscard]] std::size_t matchInt(std::string_view text, std::size_t at);
/// (CHAR|'_')(CHAR|DIGIT|'_'|'-')*
[[nodiscard]] std::size_t matchId(std::string_view text, std::size_t at);
/// The characters that may follow a backslash in an unquoted value, pairs of them.
[[nodiscard]] std::size_t matchEscapes(std::string_view text, std::size_t at);
[[nodiscard]] bool isUnquotedChar(char c);
[[nodiscard]] bool equalsIgnoringCase(std::string_view text, std::string_view lower);

} // namespace fathom::config::detail
