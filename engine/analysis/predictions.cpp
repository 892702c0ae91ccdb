// SPDX-License-Identifier: Apache-2.0
#include "engine/analysis/predictions.h"

#include <cmath>
#include <limits>
#include <unordered_map>

namespace fathom::analysis {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A clip's source; clips without one are known by their place and what was said. The same clip may come
/// several times.
std::string keyOf(const Prediction& prediction) {
    return prediction.source.empty() ? std::to_string(prediction.index) + '\n' + prediction.reference
                                     : prediction.source;
}

} // namespace

double ComparedPrediction::worsening(std::size_t baseline, std::size_t run) const {
    return runs[baseline] && runs[run] ? runs[run]->error - runs[baseline]->error : kNaN;
}

double ComparedPrediction::spread() const {
    double least = kNaN;
    double greatest = kNaN;
    int count = 0;
    for (const auto& cell : runs) {
        if (!cell || std::isnan(cell->error)) continue;
        least = std::fmin(least, cell->error);
        greatest = std::fmax(greatest, cell->error);
        ++count;
    }
    return count < 2 ? kNaN : greatest - least;
}

bool ComparedPrediction::differs() const {
    const Cell* first = nullptr;
    for (const auto& cell : runs) {
        if (!cell) continue;
        if (first == nullptr) first = &*cell;
        if (cell->text != first->text) return true;
    }
    return false;
}

std::vector<ComparedPrediction> comparePredictions(const std::vector<std::vector<Prediction>>& runs,
                                                   std::size_t baseline) {
    std::vector<ComparedPrediction> rows;
    std::unordered_map<std::string, std::size_t> places;
    const auto take = [&](std::size_t run) {
        std::unordered_map<std::string, int> seen;
        for (const Prediction& prediction : runs[run]) {
            std::string key = keyOf(prediction);
            if (const int before = seen[key]++; before > 0) key += '\n' + std::to_string(before);
            const auto [place, isNew] = places.emplace(std::move(key), rows.size());
            if (isNew)
                rows.push_back({.source = prediction.source,
                                .reference = prediction.reference,
                                .runs = std::vector<std::optional<ComparedPrediction::Cell>>(runs.size())});
            ComparedPrediction& row = rows[place->second];
            row.runs[run] = {prediction.text, prediction.error};
            row.referencesDiffer = row.referencesDiffer || row.reference != prediction.reference;
        }
    };
    if (baseline < runs.size()) take(baseline);
    for (std::size_t run = 0; run < runs.size(); ++run)
        if (run != baseline) take(run);
    return rows;
}

} // namespace fathom::analysis
