// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/curve_loader.h"

#include "app/bridge/post.h"
#include "app/plots/plot_work.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace fathom::app {

namespace {
using namespace std::chrono_literals;
using Clock = PlotWork::Clock;
constexpr auto kLookInterval = 100ms;
constexpr auto kOpenInterval = 500ms; // while there is no store yet
constexpr auto kLivenessInterval = 1000ms;
constexpr auto kFrame = 30ms;         // what was read is sent at most this often, at first
constexpr auto kLongestFrame = 500ms; // a hundred curves that come one by one are not drawn a hundred times
constexpr std::size_t kColumnBytes = 256u << 20;
} // namespace

struct CurveLoader::Impl {
    explicit Impl(std::filesystem::path workspace) : store(std::move(workspace)) {}

    CurveLoader* owner = nullptr;

    std::mutex mutex; // guards what is wanted and nothing else
    std::condition_variable_any wake;
    bool runsWanted = false;
    bool plotsWanted = false;
    std::vector<store::RunId> runs;
    QStringList keys;
    std::vector<WantedPlot> plots;

    // Reader thread.
    CurveStore store;
    std::vector<PlotWork> works;
    bool factsDue = false;
    bool told = false;
    std::jthread thread; // last: joined before anything it uses goes

    void read(const std::stop_token& stop);
    void takeWishes();
    void lookForChanges(Clock::time_point& nextLiveness);
    bool workOnce();
    void sendAll();
    void tellError();
    template <class Function> void post(Function function) { app::post(owner, std::move(function)); }
    [[nodiscard]] Clock::time_point nextLook() const;
};

void CurveLoader::Impl::takeWishes() {
    std::vector<WantedPlot> wanted;
    {
        const std::lock_guard lock(mutex);
        if (runsWanted) {
            runsWanted = false;
            store.setRuns(runs, keys);
            factsDue = true;
        }
        if (!plotsWanted) return;
        plotsWanted = false;
        wanted = plots;
    }
    std::vector<PlotWork> next;
    for (WantedPlot& plot : wanted) {
        const auto same = std::find_if(works.begin(), works.end(), [&](const PlotWork& work) {
            return work.plot() == plot.id && work.query() == plot.query;
        });
        if (same != works.end())
            next.push_back(std::move(*same));
        else
            next.emplace_back(plot.id, std::move(plot.query));
    }
    works = std::move(next);
}

void CurveLoader::Impl::lookForChanges(Clock::time_point& nextLiveness) {
    const auto now = Clock::now();
    const bool changed = store.changed();
    if (!changed && now < nextLiveness) return;
    nextLiveness = now + kLivenessInterval; // a killed process writes nothing
    factsDue = store.refresh() || factsDue;
    if (!changed) return;
    for (PlotWork& work : works)
        work.wake(store);
}

/// A piece of work for the most wanted plot that has one; each gets its first look before any gets more.
bool CurveLoader::Impl::workOnce() {
    const auto now = Clock::now();
    for (PlotWork& work : works)
        if (work.glance(store, now)) return true;
    for (PlotWork& work : works)
        if (work.advance(store, now)) return true;
    return false;
}

void CurveLoader::Impl::sendAll() {
    for (PlotWork& work : works)
        if (PlotNewsPtr news = work.takeNews())
            post([this, news = std::move(news)] { Q_EMIT owner->plotChanged(news); });
}

void CurveLoader::Impl::tellError() {
    if (!store.error() || told) return;
    told = true;
    post([this, error = *store.error()] { Q_EMIT owner->failed(error); });
}

Clock::time_point CurveLoader::Impl::nextLook() const {
    auto next = Clock::now() + kLookInterval;
    for (const PlotWork& work : works)
        if (const auto due = work.nextDue()) next = std::min(next, *due);
    return next;
}

void CurveLoader::Impl::read(const std::stop_token& stop) {
    auto nextLiveness = Clock::now() + kLivenessInterval;
    auto nextSend = Clock::now();
    Clock::duration frame = kFrame;
    while (!stop.stop_requested()) {
        takeWishes();
        const bool open = store.open();
        bool busy = false;
        if (open) {
            lookForChanges(nextLiveness);
            if (factsDue) {
                factsDue = false;
                post([this, facts = store.facts()] { Q_EMIT owner->factsChanged(facts); });
            }
            busy = workOnce();
            store.trim(kColumnBytes);
        }
        if (!busy || Clock::now() >= nextSend) {
            sendAll();
            frame = busy ? std::min<Clock::duration>(2 * frame, kLongestFrame) : kFrame;
            nextSend = Clock::now() + frame;
        }
        tellError();
        if (busy) continue;
        std::unique_lock lock(mutex);
        wake.wait_until(lock, stop, open ? nextLook() : Clock::now() + kOpenInterval,
                        [this] { return runsWanted || plotsWanted; });
    }
}

CurveLoader::CurveLoader(std::filesystem::path workspace, QObject* parent)
    : QObject(parent), m_impl(std::make_unique<Impl>(std::move(workspace))) {
    m_impl->owner = this;
    m_impl->thread = std::jthread([this](const std::stop_token& stop) { m_impl->read(stop); });
}

CurveLoader::~CurveLoader() = default;

void CurveLoader::setRuns(std::vector<store::RunId> runs, QStringList configKeys) {
    const std::lock_guard lock(m_impl->mutex);
    m_impl->runs = std::move(runs);
    m_impl->keys = std::move(configKeys);
    m_impl->runsWanted = true;
    m_impl->wake.notify_one();
}

void CurveLoader::setPlots(std::vector<WantedPlot> plots) {
    const std::lock_guard lock(m_impl->mutex);
    m_impl->plots = std::move(plots);
    m_impl->plotsWanted = true;
    m_impl->wake.notify_one();
}

} // namespace fathom::app
