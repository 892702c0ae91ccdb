// SPDX-License-Identifier: Apache-2.0
#include "engine/analysis/forest.h"

#include "engine/analysis/tree.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

namespace fathom::analysis {

namespace {

constexpr unsigned kBlocks = 8; // of trees; sums of a block have one order, whatever the threads do

/// What a block of trees says of the rows that it has not seen.
struct Block {
    std::vector<double> predicted;     ///< sum over the trees, for each row
    std::vector<std::uint32_t> unseen; ///< trees that had not seen the row
    std::vector<double> harm;          ///< [row, column]: growth of the squared error by shuffling
};

struct Forest {
    const std::vector<ForestColumn>& columns;
    std::span<const double> y;
    const ForestOptions& options;

    [[nodiscard]] std::size_t rows() const { return y.size(); }
};

/// The rows that a tree's sample leaves out, from the sample.
std::vector<std::size_t> unseenRows(const std::vector<std::size_t>& sample, std::size_t count) {
    std::vector<bool> isSeen(count);
    for (const std::size_t row : sample)
        isSeen[row] = true;
    std::vector<std::size_t> unseen;
    for (std::size_t row = 0; row < count; ++row)
        if (!isSeen[row]) unseen.push_back(row);
    return unseen;
}

/// For each column its own permutation of the unseen rows would cost as much as the tree: one order and a
/// shift by column serve as well.
void tryUnseen(const Forest& forest, const Tree& tree, const std::vector<std::size_t>& unseen, Random& random,
               Block& block) {
    std::vector<std::size_t> order = unseen;
    for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[random.below(i)]);
    std::vector<std::size_t> shift(forest.columns.size());
    for (std::size_t& one : shift)
        one = order.size() < 2 ? 0 : 1 + random.below(order.size() - 1);
    std::vector<std::size_t> path;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::size_t row = order[i];
        const auto own = [&](std::size_t column) { return forest.columns[column].levels[row]; };
        path.clear();
        const double predicted = tree.predict(own, [&](std::size_t column) { path.push_back(column); });
        block.predicted[row] += predicted;
        ++block.unseen[row];
        const double error = (predicted - forest.y[row]) * (predicted - forest.y[row]);
        std::sort(path.begin(), path.end());
        path.erase(std::unique(path.begin(), path.end()), path.end());
        for (const std::size_t shuffled : path) {
            const std::size_t other = order[(i + shift[shuffled]) % order.size()];
            const double worse = tree.predict(
                [&](std::size_t column) {
                    return forest.columns[column].levels[column == shuffled ? other : row];
                },
                [](std::size_t) {});
            block.harm[row * forest.columns.size() + shuffled] +=
                (worse - forest.y[row]) * (worse - forest.y[row]) - error;
        }
    }
}

Block growBlock(const Forest& forest, unsigned index) {
    const std::size_t rows = forest.rows();
    Block block{std::vector<double>(rows), std::vector<std::uint32_t>(rows),
                std::vector<double>(rows * forest.columns.size())};
    for (unsigned number = index; number < forest.options.trees; number += kBlocks) {
        if (forest.options.stop.stop_requested()) return block;
        Random random(forest.options.seed * 1'000'003 + number);
        std::vector<std::size_t> sample(rows);
        for (std::size_t& row : sample)
            row = random.below(rows);
        const std::vector<std::size_t> unseen = unseenRows(sample, rows);
        const Tree tree(forest.columns, forest.y, std::move(sample), forest.options.leastLeaf, random);
        tryUnseen(forest, tree, unseen, random, block);
    }
    return block;
}

