// SPDX-License-Identifier: Apache-2.0
// Character classes and abbreviations of the Moses scripts, which are older than today's Unicode.
#pragma once

#include <span>
#include <string_view>

namespace fathom::text::moses {

struct CodeRange {
    char32_t first, last;
};

[[nodiscard]] std::span<const CodeRange> alnum();
[[nodiscard]] std::span<const CodeRange> alpha();
[[nodiscard]] std::span<const CodeRange> number();
[[nodiscard]] std::span<const CodeRange> lower();
[[nodiscard]] std::span<const CodeRange> currency();
/// Viramas and nuktas, which the tokenizer counts among the letters and the detokenizer does not.
[[nodiscard]] std::span<const CodeRange> indicSigns();

/// Words after which a full stop ends no sentence; empty for a language without a list here. Those behind
/// which a number must follow end in " #NUMERIC_ONLY#".
[[nodiscard]] std::span<const std::string_view> prefixes(std::string_view language);

} // namespace fathom::text::moses
