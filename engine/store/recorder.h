// SPDX-License-Identifier: Apache-2.0
// The writing side of the run store: one per process, with a thread of its own.
//
// Points, events, samples and progress are queued and written in one transaction at most every 50 ms. A
// database error is retried with back-off; nothing queued is dropped; `health()` tells. Training never waits
// for it.
#pragma once

#include "engine/base/result.h"
#include "engine/store/types.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>

namespace fathom::store {

struct RecorderHealth {
    bool degraded = false;        ///< the last write failed; points are kept and it will be tried again
    std::optional<Error> error{}; ///< of the last write; or that points were lost for want of memory
    std::size_t queuedPoints = 0;
};

/// One run's metrics, events and progress on their way to the store. Any thread; nothing here waits for the
/// disk.
class RunWriter : public MetricSink {
public:
    [[nodiscard]] virtual RunId id() const = 0;
    [[nodiscard]] virtual Run run() const = 0; ///< as created (number, name, …)
    virtual void event(LogLevel level, std::string_view text) noexcept = 0;
    /// An event of a step, which plots may mark: see Event::kind.
    virtual void mark(std::string_view kind, std::int64_t step, std::string_view text) noexcept = 0;
    /// Something about where it runs, see Environment; a later value replaces an earlier one.
    virtual void environment(std::string_view name, std::string_view value) noexcept = 0;
    /// It goes on from a checkpoint: the run that wrote it, if the store knows it, becomes Run::resumedFrom.
    virtual void resumedFrom(const std::filesystem::path& checkpoint, std::int64_t step) noexcept = 0;
    /// What became of a command that Recorder::onCommand brought.
    virtual void answer(std::int64_t command, std::string_view outcome) noexcept = 0;
    virtual void progress(const Progress& progress) noexcept = 0;
    virtual void directory(const std::filesystem::path& folder) noexcept = 0;
    virtual void samples(std::span<const Sample> samples) noexcept = 0;
    virtual void artifact(const Artifact& artifact) noexcept = 0;
    virtual void state(RunState state, std::string_view error = {}) noexcept = 0;
};

class Recorder {
public:
    /// Opens or creates `<workspace>/runs.sqlite`, migrates it, and marks runs whose process is gone as
    /// Interrupted.
    [[nodiscard]] static Result<std::unique_ptr<Recorder>> open(const std::filesystem::path& workspace);
    /// Writes what is queued, then joins the thread.
    ~Recorder();

    /// Inserts the run (state Created, this process as owner). Waits for one short transaction. Not for the
    /// GUI thread.
    [[nodiscard]] Result<std::shared_ptr<RunWriter>> createRun(const NewRun& run);
    /// Returns once everything queued before the call is on disk, or the time is up.
    bool flush(int timeoutMs = 5000);
    [[nodiscard]] RecorderHealth health() const;
    /// Called from the recorder's thread when writing has failed twice in a row, and when it works again.
    void onHealth(std::function<void(const RecorderHealth&)> callback);
    /// Called from the recorder's thread, once for each, with the commands that processes left in the store
    /// (commands.h) for runs of this recorder, within 100 ms. RunWriter::answer() is due for each; those
    /// without one are answered when the run ends.
    void onCommand(std::function<void(const CommandRow&)> callback);

private:
    Recorder();
    struct Impl;
    std::shared_ptr<Impl> m_impl;
};

} // namespace fathom::store
