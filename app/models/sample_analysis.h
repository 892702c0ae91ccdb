// SPDX-License-Identifier: GPL-3.0-or-later
// What the samples of a validation say together: error rates, confused words, the vocabulary, classes, BLEU.
#pragma once

#include "app/models/class_figures.h"
#include "app/models/sample_set.h"
#include "engine/text/bleu.h"
#include "engine/text/edit_distance.h"

#include <array>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace fathom::app {

/// Errors over what could be wrong; 0 for none, infinity for errors where nothing was to be said.
[[nodiscard]] double errorRate(std::int64_t errors, std::int64_t units);

struct SampleErrors {
    int words = 0; ///< of the reference
    int substituted = 0;
    int deleted = 0;
    int inserted = 0;
    int characters = 0; ///< of the reference, spaces among them
    int characterEdits = 0;
    [[nodiscard]] int wordEdits() const { return substituted + deleted + inserted; }
    [[nodiscard]] double wordErrorRate() const { return errorRate(wordEdits(), words); }
    [[nodiscard]] double characterErrorRate() const { return errorRate(characterEdits, characters); }
};

/// Sums over all samples: a rate of these is the corpus's, not the mean of the samples' rates.
struct ErrorTotals {
    std::int64_t samples = 0;
    std::int64_t flawless = 0; ///< samples without an error
    std::int64_t words = 0;
    std::int64_t substituted = 0;
    std::int64_t deleted = 0;
    std::int64_t inserted = 0;
    std::int64_t characters = 0;
    std::int64_t characterEdits = 0;
    void add(const SampleErrors& sample);
    [[nodiscard]] std::int64_t wordEdits() const { return substituted + deleted + inserted; }
    [[nodiscard]] double wordErrorRate() const { return errorRate(wordEdits(), words); }
    [[nodiscard]] double characterErrorRate() const { return errorRate(characterEdits, characters); }
};

/// A word that was replaced by another, left out, or made up.
struct WordConfusion {
    text::WordMatch match = text::WordMatch::Substituted;
    std::string reference{};  ///< empty when inserted
    std::string prediction{}; ///< empty when deleted
    std::int64_t count = 0;
    std::vector<int> samples{}; ///< those with it, ascending, each once
};

struct WordAccuracy {
    std::string word{};
    std::int64_t spoken = 0;     ///< in the references
    std::int64_t recognised = 0; ///< of these, aligned with the same word
    std::int64_t misheard = 0;   ///< predicted where it was not said
    std::vector<int> samples{};  ///< those whose reference or prediction has it, ascending, each once
    /// NaN for a word that was never said.
    [[nodiscard]] double accuracy() const;
};

/// Immutable once made. Which parts are filled depends on the kind.
struct SampleAnalysis {
    SampleKind kind = SampleKind::Words;
    std::vector<SampleErrors> errors{}; ///< of each sample; of Words and Translation
    ErrorTotals totals{};
    std::vector<WordConfusion> confusions{}; ///< the most frequent first
    std::vector<WordAccuracy> vocabulary{};  ///< the most spoken first
    ClassFigures classes{};                  ///< of Classes
    std::vector<double> bleu{};              ///< of each sample, 0 … 100; of Translation
    text::BleuCounts bleuTotals{};
};
using SampleAnalysisPtr = std::shared_ptr<const SampleAnalysis>;

/// For a background thread; 100,000 samples of speech take less than a second. Null when stopped.
[[nodiscard]] SampleAnalysisPtr analyse(const SampleSet& set, const std::stop_token& stop = {});

/// How wrong sample `i` is, to sort by and to compare with: its word error rate, 0 or 1 for a class, or what
/// its BLEU lacks to 100.
[[nodiscard]] double errorOf(const SampleSet& set, const SampleAnalysis& analysis, std::size_t i);

/// What changed from one validation to another.
struct SampleChanges {
    std::vector<int> matches{};   ///< matchSamples()
    std::vector<double> change{}; ///< errorOf() minus that of before; NaN without a match
    std::int64_t better = 0;
    std::int64_t worse = 0;
    std::int64_t same = 0;
    std::int64_t unmatched = 0;
};
using SampleChangesPtr = std::shared_ptr<const SampleChanges>;

[[nodiscard]] SampleChangesPtr compareSamples(const SampleSet& set, const SampleAnalysis& analysis,
                                              const SampleSet& before, const SampleAnalysis& beforeAnalysis);

} // namespace fathom::app
