// SPDX-License-Identifier: Apache-2.0
// What NeMo's MTEncDecModel does to texts around its tokenizers: Moses' punctuation normalizer, tokenizer and
// detokenizer, as sacremoses ports them and NeMo's MosesProcessor calls them.
//
//   auto english = MosesProcessor::create("en");
//   english->tokenize(english->normalize("It’s 5 p.m."))   // "It 's 5 p.m."
//   english->detokenize("It 's 5 p.m .")                    // "It's 5 p.m."
#pragma once

#include "engine/base/result.h"

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace fathom::text {

/// Immutable, so any thread may use it. Takes any UTF-8; broken bytes come back as they were.
class MosesProcessor {
public:
    /// Languages with an own list of abbreviations: de, en, es, fr, it, nl, pt, ru. Languages for which Moses
    /// has rules or a list that are not here (cs, fi, …) and those that NeMo gives other processors (ja, zh,
    /// hi) are errors (Usage); all others are treated as Moses treats them, with the English list.
    [[nodiscard]] static Result<MosesProcessor> create(std::string_view language);

    /// MosesPunctNormalizer.normalize(): quotes, dashes, spaces of other scripts in their ASCII form.
    [[nodiscard]] std::string normalize(std::string_view text) const;
    /// MosesTokenizer.tokenize(escape=False): tokens with one space between them.
    [[nodiscard]] std::string tokenize(std::string_view text) const;
    /// MosesDetokenizer.detokenize() of the tokens that white space separates.
    [[nodiscard]] std::string detokenize(std::string_view tokens) const;
    /// What NeMo encodes of a source text.
    [[nodiscard]] std::string prepare(std::string_view text) const { return tokenize(normalize(text)); }

    [[nodiscard]] const std::string& language() const { return m_language; }

private:
    explicit MosesProcessor(std::string_view language);
    void splitFullStops(std::vector<std::u32string>& tokens) const;

    std::string m_language;
    std::unordered_set<std::u32string> m_prefixes;
    std::unordered_set<std::u32string> m_numericPrefixes;
};

} // namespace fathom::text
