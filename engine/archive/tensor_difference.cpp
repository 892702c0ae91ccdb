// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/tensor_difference.h"

#include "engine/archive/element_reader.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>

namespace fathom::archive {

namespace {

constexpr std::int64_t kSmallestChunk = std::int64_t{1} << 20; // elements
constexpr std::int64_t kMostChunks = std::int64_t{1} << 16;    // besides one for each pair
constexpr std::size_t kLanes = 4;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Sums over a stretch of both tensors.
struct Sums {
    double difference = 0; ///< squares of a - b
    double product = 0;
    double left = 0; ///< squares
    double right = 0;
    double largest = 0;
    bool isFar = false; ///< a NaN or an infinity on one side only

    void add(const Sums& other) {
        difference += other.difference;
        product += other.product;
        left += other.left;
        right += other.right;
        largest = std::max(largest, other.largest);
        isFar = isFar || other.isFar;
    }
};

double total(const std::array<double, kLanes>& lanes) {
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

/// Of finite values: otherwise the sums are not finite.
Sums sums(std::span<const double> a, std::span<const double> b) {
    std::array<double, kLanes> difference{};
    std::array<double, kLanes> product{};
    std::array<double, kLanes> left{};
    std::array<double, kLanes> right{};
    std::array<double, kLanes> largest{};
    const auto add = [&](std::size_t lane, double x, double y) {
        const double apart = y - x;
        const double distance = std::fabs(apart);
        difference[lane] += apart * apart;
        product[lane] += x * y;
        left[lane] += x * x;
        right[lane] += y * y;
        largest[lane] = distance > largest[lane] ? distance : largest[lane];
    };
    std::size_t i = 0;
    for (; i + kLanes <= a.size(); i += kLanes)
        for (std::size_t lane = 0; lane < kLanes; ++lane)
            add(lane, a[i + lane], b[i + lane]);
    for (; i < a.size(); ++i)
        add(0, a[i], b[i]);
    return {.difference = total(difference),
            .product = total(product),
            .left = total(left),
            .right = total(right),
            .largest = *std::max_element(largest.begin(), largest.end())};
}

/// Puts 0 on both sides where both are NaN or the same infinity. True when some other pair is not finite.
bool clearEqualSpecials(std::span<double> a, std::span<double> b) {
    bool isFar = false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (std::isfinite(a[i]) && std::isfinite(b[i])) continue;
        isFar = isFar || !(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i])));
        a[i] = b[i] = 0;
    }
    return isFar;
}

Sums blockSums(std::span<double> a, std::span<double> b) {
    Sums result = sums(a, b);
    if (std::isfinite(result.left) && std::isfinite(result.right)) return result;
    const bool isFar = clearEqualSpecials(a, b);
    result = sums(a, b);
    result.isFar = isFar;
    return result;
}

TensorDifference differenceOf(const Sums& sums) {
    if (sums.isFar)
        return {.norm = kInfinity,
                .cosine = std::numeric_limits<double>::quiet_NaN(),
                .largest = kInfinity,
                .normBefore = std::sqrt(sums.left),
                .normAfter = std::sqrt(sums.right)};
    const double length = std::sqrt(sums.left) * std::sqrt(sums.right);
    double cosine = sums.left == 0 && sums.right == 0 ? 1 : 0;
    if (length > 0) cosine = std::clamp(sums.product / length, -1.0, 1.0);
    return {.norm = std::sqrt(sums.difference),
            .cosine = cosine,
            .largest = sums.largest,
            .normBefore = std::sqrt(sums.left),
            .normAfter = std::sqrt(sums.right)};
}

/// A stretch of one pair.
struct Chunk {
    std::size_t pair = 0;
    std::int64_t first = 0;
    std::size_t count = 0; ///< elements
};