Block growAll(const Forest& forest) {
    std::vector<Block> blocks(kBlocks);
    std::atomic<unsigned> next{0};
    const auto work = [&] {
        for (unsigned i = next++; i < kBlocks; i = next++)
            blocks[i] = growBlock(forest, i);
    };
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    const unsigned wanted = forest.options.threads == 0 ? cores : forest.options.threads;
    {
        std::vector<std::jthread> helpers;
        for (unsigned i = 1; i < std::min(wanted, kBlocks); ++i)
            helpers.emplace_back(work);
        work();
    }
    Block total = std::move(blocks.front());
    for (std::size_t i = 1; i < blocks.size(); ++i) {
        for (std::size_t row = 0; row < forest.rows(); ++row) {
            total.predicted[row] += blocks[i].predicted[row];
            total.unseen[row] += blocks[i].unseen[row];
        }
        for (std::size_t at = 0; at < total.harm.size(); ++at)
            total.harm[at] += blocks[i].harm[at];
    }
    return total;
}

struct Weighted {
    std::vector<std::size_t> rows; ///< that some tree had not seen
    double variance = 0;           ///< of y
};

/// Means over the rows, and their spread when rows are drawn anew.
std::vector<Estimate> importanceOf(const Forest& forest, const Block& total, const Weighted& weighted) {
    const std::size_t columns = forest.columns.size();
    const std::size_t count = weighted.rows.size();
    std::vector<double> harm(count * columns); // per tree, as a share of the variance
    for (std::size_t i = 0; i < count; ++i) {
        const double scale = 1 / (static_cast<double>(total.unseen[weighted.rows[i]]) * weighted.variance);
        for (std::size_t column = 0; column < columns; ++column)
            harm[i * columns + column] = total.harm[weighted.rows[i] * columns + column] * scale;
    }
    const auto meansOf = [&](const auto& rowAt) {
        std::vector<double> means(columns);
        for (std::size_t i = 0; i < count; ++i) {
            const double* row = harm.data() + rowAt(i) * columns;
            for (std::size_t column = 0; column < columns; ++column)
                means[column] += row[column];
        }
        for (double& value : means)
            value /= static_cast<double>(count);
        return means;
    };
    std::vector<Estimate> estimates(columns);
    const std::vector<double> means = meansOf([](std::size_t i) { return i; });
    std::vector<std::vector<double>> resampled(columns);
    Random random(forest.options.seed ^ 0xB0075742A9ull);
    for (unsigned i = 0; i < forest.options.resamples && !forest.options.stop.stop_requested(); ++i) {
        const std::vector<double> again = meansOf([&](std::size_t) { return random.below(count); });
        for (std::size_t column = 0; column < columns; ++column)
            resampled[column].push_back(again[column]);
    }
    for (std::size_t column = 0; column < columns; ++column) {
        std::vector<double>& values = resampled[column];
        estimates[column].value = means[column];
        if (values.size() < 40) continue;
        std::sort(values.begin(), values.end());
        estimates[column].low = values[values.size() * 25 / 1000];
        estimates[column].high = values[values.size() * 975 / 1000];
    }
    return estimates;
}

} // namespace

ForestResult growForest(const std::vector<ForestColumn>& columns, std::span<const double> y,
                        const ForestOptions& options) {
    if (y.size() < 8 || columns.empty()) return {};
    double mean = 0;
    for (const double value : y)
        mean += value / static_cast<double>(y.size());
    double squares = 0;
    for (const double value : y)
        squares += (value - mean) * (value - mean);
    if (!(squares > 0)) return {};
    // Small steps of a metric that lies far from zero must not drown in rounding.
    std::vector<double> centered(y.begin(), y.end());
    for (double& value : centered)
        value -= mean;
    const Forest forest{columns, centered, options};
    const Block total = growAll(forest);
    if (options.stop.stop_requested()) return {};
    Weighted weighted;
    double error = 0;
    double around = 0;
    for (std::size_t row = 0; row < y.size(); ++row) {
        if (total.unseen[row] == 0) continue;
        weighted.rows.push_back(row);
        const double missed = total.predicted[row] / total.unseen[row] - centered[row];
        error += missed * missed;
        around += centered[row] * centered[row];
    }
    if (weighted.rows.empty() || !(around > 0)) return {};
    weighted.variance = squares / static_cast<double>(y.size());
    return {.importance = importanceOf(forest, total, weighted), .explained = 1 - error / around};
}

} // namespace fathom::analysis
