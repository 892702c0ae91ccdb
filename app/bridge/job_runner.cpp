// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/job_runner.h"

#include "app/bridge/post.h"

#include <QHash>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace fathom::app {

namespace {
constexpr std::size_t kThreads = 3;
}

struct JobRunner::Impl {
    struct Entry {
        QString key;
        std::uint64_t number = 0;
        std::stop_source stop{};
        Job job;
    };

    std::mutex mutex; // guards queue and nothing else
    std::condition_variable_any wake;
    std::deque<std::shared_ptr<Entry>> queue;
    std::vector<std::jthread> threads; // started one by one as jobs come, so that a start costs nothing
    QHash<std::uint64_t, std::shared_ptr<Entry>> live; // GUI thread: everything not yet delivered
    std::uint64_t nextNumber = 1;

    void work(JobRunner* owner, std::stop_token stop) {
        for (;;) {
            std::shared_ptr<Entry> entry;
            {
                std::unique_lock lock(mutex);
                if (!wake.wait(lock, stop, [this] { return !queue.empty(); })) return;
                entry = std::move(queue.front());
                queue.pop_front();
            }
            Delivery deliver;
            if (!entry->stop.stop_requested()) deliver = entry->job(entry->stop.get_token());
            entry->job = nullptr;
            post(owner,
                 [owner, number = entry->number, deliver] { owner->m_impl->finish(owner, number, deliver); });
        }
    }

    void finish(JobRunner* owner, std::uint64_t number, const Delivery& deliver) {
        const auto entry = live.take(number);
        if (entry && deliver && !entry->stop.stop_requested()) deliver();
        if (live.isEmpty()) Q_EMIT owner->idle();
    }
};

JobRunner::JobRunner(QObject* parent) : QObject(parent), m_impl(std::make_unique<Impl>()) {}

JobRunner::~JobRunner() {
    for (const auto& entry : std::as_const(m_impl->live))
        entry->stop.request_stop();
    for (auto& thread : m_impl->threads)
        thread.request_stop();
    m_impl->threads.clear();
}

void JobRunner::enqueue(const QString& key, Job job) {
    cancel(key);
    auto entry = std::make_shared<Impl::Entry>();
    entry->key = key;
    entry->number = m_impl->nextNumber++;
    entry->job = std::move(job);
    m_impl->live.insert(entry->number, entry);
    {
        std::lock_guard lock(m_impl->mutex);
        m_impl->queue.push_back(entry);
    }
    const auto wanted = std::min(kThreads, static_cast<std::size_t>(m_impl->live.size()));
    while (m_impl->threads.size() < wanted)
        m_impl->threads.emplace_back([this](std::stop_token stop) { m_impl->work(this, stop); });
    m_impl->wake.notify_one();
}

void JobRunner::cancel(const QString& key) {
    if (key.isEmpty()) return;
    for (const auto& entry : std::as_const(m_impl->live))
        if (entry->key == key) entry->stop.request_stop();
}

int JobRunner::pending() const {
    return static_cast<int>(m_impl->live.size());
}

} // namespace fathom::app
