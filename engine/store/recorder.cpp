// SPDX-License-Identifier: Apache-2.0
#include "engine/store/recorder.h"

#include "engine/base/value.h"
#include "engine/store/batch.h"
#include "engine/store/file_system.h"
#include "engine/store/insert_run.h"
#include "engine/store/liveness.h"
#include "engine/store/rows.h"
#include "engine/store/schema.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace fathom::store {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kInterval{50}; ///< between transactions while a run is on
constexpr milliseconds kIdleInterval{1000};
constexpr milliseconds kMaxBackoff{2000};
constexpr milliseconds kLastTries{5000}; ///< how long the destructor goes on trying
constexpr int kOpenTimeoutMs = 5000;
constexpr std::size_t kReservedPoints = 8192;
constexpr int kFailuresToTell = 2; ///< one may be another process's transaction

/// The database as seen from the recorder's own thread.
class Writer {
public:
    explicit Writer(fs::path file) : m_file(std::move(file)) {}

    /// Nothing, or why the batch was not written. The batch is left alone either way.
    std::optional<Error> write(const Batch& batch, const std::set<RunId>& alive) {
        try {
            closeIfRemoved();
            if (!m_writer) {
                m_writer.emplace(m_file);
                m_writer->adopt(m_series);
            }
            m_writer->write(batch, alive);
            if (!batch.series.empty()) m_series = m_writer->series();
            return std::nullopt;
        } catch (const DatabaseError& error) {
            if (!error.isBusy()) m_writer.reset(); // a fresh connection forgets what went wrong
            return toError(error, "Cannot write the run store", m_file);
        } catch (const std::exception& error) {
            return Error{.kind = ErrorKind::Failed,
                         .what = "Cannot write the run store",
                         .why = error.what(),
                         .remedy = "Free some memory",
                         .file = m_file.string()};
        }
    }

    /// What other processes ask of these runs. Nothing where the store cannot be read: the next look finds
    /// it.
    std::vector<CommandRow> newCommands(const std::set<RunId>& runs) noexcept {
        try {
            if (m_writer) return m_writer->newCommands(runs, m_lastCommands);
        } catch (const std::exception&) { // the next write tells what is wrong
        }
        return {};
    }

private:
    /// A connection would go on writing into a file that nobody can open any more.
    void closeIfRemoved() {
        std::error_code ignored;
        if (m_writer && !fs::exists(m_file, ignored)) m_writer.reset();
    }

    fs::path m_file;
    std::optional<BatchWriter> m_writer;
    BatchWriter::SeriesTable m_series;
    std::map<RunId, std::int64_t> m_lastCommands;
};

} // namespace

struct Recorder::Impl {
    explicit Impl(fs::path databaseFile) : file(std::move(databaseFile)), writer(file) {
        for (Batch* batch : {&inbox, &taken, &pending})
            batch->points.reserve(kReservedPoints);
        networkName = networkFileSystem(file.parent_path());
    }

    const fs::path file;
    std::string_view networkName;
    std::atomic<std::int64_t> nextSeries{1};

    mutable std::mutex mutex; // guards all down to `health`; held for push and swap only
    std::condition_variable_any wake;
    std::condition_variable_any flushed;
    Batch inbox;
    bool urgent = false; ///< write without waiting for the interval
    std::set<RunId> active;
    std::uint64_t flushRequested = 0;
    std::uint64_t flushTaken = 0;
    std::uint64_t flushDone = 0;
    std::size_t lost = 0; ///< points that found no memory
    RecorderHealth health;
    std::function<void(const RecorderHealth&)> healthChanged;
    std::function<void(const CommandRow&)> commanded;

    // Below: the recorder's thread only.
    Writer writer;
    Batch taken;
    Batch pending;
    std::set<RunId> alive;
    Clock::time_point lastBeat{};
    int failures = 0; ///< in a row
    bool told = false;
    std::jthread thread;

