// SPDX-License-Identifier: Apache-2.0
#include "engine/model/nlp/class_counts.h"

#include <algorithm>
#include <cstdio>
#include <numeric>

namespace fathom::model {

namespace {

constexpr double kEps = 1e-6; // METRIC_EPS of torchmetrics
constexpr std::size_t kShownClasses = 20;

/// Left-aligned in 50 columns, counted in characters as Python does.
std::string inColumns(const std::string& text) {
    const auto width = static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
    return text + std::string(width < 50 ? 50 - width : 0, ' ');
}

/// A name that fits into the name of a metric.
std::string asMetric(std::string name) {
    std::ranges::replace_if(
        name, [](char c) { return c == ' ' || c == '/' || c == '.' || c == '\t'; }, '_');
    return name;
}

} // namespace

void ClassCounts::add(std::int64_t label, std::int64_t prediction) {
    const auto right = static_cast<std::size_t>(label);
    if (label == prediction) {
        m_values[right] += 1;
        return;
    }
    m_values[classes() + right] += 1;
    m_values[2 * classes() + static_cast<std::size_t>(prediction)] += 1;
}

ClassCounts::Figures ClassCounts::figures(double hits, double missed, double wrong) const {
    Figures out;
    out.precision = hits * 100 / (hits + wrong + kEps);
    out.recall = hits * 100 / (hits + missed + kEps);
    out.f1 = 2 * out.precision * out.recall / (out.precision + out.recall + kEps);
    out.support = hits + missed;
    return out;
}

ClassCounts::Figures ClassCounts::ofClass(std::size_t label) const {
    return figures(m_values[label], m_values[classes() + label], m_values[2 * classes() + label]);
}

ClassCounts::Figures ClassCounts::micro() const {
    const auto sum = [&](std::size_t part) {
        const auto begin = m_values.begin() + static_cast<std::ptrdiff_t>(part * classes());
        return std::accumulate(begin, begin + static_cast<std::ptrdiff_t>(classes()), 0.0);
    };
    return figures(sum(0), sum(1), sum(2));
}

std::vector<Metric> ClassCounts::metrics(const std::vector<std::string>& names) const {
    const Figures all = micro();
    std::vector<Metric> out{{"precision", all.precision}, {"f1", all.f1}, {"recall", all.recall}};
    if (classes() > kShownClasses) return out;
    for (std::size_t i = 0; i < classes(); ++i) {
        const Figures one = ofClass(i);
        const std::string name = asMetric(i < names.size() ? names[i] : std::to_string(i));
        out.push_back({"precision_" + name, one.precision});
        out.push_back({"f1_" + name, one.f1});
        out.push_back({"recall_" + name, one.recall});
    }
    return out;
}

std::vector<std::string> ClassCounts::report(const std::vector<std::string>& names) const {
    std::vector<std::string> lines;
    const auto row = [&](const std::string& label, const Figures& f) {
        char numbers[80];
        std::snprintf(numbers, sizeof numbers, "   %8.2f   %8.2f   %8.2f   %8.0f", f.precision, f.recall,
                      f.f1, f.support);
        lines.push_back(inColumns(label) + numbers);
    };
    lines.push_back(inColumns("label") + "   precision    recall       f1           support   ");
    Figures macro;
    Figures weighted;
    double present = 0;
    for (std::size_t i = 0; i < classes(); ++i) {
        const Figures one = ofClass(i);
        const std::string id = "label_id: " + std::to_string(i);
        row(i < names.size() ? names[i] + " (" + id + ')' : id, one);
        present += one.support > 0 ? 1 : 0;
        for (auto [sum, weight] : {std::pair{&macro, 1.0}, std::pair{&weighted, one.support}}) {
            sum->precision += one.precision * weight;
            sum->recall += one.recall * weight;
            sum->f1 += one.f1 * weight;
            sum->support += one.support;
        }
    }
    const auto divide = [](Figures f, double by) {
        return Figures{f.precision / by, f.recall / by, f.f1 / by, f.support};
    };
    lines.emplace_back("-------------------");
    row("micro avg", micro());
    row("macro avg", divide(macro, present));
    row("weighted avg", divide(weighted, weighted.support));
    return lines;
}

} // namespace fathom::model
