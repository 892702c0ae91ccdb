// SPDX-License-Identifier: Apache-2.0
// The only way into training. Each run has an engine thread of its own; metrics go to the store, commands
// come from here.
//
//   auto service = run::RunService::open(workspace);
//   auto id = service->start({.configPath = "configs/asr", .configName = "quartznet_prompts"});
//   service->stop(*id);          // ends within one step
//   service->wait(*id);
#pragma once

#include "engine/base/result.h"
#include "engine/run/command.h"
#include "engine/run/request.h"
#include "engine/store/types.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::run {

/// The last value of one series.
struct LatestValue {
    std::string name{}; ///< "train_loss"
    std::int64_t step = 0;
    double value = 0;
};

struct RunSnapshot {
    store::RunId id{};
    std::string title{}; ///< "quartznet_prompts/7"
    store::RunState state = store::RunState::Created;
    store::Progress progress{};
    std::vector<LatestValue> latest{}; ///< in the order in which the series first appeared
    std::filesystem::path directory{}; ///< the run's own folder; empty until it exists
    std::optional<Error> error{};      ///< set when the state is Failed
    std::optional<Error> storeError{}; ///< from wait(): why the store does not have the run's end
};

class RunService {
public:
    /// Opens the workspace's store. Waits for the disk; not for the GUI thread.
    [[nodiscard]] static Result<std::unique_ptr<RunService>> open(const std::filesystem::path& workspace);
    /// Stops what runs and joins every thread.
    ~RunService();

    /// Composes and checks the config (loading the training module), creates the run in the store and starts
    /// its thread. Errors are the caller's to show: a bad config creates no run. Not for the GUI thread (it
    /// reads files).
    [[nodiscard]] Result<store::RunId> start(const RunRequest& request);
    /// Asks a run to end within one step, keeping what it has. Returns at once. Any thread.
    void stop(store::RunId run);
    /// Asks something of a run of this service, which it does between two batches; what came of it becomes an
    /// event of the run. Refused (Usage) when the run is over or does not take such a command. Runs of other
    /// processes: sendCommand() of control.h; what is asked that way arrives here by itself. Returns at once.
    /// Any thread.
    [[nodiscard]] Status send(store::RunId run, const Command& command);
    /// State now; nullopt for a run this service did not start. Never waits. Any thread.
    [[nodiscard]] std::optional<RunSnapshot> snapshot(store::RunId run) const;
    /// Called from the engine thread whenever a snapshot changed, at most 20 times a second. Set before
    /// start().
    void onChange(std::function<void(const RunSnapshot&)> callback);
    /// Called for each log line of a run, from the thread that wrote it. Set before start().
    void onEvent(std::function<void(store::RunId, LogLevel, std::string_view)> callback);
    /// Called from a thread of its own when metrics cannot be written for a while (they are kept in memory),
    /// and when they can again (`error` empty). The runs that are under way log it too. Set before start().
    void onStoreHealth(std::function<void(const std::optional<Error>& error)> callback);
    /// Returns when the run is over and the store has it, or has failed to take it. Not for the GUI thread.
    RunSnapshot wait(store::RunId run);
    /// Runs that are not over. Never waits. Any thread.
    [[nodiscard]] std::vector<RunSnapshot> active() const;

private:
    RunService();
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace fathom::run
