// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/audio_cache.h"
#include "engine/data/loader.h"

#include <QTest>

#include <atomic>
#include <latch>
#include <memory>
#include <stdexcept>

using namespace fathom;
using namespace fathom::data;

class LoaderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void next_keepsTheOrder_withSeveralWorkers() {
        Loader<std::size_t> loader(1000,
                                   [](std::size_t index) -> Result<std::size_t> { return index * index; },
                                   {.workers = 4, .ahead = 8});
        for (std::size_t i = 0; i < 1000; ++i) {
            const auto item = loader.next();
            QVERIFY(item.has_value() && item->has_value());
            QCOMPARE(**item, i * i);
        }
        QVERIFY(!loader.next()->has_value());
        QVERIFY(!loader.next()->has_value());
    }

    void workers_stayWithinTheLimit() {
        std::atomic<int> loads{0};
        std::latch three(3);
        Loader<int> loader(100,
                           [&](std::size_t) -> Result<int> {
                               if (++loads <= 3) three.count_down();
                               return loads.load();
                           },
                           {.workers = 2, .ahead = 3});
        three.wait();
        QCOMPARE(loads.load(), 3);
        QVERIFY(loader.next().has_value());
        QTRY_COMPARE(loads.load(), 4);
    }

    void anError_comesInItsTurnAndEndsTheStream() {
        Loader<std::size_t> loader(
            100,
            [](std::size_t index) -> Result<std::size_t> {
                if (index == 5)
                    return fail({.kind = ErrorKind::BadInput, .what = "broken", .why = "", .remedy = ""});
                if (index == 7) throw std::runtime_error("never seen");
                return index;
            },
            {.workers = 3, .ahead = 10});
        for (std::size_t i = 0; i < 5; ++i)
            QCOMPARE(**loader.next(), i);
        const auto error = loader.next();
        QVERIFY(!error.has_value());
        QCOMPARE(error.error().what, std::string("broken"));
        QVERIFY(!loader.next()->has_value());
    }

    void anException_becomesAnError() {
        Loader<int> loader(1, [](std::size_t) -> Result<int> { throw std::runtime_error("out of luck"); });
        const auto item = loader.next();
        QVERIFY(!item.has_value());
        QCOMPARE(item.error().why, std::string("out of luck"));
    }

    void aStopRequest_endsTheWait() {
        std::latch release(1);
        Loader<int> loader(3, [&](std::size_t) -> Result<int> {
            release.wait();
            return 1;
        });
        std::stop_source stop;
        std::jthread stopper([&] { stop.request_stop(); });
        const auto item = loader.next(stop.get_token());
        QVERIFY(!item.has_value());
        QCOMPARE(item.error().exitCode(), 130);
        release.count_down();
    }

    void destructor_doesNotLoadTheRest() {
        std::atomic<int> loads{0};
        {
            Loader<std::unique_ptr<int>> loader(
                1'000'000,
                [&](std::size_t) -> Result<std::unique_ptr<int>> { return std::make_unique<int>(++loads); },
                {.workers = 2, .ahead = 4});
            QVERIFY(loader.next()->has_value());
        }
        QVERIFY(loads.load() < 10);
    }

    void anEmptyStream_endsAtOnce() {
        Loader<int> loader(0, [](std::size_t) -> Result<int> { return 1; });
        QVERIFY(!loader.next()->has_value());
    }

    void cache_returnsTheVerySamples_withinTheBudget() {
        const std::vector<float> integers{-1.0F, 0.5F, 1.0F / 32768.0F, 0.0F, 32767.0F / 32768.0F};
        const std::vector<float> floats{0.1F, 1.0F, -0.0F};
        AudioCache cache(3, 1000);
        QVERIFY(!cache.find(0).has_value());
        cache.put(0, integers);
        cache.put(1, floats);
        QCOMPARE(*cache.find(0), integers);
        QCOMPARE(*cache.find(1), floats);
        const std::size_t before = cache.bytes();
        cache.put(2, std::vector<float>(600, 0.5F));
        QVERIFY(!cache.find(2).has_value());
        cache.put(0, floats);
        QCOMPARE(cache.bytes(), before);
        QVERIFY(before <= 1000);
    }

    void stalled_isCalledWhileTheConsumerWaits() {
        std::latch go(1);
        std::atomic<int> calls{0};
        Loader<int> loader(1,
                           [&](std::size_t) -> Result<int> {
                               go.wait();
                               return 5;
                           },
                           {.stalled =
                                [&] {
                                    if (++calls == 2) go.count_down();
                                },
                            .patience = std::chrono::milliseconds(1)});
        const auto item = loader.next();
        QVERIFY(item && *item == 5);
        QVERIFY(calls >= 2);
    }

    void theEnd_reachesALoadThatLooksForIt() {
        std::latch started(1);
        auto loader = std::make_unique<Loader<int>>(
            3, Loader<int>::Load([&](std::size_t, const std::stop_token& stop) -> Result<int> {
                started.count_down();
                while (!stop.stop_requested())
                    std::this_thread::yield();
                return 1;
            }));
        started.wait();
        loader.reset();
    }
};

QTEST_GUILESS_MAIN(LoaderTest)
#include "tst_loader.moc"
