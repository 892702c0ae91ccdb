// SPDX-License-Identifier: Apache-2.0
// Worker threads that load items ahead of their consumer and hand them over in order.
//
//   Loader<Batch> loader(plan.size(), [&](std::size_t i) { return dataset->load(plan[i]); }, {.workers = 2});
//   while (true) {
//       Result<std::optional<Batch>> batch = loader.next(stop);
//       if (!batch) return fail(batch.error());   // of a worker, in its turn; or Interrupted
//       if (!*batch) break;                       // the end
//       …
//   }
#pragma once

#include "engine/base/result.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <vector>

namespace fathom::data {

struct PrefetchOptions {
    int workers = 1;       ///< threads; at least one is used
    std::size_t ahead = 2; ///< items loaded or being loaded at any time; at least one for each worker
    /// Called by the consumer when it has waited that long for one item, and again after twice the time.
    std::function<void()> stalled{};
    std::chrono::duration<double> patience = std::chrono::seconds(10);
};

/// One consumer. The destructor lets the workers end what they are at, and joins them.
template <class T> class Loader {
public:
    /// Called on the workers, once for each index in [0, count), several at once. An exception becomes an
    /// error. `stop` is requested when the loader goes: what takes long had better look.
    using Load = std::function<Result<T>(std::size_t index, const std::stop_token& stop)>;

    /// `load` may also take the index alone.
    template <class F>
    requires std::is_invocable_r_v<Result<T>, F&, std::size_t> Loader(std::size_t count, F load,
                                                                      const PrefetchOptions& options = {})
        : Loader(count, Load([load = std::move(load)](std::size_t index, const std::stop_token&) mutable {
                     return Result<T>(load(index));
                 }),
                 options) {}
    Loader(std::size_t count, Load load, const PrefetchOptions& options = {})
        : m_load(std::move(load)), m_stalled(options.stalled), m_patience(options.patience), m_end(count) {
        const auto workers = std::min<std::size_t>(static_cast<std::size_t>(std::max(options.workers, 1)),
                                                   std::max<std::size_t>(count, 1));
        m_ahead = std::max(options.ahead, workers);
        m_threads.reserve(workers);
        for (std::size_t i = 0; i < workers; ++i)
            m_threads.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }
    ~Loader() {
        for (std::jthread& thread : m_threads)
            thread.request_stop();
    }
    Loader(const Loader&) = delete;
    Loader& operator=(const Loader&) = delete;

    /// The next item; nullopt after the last. Waits for it; a request on `stop` ends the wait with an
    /// Interrupted error. A loading error comes in its turn and is the last thing that comes.
    [[nodiscard]] Result<std::optional<T>> next(const std::stop_token& stop = {}) {
        const auto begin = std::chrono::steady_clock::now();
        std::unique_lock lock(m_mutex);
        const auto isReady = [this] { return m_taken >= m_end || m_ready.contains(m_taken); };
        const bool ready = waitUntil(isReady, lock, stop);
        m_waited += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        if (!ready)
            return fail({.kind = ErrorKind::Interrupted,
                         .what = "Loading stopped",
                         .why = "stop was requested",
                         .remedy = {}});
        if (m_taken >= m_end) return std::optional<T>{};
        auto node = m_ready.extract(m_taken++);
        lock.unlock();
        m_changed.notify_all();
        Result<T>& item = node.mapped();
        if (!item) return fail(std::move(item.error()));
        return std::optional<T>(std::move(*item));
    }

    /// Seconds that next() has waited so far.
    [[nodiscard]] double waited() const { return m_waited; }

private:
    Result<T> loadOne(std::size_t index, const std::stop_token& stop) {
        try {
            return m_load(index, stop);
        } catch (const std::exception& error) {
            return fail({.what = "Cannot load the data", .why = error.what(), .remedy = {}});
        } catch (...) {
            return fail({.what = "Cannot load the data", .why = "an unknown exception", .remedy = {}});
        }
    }

    template <class Ready>
    bool waitUntil(const Ready& isReady, std::unique_lock<std::mutex>& lock, const std::stop_token& stop) {
        if (!m_stalled) return m_changed.wait(lock, stop, isReady);
        for (auto patience = m_patience;; patience *= 2) {
            if (m_changed.wait_for(lock, stop, patience, isReady)) return true;
            if (stop.stop_requested()) return false;
            lock.unlock();
            m_stalled();
            lock.lock();
        }
    }

    void work(const std::stop_token& stop) {
        std::unique_lock lock(m_mutex);
        while (true) {
            const auto mayStart = [this] { return m_started >= m_end || m_started < m_taken + m_ahead; };
            if (!m_changed.wait(lock, stop, mayStart) || m_started >= m_end || stop.stop_requested()) return;
            const std::size_t index = m_started++;
            lock.unlock();
            Result<T> item = loadOne(index, stop);
            lock.lock();
            if (!item) m_end = std::min(m_end, index + 1);
            m_ready.emplace(index, std::move(item));
            m_changed.notify_all();
        }
    }

    const Load m_load;
    const std::function<void()> m_stalled;
    const std::chrono::duration<double> m_patience;
    std::size_t m_ahead = 1;
    double m_waited = 0; // the consumer's
    std::mutex m_mutex;  // guards all below
    std::condition_variable_any m_changed;
    std::map<std::size_t, Result<T>> m_ready;
    std::size_t m_started = 0;           ///< index that a worker takes next
    std::size_t m_taken = 0;             ///< index that the consumer takes next
    std::size_t m_end = 0;               ///< count, or one past the first error
    std::vector<std::jthread> m_threads; ///< last: joined before the rest goes
};

} // namespace fathom::data
