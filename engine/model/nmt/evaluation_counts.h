// SPDX-License-Identifier: Apache-2.0
// What an evaluation of translations adds up: BLEU and loss of each pair of files.
#pragma once

#include "engine/model/model.h"
#include "engine/text/bleu.h"

#include <string>
#include <vector>

namespace fathom::model {

/// Sums over the sentences of one pair of files.
struct TranslationCounts {
    text::BleuCounts bleu{};
    double loss = 0;   ///< NeMo's: each batch's mean times its padded labels
    double labels = 0; ///< padded
};

/// The counts of the pair of files `corpus` out of `corpora`, zeros for the others.
[[nodiscard]] std::vector<double> countsOf(const TranslationCounts& counts, std::size_t corpus,
                                           std::size_t corpora);
/// Back from sums of these.
[[nodiscard]] std::vector<TranslationCounts> fromCounts(std::span<const double> counts);

/// "", "_dl_index_1", …: NeMo's endings of the metrics of several pairs of files.
[[nodiscard]] std::string metricEnding(std::size_t corpus);

/// sacreBLEU of each pair of files, and the averages of loss and BLEU over several.
[[nodiscard]] std::vector<Metric> translationMetrics(std::span<const TranslationCounts> counts);

} // namespace fathom::model
