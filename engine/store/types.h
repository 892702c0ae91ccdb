// SPDX-License-Identifier: Apache-2.0
// What the run store keeps, as plain values.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/base/metric_sink.h"

#include <cstdint>
#include <string>
#include <vector>

namespace fathom::store {

enum class RunId : std::int64_t {};

/// Interrupted: its process died without saying so.
enum class RunState { Created, Running, Stopping, Completed, Stopped, Failed, Interrupted };

/// "created", "running", … as the database spells them.
[[nodiscard]] std::string_view name(RunState state);
/// The other way round; a word of a later version reads as Interrupted.
[[nodiscard]] RunState runState(std::string_view name);
[[nodiscard]] constexpr bool isOver(RunState state) {
    return state >= RunState::Completed;
}

/// Where the loop is. Totals are -1 when unknown.
struct Progress {
    std::int64_t step = 0; ///< completed optimizer steps
    std::int64_t totalSteps = -1;
    int epoch = 0; ///< completed epochs
    int totalEpochs = -1;
    std::string phase{};       ///< "loading", "training", "validating", "testing", "saving", "paused"
    double stepsPerSecond = 0; ///< over the last few seconds
};

struct NewRun {
    std::string name{};    ///< exp_manager.name, "quartznet_prompts"
    std::string command{}; ///< a command line that reproduces the run
    std::string configPath{};
    std::string configName{};
    std::vector<std::string> overrides{};
    std::string configJson{}; ///< the resolved config
    std::string configYaml{}; ///< the unresolved config
    std::string directory{};  ///< the run's own folder; may be set later
};

struct Run {
    RunId id{};
    std::string name{};
    int number = 0; ///< 1, 2, … among the runs of that name: "quartznet_prompts/7"
    RunState state = RunState::Created;
    std::string error{};  ///< one line; why it failed
    double createdAt = 0; ///< seconds since the Unix epoch
    double startedAt = 0; ///< 0: not yet
    double endedAt = 0;   ///< 0: not yet
    double updatedAt = 0; ///< last sign of life
    Progress progress{};
    std::string command{};
    std::string configPath{};
    std::string configName{};
    std::vector<std::string> overrides{};
    std::string configJson{};
    std::string configYaml{};
    std::string directory{};
    ProcessIdentity process{};

    [[nodiscard]] std::string title() const { return name + '/' + std::to_string(number); }
};

struct Series {
    SeriesId id{};
    RunId run{};
    std::string name{};
};

struct Event {
    std::int64_t id = 0;
    double wallTime = 0;
    LogLevel level = LogLevel::Info;
    std::string text{};
    std::string kind =
        "log";              ///< "log", "command", "checkpoint", "resume": those of a step are marked on plots
    std::int64_t step = -1; ///< completed optimizer steps; -1: of no step
};

/// What a process asked of a run, which may be another's.
struct CommandRow {
    std::int64_t id = 0;
    RunId run{};
    std::string kind{}; ///< "pause", "lr", … as run::name(Command::Kind) spells them
    double value = 0;
    double createdAt = 0;
    double takenAt = 0;    ///< 0: the run has not obeyed yet
    std::string outcome{}; ///< what became of it, once it was taken
};

/// One reference/prediction pair of a validation.
struct Sample {
    std::int64_t step = 0;
    int index = 0;
    std::string source{}; ///< audio path
    std::string reference{};
    std::string prediction{};
    double score = 0; ///< its word error rate
};

/// A member of an archive and what it held when it was written.
struct ArchiveMember {
    std::string name{}; ///< without "./"
    std::int64_t bytes = 0;
    std::string sha256{};
};

/// An artifact a run produced.
struct Artifact {
    std::string kind{}; ///< "nemo", "ckpt", "log"
    std::string path{};
    std::string sha256{};
    std::int64_t bytes = 0;
    std::vector<ArchiveMember> members{}; ///< of a .nemo, for its manifest; readers leave it empty
};

} // namespace fathom::store
