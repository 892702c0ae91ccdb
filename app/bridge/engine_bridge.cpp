// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bridge/engine_bridge.h"

#include "app/bridge/post.h"
#include "app/bridge/store_tail.h"
#include "engine/run/run_service.h"

#include <QSet>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace fathom::app {

namespace {
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
constexpr auto kLookInterval = 100ms; // points and progress of the watched run
constexpr auto kListInterval = 300ms; // the table of runs
constexpr auto kLivenessInterval = 1000ms;
constexpr auto kOpenInterval = 500ms; // while there is no store yet
} // namespace

struct EngineBridge::Impl {
    EngineBridge* owner = nullptr;
    std::filesystem::path workspace;
    std::vector<std::filesystem::path> plugins; // GUI thread

    // Service thread: opening the service and starting runs takes file accesses and the loading of LibTorch.
    std::mutex serviceMutex; // guards the queue only
    std::condition_variable_any serviceWake;
    std::deque<std::function<void(run::RunService&)>> serviceQueue;
    // Made on the service thread, handed to the GUI thread by serviceReady(); from then on its send() and
    // active() are used there.
    std::unique_ptr<run::RunService> service;
    run::RunService* ready = nullptr; // GUI thread
    QSet<qint64> ours;                // GUI thread: started here, not known to be over

    std::mutex watchMutex; // guards the request only
    std::condition_variable_any watchWake;
    bool watchRequested = false;
    std::optional<store::RunId> watchRequest;

    std::jthread readerThread; // last members: joined before anything they use goes
    std::jthread serviceThread;

    template <class Function> void post(Function function) { app::post(owner, std::move(function)); }
    void serve(const std::stop_token& stop);
    void read(const std::stop_token& stop);
    void applyWatch(StoreTail& tail);
    void look(StoreTail& tail, Clock::time_point& nextList, Clock::time_point& nextLiveness);
    void postList(RunListNewsPtr news);
    void postNews(RunNewsPtr news);
    void forgetEnded(const RunListNews& news);
};

void EngineBridge::Impl::serve(const std::stop_token& stop) {
    auto opened = run::RunService::open(workspace);
    if (!opened) {
        post([this, error = opened.error()] { Q_EMIT owner->storeFailed(error); });
    } else {
        service = std::move(*opened);
        post([this, pointer = service.get()] { ready = pointer; });
    }
    for (;;) {
        std::function<void(run::RunService&)> job;
        {
            std::unique_lock lock(serviceMutex);
            if (!serviceWake.wait(lock, stop, [this] { return !serviceQueue.empty(); })) return;
            job = std::move(serviceQueue.front());
            serviceQueue.pop_front();
        }
        if (!service) { // the workspace may have become writable meanwhile
            auto again = run::RunService::open(workspace);
            if (!again) {
                post([this, error = again.error()] { Q_EMIT owner->startFailed(error); });
                continue;
            }
            service = std::move(*again);
            post([this, pointer = service.get()] { ready = pointer; });
        }
        job(*service);
    }
}

void EngineBridge::Impl::applyWatch(StoreTail& tail) {
    std::optional<store::RunId> run;
    {
        const std::lock_guard lock(watchMutex);
        if (!watchRequested) return;
        watchRequested = false;
        run = watchRequest;
    }
    tail.watch(run);
    if (const auto news = tail.runNews()) postNews(news);
}

void EngineBridge::Impl::look(StoreTail& tail, Clock::time_point& nextList, Clock::time_point& nextLiveness) {
    const auto now = Clock::now();
    if (tail.changed()) {
        if (const auto news = tail.runNews()) postNews(news);
        nextList = std::min(nextList, now + kListInterval);
    }
    if (now >= nextList) {
        nextList = Clock::time_point::max();
        postList(tail.runList());
    }
    if (now >= nextLiveness) {
        nextLiveness = now + kLivenessInterval;
        if (const auto news = tail.liveness()) {
            postList(news);
            if (const auto watched = tail.runNews()) postNews(watched);
        }
    }
}

