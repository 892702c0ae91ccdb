// SPDX-License-Identifier: Apache-2.0
#include "engine/analysis/importance.h"

#include "engine/analysis/correlation.h"
#include "engine/analysis/forest.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

namespace fathom::analysis {

namespace {

constexpr std::size_t kMostCategories = 32; // the last of which holds the rest
constexpr std::size_t kMostSteps = 63;      // and one for runs without the key
constexpr std::size_t kMostTrees = 200;
constexpr std::size_t kLeastTrees = 40;
constexpr std::size_t kManyValues = 300'000; // the time of a tree goes with runs × keys

/// A column made ready: each different value has a number, a missing or null one the number 0 if there is
/// any.
struct Encoded {
    std::vector<std::size_t> codes{};
    std::size_t codeCount = 0;
    bool isNumeric = false;
    std::vector<double> numbers{}; ///< numeric: by run; NaN where it is missing
};

bool isAbsent(const Value& value) {
    return value.isNull() || (value.isFloat() && !std::isfinite(value.asFloat()));
}

std::optional<double> numberOf(const Value& value) {
    if (value.isBool()) return value.asBool() ? 1.0 : 0.0;
    if (value.isNumber()) return value.toDouble();
    return std::nullopt;
}

Encoded encode(const StudyColumn& column, const std::vector<std::size_t>& runs) {
    Encoded encoded;
    encoded.isNumeric = true;
    bool hasAbsent = false;
    std::map<double, std::size_t> numbers;
    std::map<std::string, std::size_t> texts;
    for (const std::size_t run : runs) {
        const Value& value = column.values[run];
        const auto number = isAbsent(value) ? std::optional<double>() : numberOf(value);
        hasAbsent = hasAbsent || isAbsent(value);
        encoded.isNumeric = encoded.isNumeric && (isAbsent(value) || number);
        encoded.numbers.push_back(number.value_or(std::numeric_limits<double>::quiet_NaN()));
        if (number) numbers.emplace(*number, 0);
        if (!isAbsent(value)) texts.emplace(toJson(value), 0);
    }
    std::size_t next = hasAbsent ? 1 : 0;
    if (encoded.isNumeric)
        for (auto& [number, code] : numbers)
            code = next++;
    else
        for (auto& [text, code] : texts)
            code = next++;
    encoded.codeCount = next;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const Value& value = column.values[runs[i]];
        encoded.codes.push_back(isAbsent(value)     ? 0
                                : encoded.isNumeric ? numbers.at(encoded.numbers[i])
                                                    : texts.at(toJson(value)));
    }
    return encoded;
}

/// The same number for runs with the same value, counted by first appearance: equal for columns that part the
/// runs alike.
std::vector<std::size_t> partition(const std::vector<std::size_t>& codes, std::size_t codeCount) {
    std::vector<std::size_t> names(codeCount, codeCount);
    std::vector<std::size_t> result;
    result.reserve(codes.size());
    std::size_t next = 0;
    for (const std::size_t code : codes) {
        if (names[code] == codeCount) names[code] = next++;
        result.push_back(names[code]);
    }
    return result;
}

std::vector<std::size_t> countsOf(const Encoded& encoded) {
    std::vector<std::size_t> counts(encoded.codeCount);
    for (const std::size_t code : encoded.codes)
        ++counts[code];
    return counts;
}

ForestColumn categories(const Encoded& encoded) {
    const std::vector<std::size_t> counts = countsOf(encoded);
    std::vector<std::size_t> order(encoded.codeCount);
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return counts[a] > counts[b]; });
    std::vector<std::uint8_t> levels(encoded.codeCount);
    for (std::size_t place = 0; place < order.size(); ++place)
        levels[order[place]] = static_cast<std::uint8_t>(std::min(place, kMostCategories - 1));
    ForestColumn column{.levelCount = static_cast<unsigned>(std::min(encoded.codeCount, kMostCategories)),
                        .isOrdered = false};
    for (const std::size_t code : encoded.codes)
        column.levels.push_back(levels[code]);
    return column;
}

