// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/word_alignment.h"

#include <QStringList>

#include <algorithm>

namespace fathom::app {

namespace {

constexpr qsizetype kMostWords = 2000;

QStringList wordsOf(const QString& text) {
    QStringList words = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    if (words.size() > kMostWords) words = {text};
    return words;
}

/// distance[i][j]: edits from the first i reference words to the first j predicted ones.
std::vector<std::vector<int>> distances(const QStringList& reference, const QStringList& prediction) {
    const auto rows = static_cast<std::size_t>(reference.size()) + 1;
    const auto columns = static_cast<std::size_t>(prediction.size()) + 1;
    std::vector<std::vector<int>> distance(rows, std::vector<int>(columns));
    for (std::size_t i = 0; i < rows; ++i)
        distance[i][0] = static_cast<int>(i);
    for (std::size_t j = 0; j < columns; ++j)
        distance[0][j] = static_cast<int>(j);
    for (std::size_t i = 1; i < rows; ++i)
        for (std::size_t j = 1; j < columns; ++j) {
            const bool same =
                reference[static_cast<qsizetype>(i) - 1] == prediction[static_cast<qsizetype>(j) - 1];
            distance[i][j] = std::min(
                {distance[i - 1][j - 1] + (same ? 0 : 1), distance[i - 1][j] + 1, distance[i][j - 1] + 1});
        }
    return distance;
}

} // namespace

WordAlignment alignWords(const QString& referenceText, const QString& predictionText) {
    const QStringList reference = wordsOf(referenceText);
    const QStringList prediction = wordsOf(predictionText);
    const auto distance = distances(reference, prediction);
    WordAlignment aligned;
    qsizetype i = reference.size();
    qsizetype j = prediction.size();
    const auto at = [&](qsizetype row, qsizetype column) {
        return distance[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
    };
    while (i > 0 || j > 0) {
        const bool both = i > 0 && j > 0;
        const bool same = both && reference[i - 1] == prediction[j - 1];
        if (both && at(i, j) == at(i - 1, j - 1) + (same ? 0 : 1)) {
            aligned.push_back(
                {reference[i - 1], prediction[j - 1], same ? WordMatch::Same : WordMatch::Substituted});
            --i;
            --j;
        } else if (i > 0 && at(i, j) == at(i - 1, j) + 1) {
            aligned.push_back({reference[i - 1], {}, WordMatch::Deleted});
            --i;
        } else {
            aligned.push_back({{}, prediction[j - 1], WordMatch::Inserted});
            --j;
        }
    }
    std::reverse(aligned.begin(), aligned.end());
    return aligned;
}

} // namespace fathom::app
