// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/statistics.h"

#include "engine/archive/element_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <mutex>

namespace fathom::archive {

namespace {

constexpr std::int64_t kChunk = std::int64_t{1} << 20; // elements
constexpr std::size_t kLanes = 4;                      // independent sums, which vector code needs
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// What a stretch of values adds up to; `squares` are about its own mean, so that nothing cancels however
/// far that is from zero.
struct Moments {
    std::int64_t finite = 0;
    std::int64_t zeros = 0;
    std::int64_t nans = 0;
    std::int64_t infinities = 0;
    double minimum = kInfinity;
    double maximum = -kInfinity;
    double mean = 0;
    double squares = 0;
    double sumOfSquares = 0; ///< about zero

    /// Chan, Golub and LeVeque's update.
    void add(const Moments& other) {
        zeros += other.zeros;
        nans += other.nans;
        infinities += other.infinities;
        if (other.finite == 0) return;
        minimum = std::min(minimum, other.minimum);
        maximum = std::max(maximum, other.maximum);
        const auto mine = static_cast<double>(finite);
        const auto others = static_cast<double>(other.finite);
        const double delta = other.mean - mean;
        mean += delta * (others / (mine + others));
        squares += other.squares + delta * delta * (mine * others / (mine + others));
        sumOfSquares += other.sumOfSquares;
        finite += other.finite;
    }
};

double total(const std::array<double, kLanes>& lanes) {
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

struct Sums {
    double sum = 0;
    Moments moments{};
};

/// One pass over at most a block. With a NaN or an infinity among them the sum is not finite.
Sums sums(std::span<const double> values) {
    std::array<double, kLanes> sum{};
    std::array<double, kLanes> squares{};
    std::array<double, kLanes> zeros{};
    std::array<double, kLanes> least{kInfinity, kInfinity, kInfinity, kInfinity};
    std::array<double, kLanes> most{-kInfinity, -kInfinity, -kInfinity, -kInfinity};
    const auto add = [&](std::size_t lane, double value) {
        sum[lane] += value;
        squares[lane] += value * value;
        zeros[lane] += value == 0 ? 1.0 : 0.0;
        least[lane] = value < least[lane] ? value : least[lane];
        most[lane] = value > most[lane] ? value : most[lane];
    };
    std::size_t i = 0;
    for (; i + kLanes <= values.size(); i += kLanes)
        for (std::size_t lane = 0; lane < kLanes; ++lane)
            add(lane, values[i + lane]);
    for (; i < values.size(); ++i)
        add(0, values[i]);
    Sums result{total(sum)};
    result.moments.finite = static_cast<std::int64_t>(values.size());
    result.moments.zeros = static_cast<std::int64_t>(total(zeros));
    result.moments.minimum = *std::min_element(least.begin(), least.end());
    result.moments.maximum = *std::max_element(most.begin(), most.end());
    result.moments.sumOfSquares = total(squares);
    return result;
}

double squaresAbout(double mean, std::span<const double> values) {
    std::array<double, 2 * kLanes> squares{};
    std::size_t i = 0;
    for (; i + squares.size() <= values.size(); i += squares.size())
        for (std::size_t lane = 0; lane < squares.size(); ++lane) {
            const double delta = values[i + lane] - mean;
            squares[lane] += delta * delta;
        }
    for (; i < values.size(); ++i)
        squares[0] += (values[i] - mean) * (values[i] - mean);
    double result = 0;
    for (const double lane : squares)
        result += lane;
    return result;
}

/// The finite values of a block, moved to its front.
std::span<double> keepFinite(std::span<double> block, Moments& moments) {
    std::size_t kept = 0;
    for (const double value : block) {
        block[kept] = value;
        kept += std::isfinite(value) ? 1 : 0;
        moments.nans += std::isnan(value) ? 1 : 0;
        moments.infinities += std::isinf(value) ? 1 : 0;
    }
    return block.first(kept);
}

Moments momentsOf(std::span<double> block) {
    Moments special;
    Sums pass = sums(block);
    if (!std::isfinite(pass.sum)) {
        block = keepFinite(block, special);
        pass = sums(block);
    }
    if (!block.empty()) {
        pass.moments.mean = pass.sum / static_cast<double>(block.size());
        pass.moments.squares = squaresAbout(pass.moments.mean, block);
    }
    pass.moments.nans = special.nans;
    pass.moments.infinities = special.infinities;
    return pass.moments;
}

/// Calls visit(values) for each block of chunk number `index`.
template <class Visit> void visitChunk(const Tensor& tensor, std::size_t index, const Visit& visit) {
    const std::int64_t first = static_cast<std::int64_t>(index) * kChunk;
    auto left = static_cast<std::size_t>(std::min(kChunk, tensor.elementCount() - first));
    ElementReader reader(tensor, first);
    std::array<double, ElementReader::kBlock> buffer;
    while (left > 0) {
        const std::span<double> block = std::span(buffer).first(std::min(left, buffer.size()));
        reader.values(block);
        visit(block);
        left -= block.size();
    }
}

std::size_t chunkCount(const Tensor& tensor) {
    return static_cast<std::size_t>((tensor.elementCount() + kChunk - 1) / kChunk);
}

bool isComplex(const Tensor& tensor) {
    return tensor.dtype == DType::Complex64 || tensor.dtype == DType::Complex128;
}

struct Edges {
    const double* edges = nullptr; ///< one more than bins
    std::size_t bins = 0;
    double low = 0;
    double high = 0;

    /// The bin beside the guessed one or that one itself; past the bins: below, above, not finite.
    [[nodiscard]] std::size_t slot(double value, std::int32_t guess) const {
        if (!(value >= low && value <= high))
            return bins + (!std::isfinite(value) ? 2U : value > high ? 1U : 0U);
        auto bin = static_cast<std::size_t>(guess);
        bin -= value < edges[bin] ? 1U : 0U;
        return bin + (value >= edges[bin + 1] && bin + 1 < bins ? 1U : 0U);
    }
};

/// Puts values into bins as numpy.histogram does: by one multiplication, then put right by the edges.
class Binner {
public:
    Binner(int bins, double low, double high)
        : m_bins(static_cast<std::size_t>(bins)),
          m_low(low),
          m_high(high),
          // Scaled by a power of two, so that neither the width nor its reciprocal over- or underflows.
          m_scale(std::ldexp(1.0, -std::clamp(std::ilogb(high / 2 - low / 2) + 1, -1000, 1023))),
          m_offset(low * m_scale),
          m_factor(bins / (high * m_scale - low * m_scale)),
          m_edges(m_bins + 1),
          m_counts(kCopies * slots()) {
        const double width = (high - low) / bins;
        for (std::size_t i = 0; i < m_bins; ++i) {
            const auto steps = static_cast<double>(i);
            m_edges[i] = std::isfinite(width) ? low + steps * width : std::lerp(low, high, steps / bins);
        }
        m_edges[m_bins] = high;
        if (low == high) std::fill(m_edges.begin() + 1, m_edges.end(), kInfinity);
    }

    /// At most a block of them.
    void add(std::span<const double> values) {
        std::array<std::int32_t, ElementReader::kBlock> guess;
        const auto last = static_cast<double>(m_bins - 1);
        for (std::size_t i = 0; i < values.size(); ++i) {
            double bin = (values[i] * m_scale - m_offset) * m_factor;
            bin = bin > 0 ? bin : 0; // NaN too
            guess[i] = static_cast<std::int32_t>(bin < last ? bin : last);
        }
        const Edges edges{m_edges.data(), m_bins, m_low, m_high};
        std::array<std::int64_t*, kCopies> counts;
        for (std::size_t copy = 0; copy < kCopies; ++copy)
            counts[copy] = m_counts.data() + copy * slots();
        std::size_t i = 0;
        for (; i + kCopies <= values.size(); i += kCopies)
            for (std::size_t copy = 0; copy < kCopies; ++copy)
                ++counts[copy][edges.slot(values[i + copy], guess[i + copy])];
        for (; i < values.size(); ++i)
            ++counts[0][edges.slot(values[i], guess[i])];
    }

    void addTo(Histogram& result) const {
        for (std::size_t copy = 0; copy < kCopies; ++copy) {
            const std::int64_t* counts = m_counts.data() + copy * slots();
            for (std::size_t bin = 0; bin < m_bins; ++bin)
                result.counts[bin] += counts[bin];
            result.below += counts[m_bins];
            result.above += counts[m_bins + 1];
        }
    }

private:
    // Equal values that follow one another would wait for the same counter.
    static constexpr std::size_t kCopies = 4;

    /// The bins, then below, above and not finite.
    [[nodiscard]] std::size_t slots() const { return m_bins + 3; }

    std::size_t m_bins;
    double m_low;
    double m_high;
    double m_scale;
    double m_offset;
    double m_factor;
    std::vector<double> m_edges;
    std::vector<std::int64_t> m_counts;
};

} // namespace

double elementValue(DType dtype, std::span<const std::byte> bytes) {
    double value = 0;
    toFloat64(dtype, bytes, {&value, 1});
    return value;
}

std::optional<TensorStatistics> statistics(const Tensor& tensor, const ScanOptions& options) {
    if (isComplex(tensor)) return std::nullopt;
    std::vector<Moments> chunks(chunkCount(tensor));
    const bool isDone = forEachChunk(chunks.size(), options, [&](std::size_t i) {
        visitChunk(tensor, i, [&](std::span<double> block) { chunks[i].add(momentsOf(block)); });
    });
    if (!isDone) return std::nullopt;
    Moments all;
    for (const Moments& chunk : chunks)
        all.add(chunk);
    TensorStatistics result{
        .count = tensor.elementCount(), .zeros = all.zeros, .nans = all.nans, .infinities = all.infinities};
    if (all.finite == 0) return result;
    result.minimum = all.minimum;
    result.maximum = all.maximum;
    result.mean = all.mean;
    result.standardDeviation = std::sqrt(all.squares / static_cast<double>(all.finite));
    result.norm = std::sqrt(all.sumOfSquares);
    return result;
}

std::optional<Histogram> histogram(const Tensor& tensor, int bins, double low, double high,
                                   const ScanOptions& options) {
    if (isComplex(tensor) || bins < 1 || !std::isfinite(low) || !std::isfinite(high) || low > high)
        return std::nullopt;
    Histogram result{.low = low, .high = high, .counts = std::vector<std::int64_t>(std::size_t(bins))};
    std::mutex mutex;
    const bool isDone = forEachChunk(chunkCount(tensor), options, [&](std::size_t i) {
        Binner binner(bins, low, high);
        visitChunk(tensor, i, [&](std::span<double> block) { binner.add(block); });
        const std::lock_guard lock(mutex);
        binner.addTo(result);
    });
    return isDone ? std::optional(std::move(result)) : std::nullopt;
}

} // namespace fathom::archive