    template <class Function> void queue(bool isUrgent, Function&& function) noexcept;
    void loop(const std::stop_token& stop);
    void waitForWork(const std::stop_token& stop, milliseconds interval);
    std::uint64_t take();
    bool writePending(std::uint64_t ticket);
    void tellHealth(bool written);
    void lookForCommands();
};

template <class Function> void Recorder::Impl::queue(bool isUrgent, Function&& function) noexcept {
    try {
        const std::lock_guard lock(mutex);
        function();
        if (!isUrgent && !active.empty()) return; // the thread looks by itself every kInterval
        urgent = true;
    } catch (const std::exception&) {
        return; // out of memory: the run matters more than one line of its log
    }
    wake.notify_one();
}

void Recorder::Impl::waitForWork(const std::stop_token& stop, milliseconds interval) {
    std::unique_lock lock(mutex);
    const bool degraded = health.degraded;
    if (!degraded && active.empty()) interval = kIdleInterval;
    const auto asked = [&] { return flushRequested != flushTaken || (urgent && !degraded); };
    if (!stop.stop_requested())
        wake.wait_for(lock, stop, interval, asked);
    else if (degraded)
        wake.wait_for(lock, interval, asked);
}

std::uint64_t Recorder::Impl::take() {
    const std::lock_guard lock(mutex);
    std::swap(inbox, taken);
    urgent = false;
    flushTaken = flushRequested;
    alive = active;
    health.queuedPoints = pending.points.size() + taken.points.size();
    return flushTaken;
}

bool Recorder::Impl::writePending(std::uint64_t ticket) {
    if (pending.empty())
        std::swap(pending, taken);
    else
        pending.append(taken);
    const bool beat = !alive.empty() && Clock::now() - lastBeat > std::chrono::duration<double>(kHeartbeat);
    std::optional<Error> error;
    if (!pending.empty() || beat) error = writer.write(pending, alive);
    if (!error) {
        pending.clear();
        if (beat) lastBeat = Clock::now();
    }
    const std::lock_guard lock(mutex);
    health.degraded = error.has_value();
    health.queuedPoints = pending.points.size();
    const bool written = !error;
    if (written) {
        flushDone = ticket;
        flushed.notify_all();
        if (lost > 0)
            error = Error{.kind = ErrorKind::Failed,
                          .what = "Cannot keep all metrics",
                          .why = std::to_string(lost) + " points were lost: out of memory",
                          .remedy = "Free some memory",
                          .file = file.string()};
    }
    health.error = std::move(error);
    return written;
}

void Recorder::Impl::tellHealth(bool written) {
    failures = written ? 0 : failures + 1;
    if (written != told || (!written && failures < kFailuresToTell)) return;
    told = !written;
    std::unique_lock lock(mutex);
    const auto callback = healthChanged;
    const RecorderHealth now = health;
    lock.unlock();
    if (callback) callback(now);
}

void Recorder::Impl::lookForCommands() {
    if (alive.empty()) return;
    const std::vector<CommandRow> commands = writer.newCommands(alive);
    if (commands.empty()) return;
    std::unique_lock lock(mutex);
    const auto callback = commanded;
    lock.unlock();
    if (callback) std::for_each(commands.begin(), commands.end(), callback);
}

void Recorder::Impl::loop(const std::stop_token& stop) {
    milliseconds interval = kInterval;
    std::optional<Clock::time_point> giveUp;
    while (true) {
        waitForWork(stop, interval);
        const bool last = stop.stop_requested();
        if (last && !giveUp) giveUp = Clock::now() + kLastTries;
        const bool written = writePending(take());
        tellHealth(written);
        lookForCommands();
        interval = written ? kInterval : std::min(interval * 2, kMaxBackoff);
        if (last && (written || Clock::now() > *giveUp)) return;
    }
}

