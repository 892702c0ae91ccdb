// SPDX-License-Identifier: Apache-2.0
// What the run store keeps, as plain values.
#pragma once

#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/base/metric_sink.h"
#include "engine/base/value.h"

#include <cstdint>
#include <map>
#include <optional>
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

/// One value of a resolved config and where it came from.
struct ConfigLeaf {
    std::string
        key{}; ///< "model.optim.lr"; a list without maps is one leaf, others go on: "model.layers.0.n"
    Value value{};
    std::string layer{};  ///< "dataclass", "yaml", "group", "command line", "edited"; "" where nobody knows
    std::string origin{}; ///< "configs/asr/quartznet.yaml:33", "override 3: optim.lr=0.1"
};

/// The leaves of a resolved config, in order; layer and origin are left empty. A list without maps is one
/// leaf, as is an empty map.
[[nodiscard]] std::vector<ConfigLeaf> leavesOf(const Value& config);

/// A piece of what the config was composed from, as it was.
struct ConfigLayer {
    std::string kind{}; ///< as ConfigLeaf::layer
    std::string name{}; ///< path of the file, name of the dataclass, the override
    std::string text{}; ///< what the file held
};

/// "git.commit", "host.cpu", "torch.version", "data.train_ds.sha256", …: docs/schema.md lists them.
using Environment = std::map<std::string, std::string>;

struct NewRun {
    std::string name{};    ///< exp_manager.name, "quartznet_prompts"
    std::string command{}; ///< a command line that reproduces the run
    std::string configPath{};
    std::string configName{};
    std::vector<std::string> overrides{};
    std::string configJson{}; ///< the resolved config
    std::string configYaml{}; ///< the unresolved config
    std::string directory{};  ///< the run's own folder; may be set later
    std::vector<ConfigLeaf> leaves{};
    std::vector<ConfigLayer> layers{};
    Environment environment{};
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
    double editedAt = 0;  ///< when a user last changed note, tags, star, archive or trash
    Progress progress{};
    std::string command{};
    std::string configPath{};
    std::string configName{};
    std::vector<std::string> overrides{};
    std::string configJson{};
    std::string configYaml{};
    std::string directory{};
    ProcessIdentity process{};
    std::string note{};
    bool starred = false;
    bool archived = false;
    double trashedAt = 0;               ///< 0: not in the trash
    std::vector<std::string> tags{};    ///< sorted
    std::optional<RunId> resumedFrom{}; ///< the run whose checkpoint it went on from
    std::int64_t resumedStep =
        0;                ///< and the step of that checkpoint: later points of the other are superseded
    std::string source{}; ///< what an import was made from; empty for runs of Fathom's own

    [[nodiscard]] double changedAt() const { return editedAt > updatedAt ? editedAt : updatedAt; }
    [[nodiscard]] std::string title() const { return name + '/' + std::to_string(number); }
};

struct Series {
    SeriesId id{};
    RunId run{};
    std::string name{};
};

struct StoredPoint {
    SeriesId series{};
    std::int64_t step = 0;
    double wallTime = 0;
    double value = 0;
};

/// A series in a few numbers, kept up to date by the writer.
struct SeriesSummary {
    RunId run{};
    SeriesId series{};
    std::string name{};
    std::int64_t points = 0;
    std::int64_t notFinite = 0; ///< NaN and infinities among them
    StoredPoint last{};
    StoredPoint least{}; ///< the first of the least finite values; its value is NaN where none is finite
    StoredPoint greatest{};
};

/// The extremes of consecutive points of one series, in the order of writing.
struct Bucket {
    std::int64_t firstStep = 0;
    std::int64_t lastStep = 0;
    double firstWall = 0;
    double lastWall = 0;
    double minimum = 0; ///< of the finite values; above `maximum` where there is none
    double maximum = 0;
    std::int64_t points = 0;
    std::int64_t nan = 0;
    std::int64_t infinite = 0;
};

/// A time in which a run did not train though it was on, in seconds since the Unix epoch.
struct Pause {
    double from = 0;
    double to = 0;
};

/// A config value of one run.
struct ConfigCell {
    RunId run{};
    Value value{};
    std::string layer{};
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

/// One reference/prediction pair of a validation. `kind` says what the score is: "wer" the word error rate,
/// "class" 0 where the classes are equal and 1 otherwise, "bleu" the sentence's BLEU.
struct Sample {
    std::int64_t step = 0;
    int index = 0;
    std::string source{}; ///< audio path
    std::string reference{};
    std::string prediction{};
    double score = 0;
    std::string kind = "wer";
};

/// Of a validation that another has followed no more samples are kept than its first ones: a validation of
/// 5,000 items after each epoch would fill the disk.
inline constexpr int kOldSamples = 200;

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
