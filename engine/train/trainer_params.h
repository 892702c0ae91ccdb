// SPDX-License-Identifier: Apache-2.0
// The `trainer` section: Lightning's flags, of which those are accepted that this loop obeys or that change
// nothing.
#pragma once

#include "engine/base/result.h"
#include "engine/config/config.h"
#include "engine/config/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fathom::train {

/// As written in the config; described in engine/config/schemas, defaults too. Numbers that mean different
/// things as int and as float stay Values.
struct TrainerFlags {
    std::string accelerator{};
    Value devices{};
    int numNodes{};
    std::string strategy{};
    Value precision{};
    std::optional<int> maxEpochs{};
    std::optional<int> minEpochs{};
    std::int64_t maxSteps{};
    std::optional<std::int64_t> minSteps{};
    Value maxTime{};
    Value fastDevRun{};
    Value limitTrainBatches{};
    Value limitValBatches{};
    Value limitTestBatches{};
    Value overfitBatches{};
    Value valCheckInterval{};
    std::optional<int> checkValEveryNEpoch{};
    std::optional<int> numSanityValSteps{};
    std::optional<int> logEveryNSteps{};
    int accumulateGradBatches{};
    std::optional<double> gradientClipVal{};
    std::optional<std::string> gradientClipAlgorithm{};
    Value deterministic{};
    std::optional<bool> benchmark{};
    bool inferenceMode{};
    bool useDistributedSampler{};
    bool syncBatchnorm{};
    bool detectAnomaly{};
    bool barebones{};
    int reloadDataloadersEveryNEpochs{};
    Value profiler{};
    Value plugins{};
    Value callbacks{};
    Value logger{};
    std::optional<bool> enableCheckpointing{};
    bool enableProgressBar{};
    bool enableModelSummary{};
    std::optional<std::string> defaultRootDir{};
};

[[nodiscard]] const config::Schema<TrainerFlags>& trainerSchema();

/// A number of batches, or a share of them.
struct BatchLimit {
    std::optional<std::int64_t> count{};
    double share = 1.0;

    /// Of `available` batches. A share that comes to less than one batch, but is not zero, gives nullopt.
    [[nodiscard]] std::optional<std::int64_t> of(std::int64_t available) const;
};

enum class Accelerator { Auto, Cpu, Gpu };
enum class ClipAlgorithm { Norm, Value };
enum class Determinism { Off, Warn, On }; ///< of algorithms that have no deterministic variant
/// Mixed: weights in float32, matrix products and convolutions in the named type.
enum class PrecisionMode { Float32, Float64, BFloat16Mixed, Float16Mixed, BFloat16, Float16 };

/// The flags checked and turned into what the loop needs.
struct TrainerParams {
    Accelerator accelerator = Accelerator::Auto;
    PrecisionMode precision = PrecisionMode::Float32;
    Determinism determinism = Determinism::Off;
    bool benchmark = false;
    bool detectAnomaly = false;
    bool inferenceMode = true;       ///< of tests and validations outside a fit
    int maxEpochs = -1;              ///< -1: without limit
    int minEpochs = 0;               ///< that a callback cannot cut short
    std::int64_t minSteps = 0;       ///< the same
    std::int64_t maxSteps = -1;      ///< -1: without limit
    std::optional<double> maxTime{}; ///< seconds
    bool fastDevRun = false;
    BatchLimit trainLimit{};
    BatchLimit validationLimit{};
    BatchLimit testLimit{};
    BatchLimit overfit{.count = 0};                 ///< takes the place of the train and validation limits
    BatchLimit validationInterval{};                ///< every so many (or that share of the epoch's) batches
    std::optional<int> validationEpochInterval = 1; ///< nullopt: the interval counts batches across epochs
    int sanitySteps = 2;                            ///< batches; -1: all
    int logEverySteps = 50;
    int accumulate = 1;
    double clipValue = 0; ///< 0: no clipping
    ClipAlgorithm clipAlgorithm = ClipAlgorithm::Norm;

    /// Trains on the same few batches again and again, in the order of the data set.
    [[nodiscard]] bool overfits() const { return overfit.count != 0; }
};

/// Reads the section at `trainer` (all defaults where there is none). Errors are Usage: an unknown flag, a
/// value out of range, or a flag whose meaning this trainer does not have.
[[nodiscard]] Result<TrainerParams> readTrainerParams(const config::Config& config);

/// "00:01:30:00" (days:hours:minutes:seconds) or {hours: 1, minutes: 30} in seconds; nullopt when it is
/// neither.
[[nodiscard]] std::optional<double> parseDuration(const Value& value);

} // namespace fathom::train