namespace {

/// The writer that engine threads hold. It may outlive the recorder: what it queues then is never written.
template <class Impl> class QueueingRunWriter final : public RunWriter {
public:
    QueueingRunWriter(std::shared_ptr<Impl> impl, Run run) : m_impl(std::move(impl)), m_run(std::move(run)) {}

    RunId id() const override { return m_run.id; }
    Run run() const override { return m_run; }

    SeriesId series(std::string_view name) override {
        const std::lock_guard lock(m_mutex);
        if (const auto known = m_series.find(name); known != m_series.end()) return known->second;
        const SeriesId local{m_impl->nextSeries++};
        m_series.emplace(name, local);
        m_impl->queue(false, [&] { m_impl->inbox.series.push_back({local, m_run.id, std::string(name)}); });
        return local;
    }

    void put(const MetricPoint& point) noexcept override {
        const std::lock_guard lock(m_impl->mutex);
        try {
            m_impl->inbox.points.push_back(point);
        } catch (const std::exception&) {
            ++m_impl->lost;
        }
    }

    void event(LogLevel level, std::string_view text) noexcept override {
        m_impl->queue(false, [&] {
            m_impl->inbox.events.push_back({m_run.id, {0, wallTime(), level, std::string(text)}});
        });
    }

    void mark(std::string_view kind, std::int64_t step, std::string_view text) noexcept override {
        m_impl->queue(false, [&] {
            m_impl->inbox.events.push_back(
                {m_run.id, {0, wallTime(), LogLevel::Info, std::string(text), std::string(kind), step}});
        });
    }

    void environment(std::string_view name, std::string_view value) noexcept override {
        m_impl->queue(false, [&] {
            m_impl->inbox.environments[m_run.id].insert_or_assign(std::string(name), std::string(value));
        });
    }

    void resumedFrom(const fs::path& checkpoint, std::int64_t step) noexcept override {
        m_impl->queue(false, [&] {
            m_impl->inbox.resumptions.push_back({m_run.id, {checkpoint.string(), step}});
        });
    }

    void answer(std::int64_t command, std::string_view outcome) noexcept override {
        m_impl->queue(true, [&] {
            m_impl->inbox.answers.push_back({command, wallTime(), std::string(outcome)});
        });
    }

    void progress(const Progress& progress) noexcept override {
        m_impl->queue(false, [&] { m_impl->inbox.updates[m_run.id].progress = progress; });
    }

    void directory(const fs::path& folder) noexcept override {
        m_impl->queue(false, [&] { m_impl->inbox.updates[m_run.id].directory = folder.string(); });
    }

    void samples(std::span<const Sample> samples) noexcept override {
        m_impl->queue(false, [&] {
            for (const Sample& sample : samples)
                m_impl->inbox.samples.push_back({m_run.id, sample});
        });
    }

    void artifact(const Artifact& artifact) noexcept override {
        m_impl->queue(false, [&] { m_impl->inbox.artifacts.push_back({m_run.id, artifact}); });
    }

    void state(RunState state, std::string_view error) noexcept override {
        m_impl->queue(true, [&] {
            RunUpdate update;
            update.state = state;
            update.error = error;
            if (state == RunState::Running) update.startedAt = wallTime();
            if (isOver(state)) {
                update.endedAt = wallTime();
                m_impl->active.erase(m_run.id);
            }
            m_impl->inbox.updates[m_run.id].append(std::move(update));
        });
    }

private:
    const std::shared_ptr<Impl> m_impl;
    const Run m_run;
    std::mutex m_mutex; // guards m_series
    std::map<std::string, SeriesId, std::less<>> m_series;
};

/// Runs whose process ended without a word, from now on Interrupted.
void markDeadRuns(Database& database) {
    Transaction transaction(database);
    std::vector<Run> dead;
    Statement open(database, std::string("SELECT ") + kRunColumns +
                                 " FROM runs WHERE state IN ('created', 'running', 'stopping')");
    while (open.step()) {
        Run run = readRun(open);
        if (!isAlive(run)) dead.push_back(std::move(run));
    }
    Statement mark(database, "UPDATE runs SET state = 'interrupted', ended_at = updated_at WHERE id = ?");
    Statement tell(database, "INSERT INTO events(run, wall_time, level, text) VALUES(?, ?, 'warning', ?)");
    for (const Run& run : dead) {
        mark.bind(static_cast<std::int64_t>(run.id)).run();
        const std::string text = "process " + std::to_string(run.process.pid) + " on " + run.process.host +
                                 " ended without closing the run";
        tell.bind(static_cast<std::int64_t>(run.id), run.updatedAt, text).run();
    }
    transaction.commit();
}

} // namespace

