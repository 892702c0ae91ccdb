// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/nn/torch_threads.h"
#include "engine/nn/work_scope.h"

#include <QtTest>

#include <chrono>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <set>
#include <thread>

using namespace fathom;

namespace {

std::ptrdiff_t threadsOfProcess() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

/// The threads that share a loop of a hundred turns.
std::size_t threadsOfLoop() {
    std::mutex mutex;
    std::set<std::thread::id> threads;
    nn::onTorchThreads(0, 100, 1, [&](std::int64_t /*begin*/, std::int64_t /*end*/) {
        const std::lock_guard lock(mutex);
        threads.insert(std::this_thread::get_id());
    });
    return threads.size();
}

} // namespace

class tst_TorchThreads : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Without OpenMP's compiler flag at::parallel_for is a plain loop, and says nothing.
    void kernelsShareTheCores() {
        at::set_num_threads(2);
        QCOMPARE(threadsOfLoop(), std::size_t{2});
        at::set_num_threads(1);
        QCOMPARE(threadsOfLoop(), std::size_t{1});
    }

    void aScopeGivesItsThreadsBack() {
        std::thread([] { // which has no OpenMP threads yet
            at::set_num_threads(3);
            const std::ptrdiff_t before = threadsOfProcess();
            {
                const nn::WorkScope scope;
                QCOMPARE(threadsOfLoop(), std::size_t{3});
                QCOMPARE(threadsOfProcess(), before + 2);
            }
            for (int i = 0; i < 5000 && threadsOfProcess() != before;
                 ++i) // the kernel lists them a bit longer
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            QCOMPARE(threadsOfProcess(), before);
            QCOMPARE(threadsOfLoop(), std::size_t{3}); // again
        })
            .join();
    }
};

QTEST_GUILESS_MAIN(tst_TorchThreads)
#include "tst_torch_threads.moc"