void EngineBridge::Impl::read(const std::stop_token& stop) {
    StoreTail tail(workspace);
    auto nextList = Clock::time_point::min();
    auto nextLiveness = Clock::now() + kLivenessInterval;
    bool told = false;
    while (!stop.stop_requested()) {
        const bool open = tail.open();
        if (open) {
            applyWatch(tail);
            look(tail, nextList, nextLiveness);
        }
        if (tail.error() && open && !told) {
            told = true;
            post([this, error = *tail.error()] { Q_EMIT owner->storeFailed(error); });
        }
        std::unique_lock lock(watchMutex);
        const auto pause = open ? kLookInterval : kOpenInterval;
        watchWake.wait_for(lock, stop, pause, [this, open] { return open && watchRequested; });
    }
}

void EngineBridge::Impl::postList(RunListNewsPtr news) {
    if (!news) return;
    post([this, news = std::move(news)] {
        forgetEnded(*news);
        Q_EMIT owner->runListChanged(news);
    });
}

void EngineBridge::Impl::postNews(RunNewsPtr news) {
    post([this, news = std::move(news)] { Q_EMIT owner->runChanged(news); });
}

void EngineBridge::Impl::forgetEnded(const RunListNews& news) {
    for (const RunRow& row : news.rows)
        if (store::isOver(row.run.state)) ours.remove(static_cast<qint64>(row.run.id));
}

EngineBridge::EngineBridge(std::filesystem::path workspace, QObject* parent)
    : QObject(parent), m_impl(std::make_unique<Impl>()) {
    m_impl->owner = this;
    m_impl->workspace = std::move(workspace);
}

EngineBridge::~EngineBridge() {
    m_impl->readerThread.request_stop();
    m_impl->serviceThread.request_stop();
    if (m_impl->serviceThread.joinable()) m_impl->serviceThread.join();
    m_impl->service.reset(); // ends the runs; the reader may still look
}

void EngineBridge::open() {
    m_impl->serviceThread = std::jthread([this](const std::stop_token& stop) { m_impl->serve(stop); });
    m_impl->readerThread = std::jthread([this](const std::stop_token& stop) { m_impl->read(stop); });
}

void EngineBridge::usePlugins(const plugin::Selection& plugins) {
    for (const plugin::Plugin* each : plugins.all())
        m_impl->plugins.push_back(each->file);
}

void EngineBridge::start(const run::RunRequest& asked) {
    run::RunRequest request = asked;
    request.plugins.insert(request.plugins.end(), m_impl->plugins.begin(), m_impl->plugins.end());
    const std::lock_guard lock(m_impl->serviceMutex);
    m_impl->serviceQueue.emplace_back([this, request](run::RunService& service) {
        auto id = service.start(request);
        if (!id) return m_impl->post([this, error = id.error()] { Q_EMIT startFailed(error); });
        m_impl->post([this, run = static_cast<qint64>(*id)] {
            m_impl->ours.insert(run);
            Q_EMIT runStarted(run);
        });
    });
    m_impl->serviceWake.notify_one();
}

Status EngineBridge::send(qint64 runId, const run::Command& command) {
    if (m_impl->ready != nullptr) return m_impl->ready->send(store::RunId{runId}, command);
    return fail({.kind = ErrorKind::Usage,
                 .what = "Cannot control the run",
                 .why = "the run store is not open yet",
                 .remedy = "Try again in a moment"});
}

bool EngineBridge::ownsRun(qint64 runId) const {
    return m_impl->ours.contains(runId);
}

int EngineBridge::activeRuns() const {
    return static_cast<int>(m_impl->ours.size());
}

void EngineBridge::watch(qint64 runId) {
    const std::lock_guard lock(m_impl->watchMutex);
    m_impl->watchRequested = true;
    m_impl->watchRequest = runId < 0 ? std::nullopt : std::optional(store::RunId{runId});
    m_impl->watchWake.notify_one();
}

} // namespace fathom::app