/// Codes are in the order of the values; neighbours share a level so that all levels hold about as many runs.
ForestColumn steps(const Encoded& encoded) {
    const std::vector<std::size_t> counts = countsOf(encoded);
    ForestColumn column{.isOrdered = true};
    std::vector<std::uint8_t> levels(encoded.codeCount);
    std::size_t before = 0;
    std::size_t level = 0;
    for (std::size_t code = 0; code < encoded.codeCount; ++code) {
        const std::size_t wanted =
            encoded.codeCount <= kMostSteps + 1 ? code : before * kMostSteps / encoded.codes.size();
        if (code > 0 && wanted > level) ++level;
        levels[code] = static_cast<std::uint8_t>(level);
        before += counts[code];
    }
    column.levelCount = static_cast<unsigned>(level) + 1;
    for (const std::size_t code : encoded.codes)
        column.levels.push_back(levels[code]);
    return column;
}

/// Of a numeric column, over the runs that have it.
void correlate(const Encoded& encoded, std::span<const double> metric, KeyImportance& key) {
    std::vector<double> x;
    std::vector<double> y;
    for (std::size_t i = 0; i < metric.size(); ++i) {
        if (std::isnan(encoded.numbers[i])) continue;
        x.push_back(encoded.numbers[i]);
        y.push_back(metric[i]);
    }
    key.pearson = pearson(x, y);
    key.spearman = spearman(x, y);
}

/// Names, dates and paths: hardly two runs share a value.
bool isUnusable(const Encoded& encoded) {
    return !encoded.isNumeric && encoded.codes.size() >= 4 &&
           10 * encoded.codeCount > 8 * encoded.codes.size();
}

unsigned treesFor(std::size_t values) {
    if (values <= kManyValues) return kMostTrees;
    return static_cast<unsigned>(std::max(kLeastTrees, kMostTrees * kManyValues / values));
}

double rankOf(const KeyImportance& key) {
    const double correlation = std::fmax(std::fabs(key.pearson.value), std::fabs(key.spearman.value));
    return std::isnan(key.forest.value) ? (std::isnan(correlation) ? -1 : correlation) : key.forest.value;
}

} // namespace

Importance importanceOf(const std::vector<StudyColumn>& columns, std::span<const double> metric,
                        const ImportanceOptions& options) {
    Importance result;
    std::vector<std::size_t> runs;
    std::vector<double> y;
    for (std::size_t run = 0; run < metric.size(); ++run) {
        if (!std::isfinite(metric[run])) continue;
        runs.push_back(run);
        y.push_back(metric[run]);
    }
    result.runs = runs.size();
    std::map<std::vector<std::size_t>, std::size_t> known; // partition → place in keys
    std::vector<ForestColumn> forestColumns;
    const std::vector<double> ranked = ranks(y);
    for (const StudyColumn& column : columns) {
        if (options.stop.stop_requested()) return {};
        const Encoded encoded = encode(column, runs);
        if (encoded.codeCount < 2) continue;
        std::vector<std::size_t> parts = partition(encoded.codes, encoded.codeCount);
        if (*std::max_element(parts.begin(), parts.end()) == 0) continue; // all of one value, none absent
        if (isUnusable(encoded)) {
            result.unusable.push_back(column.key);
            continue;
        }
        const auto [place, isNew] = known.emplace(std::move(parts), result.keys.size());
        if (!isNew) {
            result.keys[place->second].together.push_back(column.key);
            continue;
        }
        KeyImportance key{.key = column.key, .levels = encoded.codeCount};
        key.isCategorical = !encoded.isNumeric;
        if (encoded.isNumeric) {
            correlate(encoded, y, key);
        } else {
            key.pearson = correlationRatio(encoded.codes, y, options.seed);
            key.spearman = correlationRatio(encoded.codes, ranked, options.seed);
        }
        result.keys.push_back(std::move(key));
        forestColumns.push_back(encoded.isNumeric ? steps(encoded) : categories(encoded));
    }
    const unsigned trees = options.trees > 0 ? options.trees : treesFor(y.size() * forestColumns.size());
    const ForestResult forest =
        growForest(forestColumns, y,
                   {.seed = options.seed, .trees = trees, .threads = options.threads, .stop = options.stop});
    result.explained =
        forest.importance.empty() ? std::numeric_limits<double>::quiet_NaN() : forest.explained;
    for (std::size_t i = 0; i < forest.importance.size(); ++i)
        result.keys[i].forest = forest.importance[i];
    std::stable_sort(result.keys.begin(), result.keys.end(),
                     [](const KeyImportance& a, const KeyImportance& b) { return rankOf(a) > rankOf(b); });
    return result;
}

} // namespace fathom::analysis
