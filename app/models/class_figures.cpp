// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/class_figures.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <unordered_map>

namespace fathom::app {

namespace {

double share(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::optional<double> numberOf(const std::string& label) {
    double value = 0;
    const auto [end, error] = std::from_chars(label.data(), label.data() + label.size(), value);
    if (error != std::errc() || end != label.data() + label.size() || std::isnan(value)) return std::nullopt;
    return value;
}

bool precedes(const std::string& a, const std::string& b) {
    const auto first = numberOf(a);
    const auto second = numberOf(b);
    if (first && second && *first != *second) return *first < *second;
    if (first.has_value() != second.has_value()) return first.has_value();
    return a < b;
}

} // namespace

double ClassScore::precision() const {
    return share(truePositives, truePositives + falsePositives);
}

double ClassScore::recall() const {
    return share(truePositives, support());
}

double ClassScore::f1() const {
    return share(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives);
}

double ClassFigures::accuracy() const {
    return share(correct, samples);
}

double ClassFigures::macroF1() const {
    double sum = 0;
    for (const ClassScore& score : scores)
        sum += score.f1();
    return scores.empty() ? 0 : sum / static_cast<double>(scores.size());
}

double ClassFigures::weightedF1() const {
    double sum = 0;
    for (const ClassScore& score : scores)
        sum += score.f1() * static_cast<double>(score.support());
    return samples == 0 ? 0 : sum / static_cast<double>(samples);
}

const ConfusionCell* ClassFigures::find(int reference, int prediction) const {
    const auto cell = cells.find({reference, prediction});
    return cell == cells.end() ? nullptr : &cell->second;
}

ClassFigures countClasses(std::span<const store::Sample> samples) {
    ClassFigures figures;
    for (const store::Sample& sample : samples) {
        figures.labels.push_back(sample.reference);
        figures.labels.push_back(sample.prediction);
        if (figures.labels.size() < 4096) continue; // few names, many samples
        std::sort(figures.labels.begin(), figures.labels.end());
        figures.labels.erase(std::unique(figures.labels.begin(), figures.labels.end()), figures.labels.end());
    }
    std::sort(figures.labels.begin(), figures.labels.end(), precedes);
    figures.labels.erase(std::unique(figures.labels.begin(), figures.labels.end()), figures.labels.end());
    std::unordered_map<std::string_view, int> places;
    for (std::size_t i = 0; i < figures.labels.size(); ++i)
        places.emplace(figures.labels[i], static_cast<int>(i));
    figures.scores.resize(figures.labels.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const int reference = places.at(samples[i].reference);
        const int prediction = places.at(samples[i].prediction);
        ConfusionCell& cell = figures.cells[{reference, prediction}];
        ++cell.count;
        cell.samples.push_back(static_cast<int>(i));
        ++figures.samples;
        if (reference == prediction) {
            ++figures.correct;
            ++figures.scores[static_cast<std::size_t>(reference)].truePositives;
        } else {
            ++figures.scores[static_cast<std::size_t>(reference)].falseNegatives;
            ++figures.scores[static_cast<std::size_t>(prediction)].falsePositives;
        }
    }
    return figures;
}

} // namespace fathom::app
