// SPDX-License-Identifier: GPL-3.0-or-later
// The order of an epoch: shuffled, through a buffer, in buckets, semi-sorted; and the stream that loads it.
#include "engine/train/batches.h"
#include "tests/engine/train/train_testing.h"

#include <QTest>

#include <algorithm>
#include <latch>
#include <numeric>
#include <set>
#include <thread>

using namespace fathom;
using train::BatchIndices;

namespace {

using Batches = std::vector<BatchIndices>;

std::vector<std::int64_t> flat(const Batches& batches) {
    std::vector<std::int64_t> out;
    for (const BatchIndices& batch : batches)
        out.insert(out.end(), batch.begin(), batch.end());
    return out;
}

std::vector<std::int64_t> upTo(std::int64_t count) {
    std::vector<std::int64_t> out(static_cast<std::size_t>(count));
    std::iota(out.begin(), out.end(), 0);
    return out;
}

std::vector<std::int64_t> sorted(std::vector<std::int64_t> list) {
    std::ranges::sort(list);
    return list;
}

/// Items that fail, block or say that they are slow.
class OddDataset : public model::Dataset {
public:
    std::int64_t size() const override { return 8; }
    const model::LoaderOptions& loader() const override { return m_options; }
    Result<model::Batch> load(std::span<const std::int64_t> indices) const override {
        return loadFor({}, indices);
    }
    Result<model::Batch> loadFor(const model::EpochContext& epoch,
                                 std::span<const std::int64_t> indices) const override {
        if (onLoad) onLoad(indices.front(), epoch.stop);
        model::Batch batch;
        batch.tensors = {torch::tensor(at::IntArrayRef(indices.data(), indices.size()))};
        batch.sources.assign(indices.size(), "item");
        return batch;
    }
    std::string underWay() const override { return "m.json:7: reading x.wav has taken 3 s so far"; }
    std::string summary() const override { return "odd"; }

    std::function<void(std::int64_t first, const std::stop_token& stop)> onLoad{};
    model::LoaderOptions m_options{.batchSize = 1, .workers = 2};
};

} // namespace

class BatchesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void anEpoch_visitsEveryItemOnce_andDependsOnSeedAndEpochOnly() {
        for (const std::int64_t buffer : {0, 1, 5, 1000}) {
            const model::LoaderOptions options{.batchSize = 4, .shuffle = true, .shuffleBuffer = buffer};
            const Batches batches = train::epochBatches(103, options, 7, 3);
            QCOMPARE(batches.size(), std::size_t(26));
            QCOMPARE(train::batchCount(103, options), std::int64_t(26));
            QCOMPARE(sorted(flat(batches)), upTo(103));
            QVERIFY(flat(batches) != upTo(103));
            QCOMPARE(train::epochBatches(103, options, 7, 3), batches);
            QVERIFY(train::epochBatches(103, options, 7, 4) != batches);
            QVERIFY(train::epochBatches(103, options, 8, 3) != batches);
        }
        const model::LoaderOptions plain{.batchSize = 4, .dropLast = true};
        QCOMPARE(flat(train::epochBatches(10, plain, 1, 0)), upTo(8));
        QCOMPARE(train::batchCount(10, plain), std::int64_t(2));
    }

    /// What runs have been resumed with so far stays the order.
    void theShuffle_isTheOneOfEarlierVersions() {
        const model::LoaderOptions options{.batchSize = 10, .shuffle = true};
        std::vector<std::int64_t> order = upTo(10);
        for (std::size_t i = order.size(); i > 1; --i)
            std::swap(order[i - 1], order[train::mixSeed(5, 2, i) % i]);
        QCOMPARE(flat(train::epochBatches(10, options, 5, 2)), order);
    }

    void aBuffer_movesNoItemForwardByMoreThanItsSize() {
        constexpr std::int64_t kBuffer = 10;
        const model::LoaderOptions options{.batchSize = 1, .shuffle = true, .shuffleBuffer = kBuffer};
        const auto order = flat(train::epochBatches(500, options, 1, 0));
        for (std::size_t at = 0; at < order.size(); ++at)
            QVERIFY(order[at] <= static_cast<std::int64_t>(at) + kBuffer);
    }

    void buckets_haveTheirOwnBatchSizes_andAreNotMixed() {
        model::LoaderOptions options{.batchSize = 1, .shuffle = true, .dropLast = true, .shuffleBuffer = 3};
        options.buckets = {{0, 10, 6}, {10, 7, 4}, {17, 4, 2}, {17, 4, 2}}; // the last one twice
        options.bucketOrder = model::BucketOrder::SyncedRandomized;
        std::set<std::int64_t> firstBuckets;
        for (std::int64_t epoch = 0; epoch < 20; ++epoch) {
            const Batches batches = train::epochBatches(21, options, 9, epoch);
            QCOMPARE(static_cast<std::int64_t>(batches.size()), train::batchCount(21, options));
            QCOMPARE(batches.size(), std::size_t(2 + 2 + 2 + 2)); // incomplete ones stay, as in NeMo
            std::vector<std::int64_t> wanted = upTo(21);
            for (std::int64_t i = 17; i < 21; ++i)
                wanted.push_back(i);
            QCOMPARE(sorted(flat(batches)), sorted(wanted));
            const auto bucketOf = [](std::int64_t item) { return item < 10 ? 0 : item < 17 ? 1 : 2; };
            for (const BatchIndices& batch : batches)
                for (const std::int64_t item : batch)
                    QCOMPARE(bucketOf(item), bucketOf(batch.front()));
            firstBuckets.insert(bucketOf(batches.front().front()));
            // All ranks visit the same buckets, whatever the run's seed is.
            QCOMPARE(bucketOf(train::epochBatches(21, options, 10, epoch).front().front()),
                     bucketOf(batches.front().front()));
        }
        QCOMPARE(firstBuckets.size(), std::size_t(3));
        options.bucketOrder = model::BucketOrder::Fixed;
        options.shuffle = false;
        QCOMPARE(train::epochBatches(21, options, 9, 5)[0], (BatchIndices{0, 1, 2, 3, 4, 5}));
    }

    void bucketsWithoutBatchSizes_areChained() {
        model::LoaderOptions options{.batchSize = 4, .dropLast = true};
        options.buckets = {{0, 3, 0}, {3, 6, 0}};
        QCOMPARE(train::epochBatches(9, options, 1, 0), (Batches{{0, 1, 2, 3}, {4, 5, 6, 7}}));
        QCOMPARE(train::batchCount(9, options), std::int64_t(2));
    }

    void semiSortedBatches_areOfLikeLength() {
        auto sorting = std::make_shared<model::SemiSorting>();
        sorting->randomization = 0.1;
        for (int i = 0; i < 101; ++i)
            sorting->durations.push_back(static_cast<float>((i * 37) % 101)); // 0 … 100, mixed
        model::LoaderOptions options{.batchSize = 10, .shuffle = true, .semiSorting = sorting};
        const Batches batches = train::epochBatches(101, options, 3, 0);
        QCOMPARE(batches.size(), std::size_t(11));
        QCOMPARE(sorted(flat(batches)), upTo(101));
        for (const BatchIndices& batch : batches) {
            const auto [least, most] = std::ranges::minmax(
                batch, {}, [&](std::int64_t i) { return sorting->durations[static_cast<std::size_t>(i)]; });
            QVERIFY(sorting->durations[static_cast<std::size_t>(most)] -
                        sorting->durations[static_cast<std::size_t>(least)] <=
                    10 + 2 * 5 + 1); // a batch and the noise at both of its ends
        }
        QVERIFY(train::epochBatches(101, options, 3, 1) != batches);
        QCOMPARE(train::epochBatches(101, options, 3, 0), batches);
        options.dropLast = true;
        std::set<std::int64_t> left;
        for (std::int64_t epoch = 0; epoch < 10; ++epoch) {
            const auto items = flat(train::epochBatches(101, options, 3, epoch));
            QCOMPARE(items.size(), std::size_t(100));
            const std::set<std::int64_t> there(items.begin(), items.end());
            QCOMPARE(there.size(), std::size_t(100));
            for (const std::int64_t item : upTo(101))
                if (!there.contains(item)) left.insert(item);
        }
        QVERIFY(left.size() > 1); // not always the longest
    }

    void theStream_givesWhatThePlanSays() {
        const auto dataset = std::make_shared<OddDataset>();
        const auto stream = train::openStream(dataset, {{3, 1}, {2}, {}});
        QCOMPARE((**stream->next()).tensors[0][1].item<std::int64_t>(), std::int64_t(1));
        QCOMPARE((**stream->next()).tensors[0][0].item<std::int64_t>(), std::int64_t(2));
    }

    void prefetchFactor_saysHowFarWorkersAreAhead() {
        const auto dataset = std::make_shared<OddDataset>();
        dataset->m_options = {.batchSize = 1, .workers = 1, .prefetchFactor = 3};
        std::atomic<int> loads = 0;
        dataset->onLoad = [&](std::int64_t, const std::stop_token&) { ++loads; };
        const auto stream = train::openStream(dataset, {{0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}});
        QTRY_COMPARE(loads.load(), 3);
        QVERIFY(stream->next().has_value());
        QTRY_COMPARE(loads.load(), 4);
        QTest::qWait(20);
        QCOMPARE(loads.load(), 4);
    }

    void whatAWorkerThrows_endsTheStream() {
        const auto dataset = std::make_shared<OddDataset>();
        dataset->onLoad = [](std::int64_t first, const std::stop_token&) {
            if (first == 1) throw 42;
        };
        const auto stream = train::openStream(dataset, {{0}, {1}, {2}});
        QVERIFY(stream->next().has_value());
        const auto error = stream->next();
        QVERIFY(!error);
        QCOMPARE(error.error().why, std::string("an unknown exception"));
        QVERIFY(!stream->next()->has_value());
    }

    /// A stop that comes while every worker is at a batch: the wait ends at once, and the workers when they
    /// look.
    void aStop_endsABlockedLoad() {
        const auto dataset = std::make_shared<OddDataset>();
        std::latch blocked(2);
        dataset->onLoad = [&](std::int64_t, const std::stop_token& stop) {
            blocked.count_down();
            std::mutex mutex;
            std::unique_lock lock(mutex);
            std::condition_variable_any().wait(lock, stop, [] { return false; });
        };
        auto stream = train::openStream(dataset, {{0}, {1}});
        blocked.wait();
        std::stop_source stop;
        std::jthread later([&] { stop.request_stop(); });
        const auto next = stream->next(stop.get_token());
        QVERIFY(!next && next.error().kind == ErrorKind::Interrupted);
        stream.reset(); // would hang if workers did not learn of it
    }
};

QTEST_GUILESS_MAIN(BatchesTest)
#include "tst_batches.moc"