Recorder::Recorder() = default;

Result<std::unique_ptr<Recorder>> Recorder::open(const fs::path& workspace) {
    const fs::path file = workspace / kDatabaseName;
    try {
        fs::create_directories(workspace);
        Database database = openForWriting(file, kOpenTimeoutMs);
        migrate(database, file);
        markDeadRuns(database);
        std::unique_ptr<Recorder> recorder(new Recorder);
        recorder->m_impl = std::make_shared<Impl>(file);
        Impl* impl = recorder->m_impl.get();
        impl->thread = std::jthread([impl](const std::stop_token& stop) { impl->loop(stop); });
        return recorder;
    } catch (const DatabaseError& error) {
        return fail(toError(error, "Cannot open the run store", file));
    } catch (const std::exception& error) {
        return fail({.kind = ErrorKind::Failed,
                     .what = "Cannot create the workspace",
                     .why = error.what(),
                     .remedy = "Choose a folder that you may write to",
                     .file = workspace.string()});
    }
}

Recorder::~Recorder() {
    if (!m_impl) return;
    m_impl->thread.request_stop();
    m_impl->thread.join(); // here and not in ~Impl, which a RunWriter may put off
}

Result<std::shared_ptr<RunWriter>> Recorder::createRun(const NewRun& request) {
    try {
        Database database = openForWriting(m_impl->file, kOpenTimeoutMs);
        ForeignRun created;
        created.run = request;
        created.state = RunState::Created;
        created.process = thisProcess();
        Run run = RunInserter(database).insert(created);
        const RunId id = run.id;
        auto writer = std::make_shared<QueueingRunWriter<Impl>>(m_impl, std::move(run));
        m_impl->queue(true, [&] { m_impl->active.insert(id); });
        if (!m_impl->networkName.empty())
            writer->event(LogLevel::Warning, "The workspace lies on a network file system (" +
                                                 std::string(m_impl->networkName) +
                                                 "): use it from one machine only, or choose a local folder");
        return writer;
    } catch (const DatabaseError& error) {
        return fail(toError(error, "Cannot create the run", m_impl->file));
    } catch (const std::exception& error) {
        return fail({.kind = ErrorKind::Failed,
                     .what = "Cannot create the run",
                     .why = error.what(),
                     .remedy = "Free some memory",
                     .file = m_impl->file.string()});
    }
}

bool Recorder::flush(int timeoutMs) {
    std::unique_lock lock(m_impl->mutex);
    const std::uint64_t ticket = ++m_impl->flushRequested;
    m_impl->wake.notify_one();
    return m_impl->flushed.wait_for(lock, milliseconds(timeoutMs),
                                    [&] { return m_impl->flushDone >= ticket; });
}

void Recorder::onHealth(std::function<void(const RecorderHealth&)> callback) {
    const std::lock_guard lock(m_impl->mutex);
    m_impl->healthChanged = std::move(callback);
}

void Recorder::onCommand(std::function<void(const CommandRow&)> callback) {
    const std::lock_guard lock(m_impl->mutex);
    m_impl->commanded = std::move(callback);
}

RecorderHealth Recorder::health() const {
    const std::lock_guard lock(m_impl->mutex);
    RecorderHealth health = m_impl->health;
    health.queuedPoints += m_impl->inbox.points.size();
    return health;
}

} // namespace fathom::store
