// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/published.h"

#include <QTest>

#include <thread>

using namespace fathom;

namespace {

struct Entry {
    std::string name{};
    int number = 0;
};

} // namespace

class PublishedTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void add_refusesATakenName() {
        Registry<Entry> registry("thing");
        QVERIFY(registry.add({"a", 1}));
        QVERIFY(registry.add({"b", 2}));
        const Entry* const first = registry.find("a");
        const Status taken = registry.add({"a", 3});
        QVERIFY(!taken);
        QCOMPARE(taken.error().what, std::string("Cannot register the thing 'a'"));
        QVERIFY(!registry.add({"", 4}));
        QCOMPARE(registry.names(), (std::vector<std::string>{"a", "b"}));
        QCOMPARE(registry.find("a"), first);
        QCOMPARE(first->number, 1);
        QVERIFY(!registry.find("c"));
    }

    void aFailedUpdate_publishesNothing() {
        Published<std::vector<int>> published({1, 2});
        const std::vector<int>& before = *published;
        QVERIFY(!published.update([](std::vector<int>& value) -> Status {
            value.push_back(3);
            return fail({.what = "no", .why = {}, .remedy = {}});
        }));
        QCOMPARE(published->size(), std::size_t(2));
        QCOMPARE(&*published, &before);
    }

    /// What a reader holds stays as it was while others register.
    void readersAndWriters_doNotDisturbEachOther() {
        Registry<Entry> registry("thing");
        constexpr int kWriters = 4, kEach = 100;
        std::atomic<bool> done = false;
        std::atomic<int> mistakes = 0;
        std::vector<std::jthread> threads;
        for (int reader = 0; reader < 2; ++reader)
            threads.emplace_back([&] {
                while (!done) {
                    const auto& names = registry.names();
                    const std::size_t size = names.size();
                    for (const std::string& name : names)
                        if (!registry.find(name)) ++mistakes;
                    if (names.size() != size) ++mistakes;
                }
            });
        {
            std::vector<std::jthread> writers;
            for (int writer = 0; writer < kWriters; ++writer)
                writers.emplace_back([&, writer] {
                    for (int i = 0; i < kEach; ++i)
                        if (!registry.add({std::to_string(writer * kEach + i), i})) ++mistakes;
                });
        }
        done = true;
        threads.clear();
        QCOMPARE(mistakes.load(), 0);
        QCOMPARE(registry.names().size(), std::size_t(kWriters * kEach));
    }
};

QTEST_GUILESS_MAIN(PublishedTest)
#include "tst_published.moc"
