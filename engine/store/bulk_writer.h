// SPDX-License-Identifier: Apache-2.0
// Writing whole runs that did not happen here, for importers: no thread, no heartbeat, large transactions.
//
//   auto writer = store::BulkWriter::open(workspace);
//   auto run = writer->addRun({.run = {.name = "mnist"}, .source = "tensorboard:/logs/a"});
//   const SeriesId loss = writer->series(*run, "loss");
//   for (…) writer->put({loss, step, wallTime, value});
//   Status written = writer->commit();                     // as often as wanted
#pragma once

#include "engine/base/result.h"
#include "engine/store/types.h"

#include <filesystem>
#include <memory>

namespace fathom::store {

struct ForeignRun {
    NewRun run{};
    RunState state = RunState::Completed;
    std::string error{};
    double createdAt = 0; ///< seconds since the Unix epoch; 0: now
    double startedAt = 0;
    double endedAt = 0;
    Progress progress{};
    std::string note{};
    bool starred = false;
    bool archived = false;
    std::vector<std::string> tags{};
    ProcessIdentity process{}; ///< whose it was; the state must be one that is over unless it is this process
    std::string source{};      ///< not empty: what it was made from, by which find() knows it again
};

/// Use from one thread. Waits for the disk. What was put since the last commit() is lost with the object.
class BulkWriter {
public:
    /// Opens or creates the store of a workspace.
    [[nodiscard]] static Result<BulkWriter> open(const std::filesystem::path& workspace);
    BulkWriter(BulkWriter&&) noexcept;
    BulkWriter& operator=(BulkWriter&&) noexcept;
    ~BulkWriter();

    /// The run that an import made from `source` before, in the trash or not.
    [[nodiscard]] Result<std::optional<RunId>> find(const std::string& source);
    /// One transaction; the run gets the next number of its name.
    [[nodiscard]] Result<RunId> addRun(const ForeignRun& run);
    /// Gives a run this description in place of what it has: state, times, progress, command, folder, config,
    /// layers and environment; with Edits::Too also what a user may have changed since (note, star, archive,
    /// tags). Name, number and source stay. One transaction.
    enum class Edits { Keep, Too };
    [[nodiscard]] Status describe(RunId run, const ForeignRun& description, Edits edits = Edits::Keep);
    /// Writes what waits, then takes the run's series, events, samples and artifacts out, for an import that
    /// begins anew. Its local series ids are void.
    [[nodiscard]] Status clear(RunId run);
    /// That a run went on from another's step. One transaction.
    [[nodiscard]] Status setResumed(RunId run, RunId from, std::int64_t step);
    /// Replaces state, times and progress, for an import that follows a run. Written by the next commit().
    void update(RunId run, RunState state, double endedAt, const Progress& progress);

    /// A local id for put(); the series is found or made by the next commit().
    [[nodiscard]] SeriesId series(RunId run, const std::string& name);
    void put(const MetricPoint& point);
    void event(RunId run, const Event& event);
    void sample(RunId run, const Sample& sample);
    void artifact(RunId run, const Artifact& artifact);
    /// Points that were put and not yet committed: commit every million or so.
    [[nodiscard]] std::size_t queuedPoints() const;
    /// One transaction for all that was put. On an error nothing was written and it may be tried again.
    [[nodiscard]] Status commit();

private:
    struct Impl;
    explicit BulkWriter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace fathom::store
