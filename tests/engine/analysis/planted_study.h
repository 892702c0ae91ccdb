// SPDX-License-Identifier: GPL-3.0-or-later
// Studies in which it is known what the metric depends on.
#pragma once

#include "engine/analysis/importance.h"
#include "engine/analysis/random.h"

#include <cmath>

namespace fathom::analysis {

struct PlantedStudy {
    std::vector<StudyColumn> columns{};
    std::vector<double> metric{};
    std::string planted{}; ///< the key that makes the difference
};

/// Gaussian enough: the sum of twelve uniform numbers.
inline double noise(Random& random) {
    double sum = -6;
    for (int i = 0; i < 12; ++i)
        sum += static_cast<double>(random.next() >> 11) * 0x1p-53;
    return sum;
}

enum class Plant { Linear, Valley, Category };

/// `keys` keys, of which every third is a text and every third has gaps; the metric follows one of them, to
/// which noise of the same size is added.
inline PlantedStudy plantStudy(std::uint64_t seed, std::size_t runs, std::size_t keys, Plant plant) {
    Random random(seed * 7919 + 17);
    PlantedStudy study;
    study.metric.resize(runs);
    const std::size_t wanted = 3 * random.below(keys / 3) + (plant == Plant::Category ? 1 : 0);
    for (std::size_t key = 0; key < keys; ++key) {
        StudyColumn column{.key = "model.key" + std::to_string(key)};
        for (std::size_t run = 0; run < runs; ++run) {
            double effect = 0;
            if (key % 3 == 1) {
                const char* words[] = {"adam", "novograd", "sgd", "lion"};
                const std::size_t word = random.below(4);
                column.values.emplace_back(words[word]);
                effect = 1.4 * (word == 2 ? 1 : -0.5);
            } else {
                const double value = std::pow(10, -4 + 3 * static_cast<double>(random.below(12)) / 11);
                const bool gap = key % 3 == 2 && random.below(5) == 0;
                column.values.emplace_back();
                if (!gap) column.values.back() = value;
                const double place = (std::log10(value) + 2.5) / 1.5; // -1 … 1
                effect = plant == Plant::Linear ? 1.7 * place : 3.3 * (place * place - 0.4);
            }
            if (key == wanted) study.metric[run] += effect;
        }
        if (key == wanted) study.planted = column.key;
        study.columns.push_back(std::move(column));
    }
    for (double& value : study.metric)
        value = 0.4 + 0.05 * (value + noise(random));
    return study;
}

} // namespace fathom::analysis
