// SPDX-License-Identifier: Apache-2.0
#include "engine/model/nmt/evaluation_counts.h"

namespace fathom::model {

namespace {

constexpr std::size_t kNumbers = 12; // of one TranslationCounts

} // namespace

std::vector<double> countsOf(const TranslationCounts& counts, std::size_t corpus, std::size_t corpora) {
    std::vector<double> all(corpora * kNumbers);
    double* out = all.data() + corpus * kNumbers;
    for (const std::int64_t matches : counts.bleu.matches)
        *out++ = static_cast<double>(matches);
    for (const std::int64_t ngrams : counts.bleu.totals)
        *out++ = static_cast<double>(ngrams);
    *out++ = static_cast<double>(counts.bleu.predictionLength);
    *out++ = static_cast<double>(counts.bleu.referenceLength);
    *out++ = counts.loss;
    *out++ = counts.labels;
    return all;
}

std::vector<TranslationCounts> fromCounts(std::span<const double> counts) {
    std::vector<TranslationCounts> all;
    for (std::size_t at = 0; at + kNumbers <= counts.size(); at += kNumbers) {
        TranslationCounts one;
        for (std::size_t n = 0; n < 4; ++n) {
            one.bleu.matches[n] = static_cast<std::int64_t>(counts[at + n]);
            one.bleu.totals[n] = static_cast<std::int64_t>(counts[at + 4 + n]);
        }
        one.bleu.predictionLength = static_cast<std::int64_t>(counts[at + 8]);
        one.bleu.referenceLength = static_cast<std::int64_t>(counts[at + 9]);
        one.loss = counts[at + 10];
        one.labels = counts[at + 11];
        all.push_back(one);
    }
    return all;
}

std::string metricEnding(std::size_t corpus) {
    return corpus == 0 ? "" : "_dl_index_" + std::to_string(corpus);
}

std::vector<Metric> translationMetrics(std::span<const TranslationCounts> counts) {
    std::vector<Metric> metrics;
    double bleuSum = 0;
    double lossSum = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const double bleu = text::corpusBleu(counts[i].bleu);
        metrics.push_back({"sacreBLEU" + metricEnding(i), bleu});
        bleuSum += bleu;
        lossSum += counts[i].labels > 0 ? counts[i].loss / counts[i].labels : 0;
    }
    if (counts.size() > 1) {
        const auto count = static_cast<double>(counts.size());
        metrics.push_back({"loss_avg", lossSum / count});
        metrics.push_back({"sacreBLEU_avg", bleuSum / count});
    }
    return metrics;
}

} // namespace fathom::model
