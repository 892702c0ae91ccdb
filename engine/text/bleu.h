// SPDX-License-Identifier: Apache-2.0
// BLEU as sacrebleu computes it with one reference and its default smoothing, "exp".
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::text {

/// What the BLEU of a text, or the sum over a corpus, is made of.
struct BleuCounts {
    std::array<std::int64_t, 4> matches{}; ///< n-grams of the prediction that the reference has too
    std::array<std::int64_t, 4> totals{};  ///< n-grams of the prediction
    std::int64_t predictionLength = 0;     ///< tokens
    std::int64_t referenceLength = 0;
    BleuCounts& operator+=(const BleuCounts& other);
};

/// What sacrebleu calls --tokenize.
enum class BleuTokenizer {
    Mteval13a, ///< "13a": punctuation apart, entities of SGML resolved
    Chinese,   ///< "zh": as above without entities, and each ideograph apart
    None,      ///< "none": white space only
};

[[nodiscard]] std::vector<std::string> bleuTokens(std::string_view text,
                                                  BleuTokenizer tokenizer = BleuTokenizer::Mteval13a);
[[nodiscard]] BleuCounts countBleu(std::string_view reference, std::string_view prediction,
                                   BleuTokenizer tokenizer = BleuTokenizer::Mteval13a);
/// 0 … 100.
[[nodiscard]] double corpusBleu(const BleuCounts& counts);
/// Of the orders that the prediction is long enough for (sacrebleu's effective order). 0 … 100.
[[nodiscard]] double sentenceBleu(const BleuCounts& counts);
/// What sacrebleu prints beside a corpus's score, so that scores can be told apart:
/// "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0". The version is of the sacrebleu that the
/// numbers equal.
[[nodiscard]] std::string bleuSignature(BleuTokenizer tokenizer = BleuTokenizer::Mteval13a);

} // namespace fathom::text
