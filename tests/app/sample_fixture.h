// SPDX-License-Identifier: GPL-3.0-or-later
// Samples of validations, for tests of what shows them.
#pragma once

#include "app/models/sample_set.h"

#include <string>
#include <utility>
#include <vector>

namespace fathom::app {

using TextPairs = std::vector<std::pair<std::string, std::string>>;

/// References and predictions of clips "0.flac", "1.flac", …
inline std::vector<store::Sample> makeSamples(const TextPairs& pairs, std::int64_t step = 100,
                                              const std::string& kind = "wer") {
    std::vector<store::Sample> samples;
    for (const auto& [reference, prediction] : pairs) {
        store::Sample sample;
        sample.step = step;
        sample.index = static_cast<int>(samples.size());
        sample.source = std::to_string(samples.size()) + ".flac";
        sample.reference = reference;
        sample.prediction = prediction;
        sample.score = 0;
        sample.kind = kind;
        samples.push_back(std::move(sample));
    }
    return samples;
}

inline SampleSetPtr makeSet(const TextPairs& pairs, std::int64_t step = 100,
                            const std::string& kind = "wer") {
    return makeSampleSet(store::RunId{1}, step, makeSamples(pairs, step, kind));
}

} // namespace fathom::app
