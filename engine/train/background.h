// SPDX-License-Identifier: Apache-2.0
// Work for a thread of its own, done in order: writing checkpoints while the training goes on.
#pragma once

#include "engine/base/result.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace fathom::train {

/// One thread puts jobs in. The destructor waits until all are done.
class Background {
public:
    using Job = std::function<Status()>;

    Background() : m_thread([this](const std::stop_token& stop) { work(stop); }) {}
    ~Background() { (void)finish(); }
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;

    /// At most one job waits beside the one under way, because a job may hold copies of all weights: the
    /// second one's caller waits.
    void put(Job job) {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_jobs.empty(); });
        m_jobs.push_back(std::move(job));
        m_changed.notify_all();
    }
    /// The first error so far. Once there is one, later jobs are not done.
    [[nodiscard]] Status check() {
        const std::lock_guard lock(m_mutex);
        return m_error ? Status(fail(*m_error)) : Status{};
    }
    /// Waits until everything is done; then the same.
    [[nodiscard]] Status finish() {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_jobs.empty() && !m_isBusy; });
        return m_error ? Status(fail(*m_error)) : Status{};
    }

private:
    static Status guarded(const Job& job) {
        try {
            return job();
        } catch (const std::exception& error) {
            return fail({.what = "Cannot save a checkpoint", .why = error.what(), .remedy = {}});
        }
    }
    void work(const std::stop_token& stop) {
        std::unique_lock lock(m_mutex);
        while (m_changed.wait(lock, stop, [this] { return !m_jobs.empty(); })) {
            Job job = std::move(m_jobs.front());
            m_jobs.pop_front();
            m_isBusy = true;
            m_changed.notify_all();
            const bool isWanted = !m_error;
            lock.unlock();
            Status done = isWanted ? guarded(job) : Status{};
            job = {}; // what it held goes before the next begins
            lock.lock();
            if (!done && !m_error) m_error = done.error();
            m_isBusy = false;
            m_changed.notify_all();
        }
    }

    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<Job> m_jobs{};
    bool m_isBusy = false;
    std::optional<Error> m_error{};
    std::jthread m_thread; ///< last: joined before the rest goes
};

} // namespace fathom::train
