// SPDX-License-Identifier: GPL-3.0-or-later
// BLEU as sacrebleu computes it with its defaults: mteval-v13a tokens, one reference, smoothing "exp".
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::app {

/// What the BLEU of a text, or the sum over a corpus, is made of.
struct BleuCounts {
    std::array<std::int64_t, 4> matches{}; ///< n-grams of the prediction that the reference has too
    std::array<std::int64_t, 4> totals{};  ///< n-grams of the prediction
    std::int64_t predictionLength = 0;     ///< tokens
    std::int64_t referenceLength = 0;
    BleuCounts& operator+=(const BleuCounts& other);
};

/// Tokens of mteval-v13a: punctuation apart, entities of SGML resolved.
[[nodiscard]] std::vector<std::string> bleuTokens(std::string_view text);
[[nodiscard]] BleuCounts countBleu(std::string_view reference, std::string_view prediction);
/// 0 … 100.
[[nodiscard]] double corpusBleu(const BleuCounts& counts);
/// Of the orders that the prediction is long enough for (sacrebleu's effective order). 0 … 100.
[[nodiscard]] double sentenceBleu(const BleuCounts& counts);

} // namespace fathom::app
