// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/word_alignment.h"

#include "engine/text/words.h"

#include <unordered_map>

namespace fathom::app {

WordAlignment alignWords(const QString& referenceText, const QString& predictionText) {
    const std::string expected = referenceText.toStdString();
    const std::string found = predictionText.toStdString();
    const auto reference = text::splitWords(expected);
    const auto prediction = text::splitWords(found);
    std::unordered_map<std::string_view, int> numbers;
    const auto numbered = [&](const std::vector<std::string_view>& words) {
        std::vector<int> result;
        for (const std::string_view word : words)
            result.push_back(numbers.try_emplace(word, static_cast<int>(numbers.size())).first->second);
        return result;
    };
    const auto textOf = [](std::string_view word) {
        return QString::fromUtf8(word.data(), static_cast<qsizetype>(word.size()));
    };
    text::WordAligner aligner;
    WordAlignment aligned;
    std::size_t i = 0;
    std::size_t j = 0;
    for (const WordMatch match : aligner.align(numbered(reference), numbered(prediction))) {
        AlignedWord word{.match = match};
        if (match != WordMatch::Inserted) word.reference = textOf(reference[i++]);
        if (match != WordMatch::Deleted) word.prediction = textOf(prediction[j++]);
        aligned.push_back(std::move(word));
    }
    return aligned;
}

WordAlignment alignWhole(const QString& reference, const QString& prediction) {
    return {{reference, prediction, reference == prediction ? WordMatch::Same : WordMatch::Substituted}};
}

} // namespace fathom::app
