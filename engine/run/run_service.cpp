// SPDX-License-Identifier: Apache-2.0
#include "engine/run/run_service.h"

#include "engine/config/compose.h"
#include "engine/run/control.h"
#include "engine/run/description.h"
#include "engine/run/environment.h"
#include "engine/run/torch_module.h"
#include "engine/run/tracked_writer.h"

#include <condition_variable>
#include <new>
#include <thread>

namespace fathom::run {
namespace {

/// Log lines of the engine become events of the run.
class RunLog : public Log {
public:
    explicit RunLog(store::RunWriter& writer) : m_writer(writer) {}
    void write(LogLevel level, std::string_view text) noexcept override { m_writer.event(level, text); }

private:
    store::RunWriter& m_writer;
};

struct ActiveRun {
    ActiveRun(RunRequest asked, config::Config composed, TorchModule* trainer)
        : request(std::move(asked)), config(std::move(composed)), module(trainer) {}

    RunRequest request;
    config::Config config;
    TorchModule* module = nullptr;
    std::shared_ptr<TrackedWriter> writer{};
    CommandQueue commands{};
    bool ended = false;   ///< guarded by the service's mutex, as is the next
    bool recorded = true; ///< the store took all of it
    std::jthread thread{};
};

/// Those of the command line, then the config's.
Result<plugin::Selection> loadPlugins(TorchModule& module, const config::Config& config,
                                      const RunRequest& request) {
    plugin::Selection selection;
    for (const std::filesystem::path& file : request.plugins)
        if (Status added = selection.add(file); !added) return fail(added.error());
    if (Status added = selection.addFrom(config); !added) return fail(added.error());
    for (const plugin::Plugin* each : selection.all())
        if (Status added = module.addPlugin(*each); !added) return fail(added.error());
    return selection;
}

/// "plugin /home/me/libmine.so: signum, SineModel": code of others is never loaded silently.
std::string announcement(const plugin::Plugin& plugin) {
    std::string names;
    const auto addAll = [&names](const auto& list) {
        for (const auto& each : list)
            names += (names.empty() ? "" : ", ") + each.name;
    };
    addAll(plugin.optimizers);
    addAll(plugin.schedulers);
    addAll(plugin.models);
    return "plugin " + plugin.file.string() + ": " + names;
}

/// The one place where whatever a run throws becomes an Error.
Result<TrainEnd> trainGuarded(ActiveRun& run, std::stop_token stop) {
    const std::string what = failureOf(run.request.mode);
    RunLog log(*run.writer);
    try {
        return run.module->train(
            {run.config, run.request.mode, *run.writer, log, std::move(stop), &run.commands});
    } catch (const std::bad_alloc&) {
        return fail({.what = what, .why = "out of memory", .remedy = "Lower model.train_ds.batch_size"});
    } catch (const std::exception& error) {
        return fail({.what = what, .why = error.what(), .remedy = {}});
    } catch (...) {
        return fail({.what = what, .why = "an unknown exception", .remedy = {}});
    }
}

} // namespace

struct RunService::Impl {
    std::unique_ptr<store::Recorder> recorder;
    std::function<void(const RunSnapshot&)> changed;
    std::function<void(store::RunId, LogLevel, std::string_view)> logged;
    std::function<void(const std::optional<Error>&)> storeHealthChanged;

    mutable std::mutex mutex;
    std::condition_variable ended;
    std::vector<store::CommandRow> early;         ///< for runs that are about to be among `runs`
    std::vector<std::shared_ptr<ActiveRun>> runs; ///< only grows, so that a finished run keeps its snapshot

