// SPDX-License-Identifier: Apache-2.0
#include "engine/model/nmt/token_batches.h"

#include <algorithm>
#include <map>
#include <utility>

namespace fathom::model {

namespace {

/// Pairs of one source length, the next one to take at `taken`.
struct LengthBucket {
    std::int64_t source = 0;
    std::vector<std::pair<std::int64_t, std::int64_t>> pairs{}; ///< target length and number, sorted
    std::size_t taken = 0;
    [[nodiscard]] bool isEmpty() const { return taken == pairs.size(); }
};

std::vector<LengthBucket> bucketsOf(std::span<const PairLength> pairs) {
    std::map<std::int64_t, LengthBucket> byLength;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        LengthBucket& bucket = byLength[pairs[i].source];
        bucket.source = pairs[i].source;
        bucket.pairs.emplace_back(pairs[i].target, static_cast<std::int64_t>(i));
    }
    std::vector<LengthBucket> buckets;
    for (auto& [length, bucket] : byLength) {
        std::ranges::sort(bucket.pairs);
        buckets.push_back(std::move(bucket));
    }
    return buckets;
}

/// The batch under way and the lengths it is padded to.
class Packer {
public:
    Packer(std::span<const PairLength> pairs, std::int64_t tokens) : m_pairs(pairs), m_tokens(tokens) {}

    /// Takes the next pair of this bucket or the one behind it, whichever needs less padding. True when that
    /// ended a batch.
    [[nodiscard]] bool take(LengthBucket& bucket, LengthBucket* following) {
        const PairLength own = with(bucket);
        // A bucket that is used up in advance cannot be asked; NeMo's exception handler then takes `bucket`.
        const bool canSkip = following != nullptr && !following->isEmpty();
        const PairLength other = canSkip ? with(*following) : own;
        const bool isOwn = !canSkip || own.source + own.target <= other.source + other.target;
        m_longest = isOwn ? own : other;
        LengthBucket& chosen = isOwn ? bucket : *following;
        m_batch.push_back(chosen.pairs[chosen.taken++].second);
        const auto size = static_cast<std::int64_t>(m_batch.size());
        if (size * (m_longest.source + m_longest.target) <= m_tokens) return false;
        split();
        return true;
    }

    [[nodiscard]] std::vector<std::vector<std::int64_t>> finish() {
        if (!m_batch.empty()) m_batches.push_back(std::move(m_batch));
        return std::move(m_batches);
    }

private:
    [[nodiscard]] PairLength with(const LengthBucket& bucket) const {
        return {std::max(m_longest.source, bucket.source),
                std::max(m_longest.target, bucket.pairs[bucket.taken].first)};
    }

    void split() {
        std::size_t kept = 8 * ((m_batch.size() - 1) / 8);
        if (kept == 0) kept = m_batch.size();
        const auto rest = m_batch.begin() + static_cast<std::ptrdiff_t>(kept);
        std::vector<std::int64_t> carried(rest, m_batch.end());
        m_batch.erase(rest, m_batch.end());
        m_batches.push_back(std::exchange(m_batch, std::move(carried)));
        m_longest = {};
        for (const std::int64_t pair : m_batch) {
            const PairLength& length = m_pairs[static_cast<std::size_t>(pair)];
            m_longest = {std::max(m_longest.source, length.source),
                         std::max(m_longest.target, length.target)};
        }
    }

    std::span<const PairLength> m_pairs;
    std::int64_t m_tokens;
    std::vector<std::vector<std::int64_t>> m_batches{};
    std::vector<std::int64_t> m_batch{};
    PairLength m_longest{};
};

} // namespace

std::vector<std::vector<std::int64_t>> packIntoBatches(std::span<const PairLength> pairs,
                                                       std::int64_t tokensInBatch) {
    std::vector<LengthBucket> buckets = bucketsOf(pairs);
    Packer packer(pairs, tokensInBatch);
    for (std::size_t i = 0; i < buckets.size();) {
        LengthBucket* following = i + 1 < buckets.size() ? &buckets[i + 1] : nullptr;
        while (!buckets[i].isEmpty())
            if (packer.take(buckets[i], following)) break;
        if (buckets[i].isEmpty()) ++i;
    }
    return packer.finish();
}

} // namespace fathom::model
