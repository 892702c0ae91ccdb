// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/sample_analysis.h"

#include "engine/text/utf8.h"
#include "engine/text/words.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <unordered_map>

namespace fathom::app {

namespace {

using text::WordMatch;

/// Words as numbers, in the order in which they were first met.
class Words {
public:
    void number(std::string_view text, std::vector<int>& numbers) {
        numbers.clear();
        for (const std::string_view word : text::splitWords(text)) {
            const auto [found, isNew] = m_numbers.try_emplace(word, static_cast<int>(m_words.size()));
            if (isNew) m_words.push_back(word);
            numbers.push_back(found->second);
        }
    }
    [[nodiscard]] std::size_t size() const { return m_words.size(); }
    [[nodiscard]] std::string text(int number) const {
        return number < 0 ? std::string() : std::string(m_words[static_cast<std::size_t>(number)]);
    }

private:
    std::unordered_map<std::string_view, int> m_numbers; // views on the samples
    std::vector<std::string_view> m_words;
};

void note(std::vector<int>& samples, int sample) {
    if (samples.empty() || samples.back() != sample) samples.push_back(sample);
}

/// Collects what one sample after the other has wrong.
class WordCollector {
public:
    SampleErrors add(const store::Sample& sample, int index) {
        m_words.number(sample.reference, m_reference);
        m_words.number(sample.prediction, m_prediction);
        if (m_accuracy.size() < m_words.size()) m_accuracy.resize(m_words.size());
        SampleErrors errors;
        errors.words = static_cast<int>(m_reference.size());
        std::size_t i = 0;
        std::size_t j = 0;
        for (const WordMatch match : m_aligner.align(m_reference, m_prediction)) {
            const int said = match == WordMatch::Inserted ? -1 : m_reference[i++];
            const int heard = match == WordMatch::Deleted ? -1 : m_prediction[j++];
            errors.substituted += match == WordMatch::Substituted ? 1 : 0;
            errors.deleted += match == WordMatch::Deleted ? 1 : 0;
            errors.inserted += match == WordMatch::Inserted ? 1 : 0;
            count(said, heard, index);
        }
        const std::u32string reference = text::toCodePoints(sample.reference);
        errors.characters = static_cast<int>(reference.size());
        if (sample.reference != sample.prediction)
            errors.characterEdits = text::editDistance(reference, text::toCodePoints(sample.prediction));
        return errors;
    }

    std::vector<WordConfusion> confusions() {
        std::vector<WordConfusion> all;
        all.reserve(m_confusions.size());
        for (auto& [key, confusion] : m_confusions) {
            const auto [said, heard] = split(key);
            confusion.match = said < 0    ? WordMatch::Inserted
                              : heard < 0 ? WordMatch::Deleted
                                          : WordMatch::Substituted;
            confusion.reference = m_words.text(said);
            confusion.prediction = m_words.text(heard);
            all.push_back(std::move(confusion));
        }
        std::sort(all.begin(), all.end(), [](const WordConfusion& a, const WordConfusion& b) {
            if (a.count != b.count) return a.count > b.count;
            if (a.match != b.match) return a.match < b.match;
            return std::tie(a.reference, a.prediction) < std::tie(b.reference, b.prediction);
        });
        return all;
    }

    std::vector<WordAccuracy> vocabulary() {
        for (std::size_t i = 0; i < m_accuracy.size(); ++i)
            m_accuracy[i].word = m_words.text(static_cast<int>(i));
        std::sort(m_accuracy.begin(), m_accuracy.end(), [](const WordAccuracy& a, const WordAccuracy& b) {
            if (a.spoken != b.spoken) return a.spoken > b.spoken;
            return a.word < b.word;
        });
        return std::move(m_accuracy);
    }

private:
    static std::uint64_t join(int said, int heard) {
        return static_cast<std::uint64_t>(said + 1) << 32 | static_cast<std::uint64_t>(heard + 1);
    }
    static std::pair<int, int> split(std::uint64_t key) {
        return {static_cast<int>(key >> 32) - 1, static_cast<int>(key & 0xFFFFFFFFU) - 1};
    }

    void count(int said, int heard, int sample) {
        if (said >= 0) {
            WordAccuracy& word = m_accuracy[static_cast<std::size_t>(said)];
            ++word.spoken;
            word.recognised += said == heard ? 1 : 0;
            note(word.samples, sample);
        }
        if (said == heard) return;
        if (heard >= 0) {
            WordAccuracy& word = m_accuracy[static_cast<std::size_t>(heard)];
            ++word.misheard;
            note(word.samples, sample);
        }
        WordConfusion& confusion = m_confusions[join(said, heard)];
        ++confusion.count;
        note(confusion.samples, sample);
    }