    [[nodiscard]] std::shared_ptr<ActiveRun> find(store::RunId id) const {
        const std::lock_guard lock(mutex);
        for (const auto& run : runs)
            if (run->writer->id() == id) return run;
        return nullptr;
    }
    void execute(ActiveRun& run, std::stop_token stop);
    void tellStoreHealth(const store::RecorderHealth& health);
    [[nodiscard]] static Status send(ActiveRun& run, const Command& command);
    void receive(const store::CommandRow& row);
    void receive(ActiveRun& run, const store::CommandRow& row);
};

void RunService::Impl::tellStoreHealth(const store::RecorderHealth& health) {
    std::vector<std::shared_ptr<ActiveRun>> all;
    std::function<void(const std::optional<Error>&)> callback;
    {
        const std::lock_guard lock(mutex);
        all = runs;
        callback = storeHealthChanged;
    }
    const std::string text =
        health.degraded ? health.error->message() + ". Training goes on, its metrics are kept in memory"
                        : std::string("The run store can be written again, no metric is missing");
    for (const auto& run : all)
        if (!store::isOver(run->writer->snapshot().state))
            run->writer->event(health.degraded ? LogLevel::Warning : LogLevel::Info, text);
    if (callback) callback(health.degraded ? health.error : std::nullopt);
}

Status RunService::Impl::send(ActiveRun& run, const Command& command) {
    constexpr const char* kWhat = "Cannot control the run";
    const RunSnapshot now = run.writer->snapshot();
    if (store::isOver(now.state))
        return fail({.kind = ErrorKind::Usage,
                     .what = kWhat,
                     .why = now.title + " is " + std::string(store::name(now.state)),
                     .remedy = "Only a run that goes on can be controlled"});
    if (command.kind == Command::Kind::Stop) {
        (void)run.writer->markStopping();
        run.thread.request_stop();
        if (command.id != 0) run.writer->answer(command.id, "stopping");
        return {};
    }
    if (run.request.mode != Mode::Train)
        return fail({.kind = ErrorKind::Usage,
                     .what = kWhat,
                     .why = now.title + " does not train: it can only be stopped",
                     .remedy = "Use stop"});
    run.commands.send(command);
    return {};
}

/// From the store, on the recorder's thread.
void RunService::Impl::receive(const store::CommandRow& row) {
    if (const auto run = find(row.run)) return receive(*run, row);
    const std::lock_guard lock(mutex);
    early.push_back(row);
}

void RunService::Impl::receive(ActiveRun& run, const store::CommandRow& row) {
    const std::optional<Command> command = fromRow(row);
    const auto refuse = [&](const std::string& why) {
        const std::int64_t step = run.writer->snapshot().progress.step;
        run.writer->mark("command", step, "step " + std::to_string(step) + ": not obeyed: " + why);
        run.writer->answer(row.id, "not obeyed: " + why);
    };
    if (!command) return refuse("this version does not know " + row.kind);
    if (Status sent = send(run, *command); !sent) refuse(sent.error().why);
}

void RunService::Impl::execute(ActiveRun& run, std::stop_token stop) {
    run.writer->state(store::RunState::Running);
    for (const auto& [name, value] : dataEnvironment(run.config))
        run.writer->environment(name, value);
    Result<TrainEnd> end = trainGuarded(run, std::move(stop));
    if (!end && end.error().kind == ErrorKind::Interrupted) end = TrainEnd::Stopped;
    if (!end) {
        run.writer->event(LogLevel::Error, end.error().message());
        run.writer->finish(store::RunState::Failed, end.error());
    } else {
        run.writer->finish(*end == TrainEnd::Stopped ? store::RunState::Stopped : store::RunState::Completed,
                           std::nullopt);
    }
    const bool recorded = recorder->flush();
    const std::lock_guard lock(mutex);
    run.recorded = recorded;
    run.ended = true;
    ended.notify_all();
}

RunService::RunService() : m_impl(std::make_unique<Impl>()) {}

RunService::~RunService() {
    for (const auto& run : m_impl->runs)
        run->thread.request_stop();
    for (const auto& run : m_impl->runs)
        run->thread.join();
    m_impl->recorder.reset(); // its thread calls back into what is destroyed next
}

Result<std::unique_ptr<RunService>> RunService::open(const std::filesystem::path& workspace) {
    auto recorder = store::Recorder::open(workspace);
    if (!recorder) return fail(std::move(recorder.error()));
    std::unique_ptr<RunService> service(new RunService);
    Impl* const impl = service->m_impl.get();
    impl->recorder = std::move(*recorder);
    impl->recorder->onCommand([impl](const store::CommandRow& row) { impl->receive(row); });
    impl->recorder->onHealth([impl](const store::RecorderHealth& health) { impl->tellStoreHealth(health); });
    return service;
}

Result<store::RunId> RunService::start(const RunRequest& request) {
    auto config = config::compose(
        {.configPath = request.configPath, .configName = request.configName, .overrides = request.overrides});
    if (!config) return fail(std::move(config.error()));
    auto description = describe(*config, request);
    if (!description) return fail(std::move(description.error()));
    auto module = loadTorchModule();
    if (!module) return fail(std::move(module.error()));
    const auto plugins = loadPlugins(**module, *config, request);
    if (!plugins) return fail(plugins.error());
    if (Status checked = (*module)->check(*config, request.mode); !checked)
        return fail(std::move(checked.error()));

    auto target = m_impl->recorder->createRun(*description);
    if (!target) return fail(std::move(target.error()));
    const store::RunId id = (*target)->id();
    auto logged = m_impl->logged
                      ? [this, id](LogLevel level, std::string_view text) { m_impl->logged(id, level, text); }
                      : std::function<void(LogLevel, std::string_view)>{};
    auto run = std::make_shared<ActiveRun>(request, std::move(*config), *module);
    run->writer = std::make_shared<TrackedWriter>(std::move(*target), m_impl->changed, std::move(logged));
    for (const plugin::Plugin* each : plugins->all())
        run->writer->event(LogLevel::Info, announcement(*each));

    std::vector<store::CommandRow> early;
    {
        const std::lock_guard lock(m_impl->mutex);
        m_impl->runs.push_back(run);
        run->thread = std::jthread([impl = m_impl.get(), active = run.get()](std::stop_token stop) {
            impl->execute(*active, std::move(stop));
        });
        early.swap(m_impl->early);
    }
    for (const store::CommandRow& row : early)
        m_impl->receive(row);
    return id;
}

void RunService::stop(store::RunId id) {
    (void)send(id, {.kind = Command::Kind::Stop});
}

Status RunService::send(store::RunId id, const Command& command) {
    if (const auto run = m_impl->find(id)) return Impl::send(*run, command);
    return fail({.kind = ErrorKind::Usage,
                 .what = "Cannot control the run",
                 .why = "this process did not start it",
                 .remedy = "Ask its process through the store"});
}

std::optional<RunSnapshot> RunService::snapshot(store::RunId id) const {
    const auto run = m_impl->find(id);
    return run ? std::optional(run->writer->snapshot()) : std::nullopt;
}

void RunService::onChange(std::function<void(const RunSnapshot&)> callback) {
    m_impl->changed = std::move(callback);
}

void RunService::onEvent(std::function<void(store::RunId, LogLevel, std::string_view)> callback) {
    m_impl->logged = std::move(callback);
}

void RunService::onStoreHealth(std::function<void(const std::optional<Error>&)> callback) {
    const std::lock_guard lock(m_impl->mutex);
    m_impl->storeHealthChanged = std::move(callback);
}

RunSnapshot RunService::wait(store::RunId id) {
    const auto run = m_impl->find(id);
    if (!run) return {.id = id};
    std::unique_lock lock(m_impl->mutex);
    m_impl->ended.wait(lock, [&] { return run->ended; });
    const bool recorded = run->recorded;
    lock.unlock();
    RunSnapshot end = run->writer->snapshot();
    if (recorded) return end;
    end.storeError = m_impl->recorder->health().error;
    if (end.storeError) end.storeError->what = "Cannot record the end of the run";
    return end;
}

std::vector<RunSnapshot> RunService::active() const {
    std::vector<RunSnapshot> list;
    const std::lock_guard lock(m_impl->mutex);
    for (const auto& run : m_impl->runs)
        if (RunSnapshot snapshot = run->writer->snapshot(); !store::isOver(snapshot.state))
            list.push_back(std::move(snapshot));
    return list;
}

} // namespace fathom::run