bool haveEqualBytes(const TensorPair& pair, const Chunk& chunk) {
    constexpr std::size_t kBlock = ElementReader::kBlock * 4;
    ElementReader left(*pair.first, chunk.first);
    ElementReader right(*pair.second, chunk.first);
    std::vector<std::byte> leftScratch;
    std::vector<std::byte> rightScratch;
    const bool inPlace = pair.first->isContiguous() && pair.second->isContiguous();
    if (!inPlace) {
        leftScratch.resize(kBlock * itemSize(pair.first->dtype));
        rightScratch.resize(kBlock * itemSize(pair.second->dtype));
    }
    for (std::size_t done = 0; done < chunk.count;) {
        const std::size_t count = inPlace ? chunk.count : std::min(kBlock, chunk.count - done);
        const auto a = left.bytes(count, leftScratch);
        const auto b = right.bytes(count, rightScratch);
        if (std::memcmp(a.data(), b.data(), a.size()) != 0) return false;
        done += count;
    }
    return true;
}

Sums chunkSums(const TensorPair& pair, const Chunk& chunk) {
    ElementReader left(*pair.first, chunk.first);
    ElementReader right(*pair.second, chunk.first);
    std::array<double, ElementReader::kBlock> leftValues;
    std::array<double, ElementReader::kBlock> rightValues;
    Sums result;
    for (std::size_t done = 0; done < chunk.count;) {
        const std::size_t count = std::min(leftValues.size(), chunk.count - done);
        const auto a = std::span(leftValues).first(count);
        const auto b = std::span(rightValues).first(count);
        left.values(a);
        right.values(b);
        result.add(blockSums(a, b));
        done += count;
    }
    return result;
}

/// Of the pairs that `take` picks. Tensors that were expanded may claim far more elements than the file has,
/// so chunks grow with them.
template <class Take> std::vector<Chunk> chunksOf(const std::vector<TensorPair>& pairs, const Take& take) {
    std::int64_t elements = 0;
    for (std::size_t i = 0; i < pairs.size(); ++i)
        elements += take(i) ? pairs[i].first->elementCount() : 0;
    const std::int64_t size = std::max(kSmallestChunk, elements / kMostChunks);
    std::vector<Chunk> chunks;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const std::int64_t end = take(i) ? pairs[i].first->elementCount() : 0;
        for (std::int64_t first = 0; first < end; first += size)
            chunks.push_back({i, first, static_cast<std::size_t>(std::min(size, end - first))});
    }
    return chunks;
}

bool isComplex(const Tensor& tensor) {
    return tensor.dtype == DType::Complex64 || tensor.dtype == DType::Complex128;
}

} // namespace

std::optional<std::vector<PairComparison>> compareTensors(const std::vector<TensorPair>& pairs,
                                                          const ScanOptions& options) {
    std::vector<std::atomic<bool>> isChanged(pairs.size());
    for (std::size_t i = 0; i < pairs.size(); ++i)
        isChanged[i] = pairs[i].first->dtype != pairs[i].second->dtype;
    const std::vector<Chunk> all = chunksOf(pairs, [&](std::size_t i) { return !isChanged[i]; });
    const auto compare = [&](std::size_t i) {
        const std::size_t pair = all[i].pair;
        if (!isChanged[pair] && !haveEqualBytes(pairs[pair], all[i])) isChanged[pair] = true;
    };
    if (!forEachChunk(all.size(), options, compare)) return std::nullopt;

    const auto hasNumbers = [&](std::size_t i) {
        return isChanged[i] && !isComplex(*pairs[i].first) && !isComplex(*pairs[i].second);
    };
    const std::vector<Chunk> changed = chunksOf(pairs, hasNumbers);
    std::vector<Sums> parts(changed.size());
    const auto sum = [&](std::size_t i) { parts[i] = chunkSums(pairs[changed[i].pair], changed[i]); };
    if (!forEachChunk(changed.size(), options, sum)) return std::nullopt;

    std::vector<Sums> totals(pairs.size());
    for (std::size_t i = 0; i < changed.size(); ++i)
        totals[changed[i].pair].add(parts[i]);
    std::vector<PairComparison> result(pairs.size());
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        result[i].isIdentical = !isChanged[i];
        if (hasNumbers(i)) result[i].difference = differenceOf(totals[i]);
    }
    return result;
}

} // namespace fathom::archive