    Words m_words;
    text::WordAligner m_aligner;
    std::vector<int> m_reference;
    std::vector<int> m_prediction;
    std::vector<WordAccuracy> m_accuracy;
    std::unordered_map<std::uint64_t, WordConfusion> m_confusions;
};

bool collectWords(const SampleSet& set, SampleAnalysis& analysis, const std::stop_token& stop) {
    WordCollector collector;
    analysis.errors.reserve(set.samples.size());
    for (std::size_t i = 0; i < set.samples.size(); ++i) {
        if (i % 256 == 0 && stop.stop_requested()) return false;
        analysis.errors.push_back(collector.add(set.samples[i], static_cast<int>(i)));
        analysis.totals.add(analysis.errors.back());
    }
    analysis.confusions = collector.confusions();
    analysis.vocabulary = collector.vocabulary();
    return true;
}

bool collectBleu(const SampleSet& set, SampleAnalysis& analysis, const std::stop_token& stop) {
    analysis.bleu.reserve(set.samples.size());
    for (std::size_t i = 0; i < set.samples.size(); ++i) {
        if (i % 256 == 0 && stop.stop_requested()) return false;
        const text::BleuCounts counts = text::countBleu(set.samples[i].reference, set.samples[i].prediction);
        analysis.bleuTotals += counts;
        // What the model computed counts: it knows the language's tokens.
        analysis.bleu.push_back(std::isfinite(set.samples[i].score) ? set.samples[i].score
                                                                    : text::sentenceBleu(counts));
    }
    return true;
}

} // namespace

double errorRate(std::int64_t errors, std::int64_t units) {
    if (errors == 0) return 0;
    if (units == 0) return std::numeric_limits<double>::infinity();
    return static_cast<double>(errors) / static_cast<double>(units);
}

void ErrorTotals::add(const SampleErrors& sample) {
    ++samples;
    flawless += sample.wordEdits() == 0 ? 1 : 0;
    words += sample.words;
    substituted += sample.substituted;
    deleted += sample.deleted;
    inserted += sample.inserted;
    characters += sample.characters;
    characterEdits += sample.characterEdits;
}

double WordAccuracy::accuracy() const {
    if (spoken == 0) return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(recognised) / static_cast<double>(spoken);
}

SampleAnalysisPtr analyse(const SampleSet& set, const std::stop_token& stop) {
    auto analysis = std::make_shared<SampleAnalysis>();
    analysis->kind = set.kind;
    if (set.kind == SampleKind::Classes) {
        analysis->classes = countClasses(set.samples);
        return analysis;
    }
    if (!collectWords(set, *analysis, stop)) return nullptr;
    if (set.kind == SampleKind::Translation && !collectBleu(set, *analysis, stop)) return nullptr;
    return analysis;
}

double errorOf(const SampleSet& set, const SampleAnalysis& analysis, std::size_t i) {
    switch (set.kind) {
    case SampleKind::Words:
        return analysis.errors[i].wordErrorRate();
    case SampleKind::Classes:
        return set.samples[i].reference == set.samples[i].prediction ? 0 : 1;
    case SampleKind::Translation:
        return 100 - analysis.bleu[i];
    }
    return 0;
}

SampleChangesPtr compareSamples(const SampleSet& set, const SampleAnalysis& analysis, const SampleSet& before,
                                const SampleAnalysis& beforeAnalysis) {
    auto changes = std::make_shared<SampleChanges>();
    changes->matches = matchSamples(set, before);
    changes->change.reserve(set.samples.size());
    for (std::size_t i = 0; i < set.samples.size(); ++i) {
        const int match = changes->matches[i];
        if (match < 0 || set.kind != before.kind) {
            changes->change.push_back(std::numeric_limits<double>::quiet_NaN());
            ++changes->unmatched;
            continue;
        }
        const double now = errorOf(set, analysis, i);
        const double then = errorOf(before, beforeAnalysis, static_cast<std::size_t>(match));
        const double change = now == then ? 0 : now - then; // infinity stays infinity
        changes->change.push_back(change);
        ++(change < 0 ? changes->better : change > 0 ? changes->worse : changes->same);
    }
    return changes;
}

} // namespace fathom::app
