// SPDX-License-Identifier: Apache-2.0
#include "engine/train/trainer_params.h"

#include "engine/config/schemas/catalog.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace fathom::train {
namespace {

/// What is refused or converted below, with the place in the config at hand.
class Reader {
public:
    explicit Reader(const config::Config& config) : m_config(config) {}

    [[nodiscard]] Error error(const std::string& flag, std::string why, std::string remedy) const {
        return m_config.errorAt("trainer." + flag, "Cannot set up the trainer", std::move(why),
                                std::move(remedy));
    }

    /// Lightning's rule: an int counts batches, a float in [0, 1] is a share.
    [[nodiscard]] Result<BatchLimit> limit(const std::string& flag, const Value& value) const {
        if (value.isNull()) return BatchLimit{};
        if (value.isInt() && value.asInt() >= 0) return BatchLimit{.count = value.asInt()};
        if (value.isFloat() && value.asFloat() >= 0 && value.asFloat() <= 1)
            return BatchLimit{.share = value.asFloat()};
        Error found = error(flag, "the value has to be in [0.0, 1.0] or an int",
                            "Give a number of batches (10) or a share of them (0.5)");
        found.className = "MisconfigurationException";
        return fail(std::move(found));
    }

private:
    const config::Config& m_config;
};

bool oneOf(const std::string& text, std::initializer_list<const char*> list) {
    return std::any_of(list.begin(), list.end(), [&](const char* each) { return text == each; });
}

std::string textOf(const Value& value) {
    return value.isString() ? value.asString() : toJson(value);
}

/// One device, in each of the ways Lightning lets one say so.
bool isOneDevice(const Value& devices) {
    if (devices.isInt()) return devices.asInt() == 1 || devices.asInt() == -1;
    if (devices.isString()) return oneOf(devices.asString(), {"auto", "1", "-1", "0", "0,"});
    if (devices.isList()) return devices.asList().size() == 1;
    return devices.isNull();
}

Status refuseWhatIsAbsent(const Reader& reader, const TrainerFlags& flags) {
    const auto refuse = [&](const char* flag, std::string why, std::string remedy) {
        return fail(reader.error(flag, std::move(why), std::move(remedy)));
    };
    if (!isOneDevice(flags.devices))
        return refuse("devices", "training runs on one device, not on " + textOf(flags.devices),
                      "Set trainer.devices=1");
    if (flags.numNodes != 1)
        return refuse("num_nodes", "training runs on one machine", "Set trainer.num_nodes=1");
    if (!oneOf(flags.strategy, {"auto", "single_device", "ddp", "ddp_find_unused_parameters_true",
                                "ddp_find_unused_parameters_false", "ddp_spawn", "ddp_fork", "ddp_notebook"}))
        return refuse("strategy", '\'' + flags.strategy + "' is not available", "Set trainer.strategy=auto");
    if (flags.reloadDataloadersEveryNEpochs != 0)
        return refuse("reload_dataloaders_every_n_epochs", "it is not available", "Remove it or set it to 0");
    if (flags.barebones) return refuse("barebones", "it is not available", "Set it to false");
    if (!flags.profiler.isNull())
        return refuse("profiler", "no profiler is available", "Set trainer.profiler=null");
    if (!flags.plugins.isNull())
        return refuse("plugins", "plugins are Python objects", "Set trainer.plugins=null");
    if (!flags.callbacks.isNull())
        return refuse("callbacks", "callbacks are Python objects",
                      "Set trainer.callbacks=null; exp_manager adds them");
    return {};
}

Status readLimits(const Reader& reader, const TrainerFlags& flags, TrainerParams& params) {
    const std::pair<const char*, std::pair<const Value*, BatchLimit*>> limits[] = {
        {"limit_train_batches", {&flags.limitTrainBatches, &params.trainLimit}},
        {"limit_val_batches", {&flags.limitValBatches, &params.validationLimit}},
        {"limit_test_batches", {&flags.limitTestBatches, &params.testLimit}},
        {"val_check_interval", {&flags.valCheckInterval, &params.validationInterval}},
    };
    for (const auto& [flag, ends] : limits) {
        Result<BatchLimit> limit = reader.limit(flag, *ends.first);
        if (!limit) return fail(std::move(limit.error()));
        *ends.second = *limit;
    }
    params.validationEpochInterval = flags.checkValEveryNEpoch;
    if (!flags.checkValEveryNEpoch && !params.validationInterval.count)
        return fail(
            reader.error("check_val_every_n_epoch", "null needs val_check_interval to be a number of batches",
                         "Set trainer.check_val_every_n_epoch=1 or, say, trainer.val_check_interval=100"));
    return {};
}

Status readLengths(const Reader& reader, const TrainerFlags& flags, TrainerParams& params) {
    params.maxSteps = flags.maxSteps;
    if (!flags.maxTime.isNull()) {
        params.maxTime = parseDuration(flags.maxTime);
        if (!params.maxTime)
            return fail(reader.error("max_time", "it is neither days:hours:minutes:seconds nor a map of them",
                                     "Give for example trainer.max_time='00:00:05:00' for five minutes"));
    }
    // Lightning: 1000 epochs when nothing limits the run.
    params.minEpochs = flags.minEpochs.value_or(0);
    params.minSteps = flags.minSteps.value_or(0);
    params.maxEpochs = flags.maxEpochs.value_or(flags.maxSteps == -1 && !params.maxTime ? 1000 : -1);
    return {};
}

/// fast_dev_run n: n batches of everything, one epoch, nothing before it.
Status applyFastDevRun(const Reader& reader, const TrainerFlags& flags, TrainerParams& params) {
    std::int64_t batches = 0;
    if (flags.fastDevRun.isBool())
        batches = flags.fastDevRun.asBool() ? 1 : 0;
    else if (flags.fastDevRun.isInt() && flags.fastDevRun.asInt() >= 0)
        batches = flags.fastDevRun.asInt();
    else
        return fail(reader.error("fast_dev_run", "it is neither true, false nor a number of batches",
                                 "Set it to false"));
    if (batches == 0) return {};
    params.fastDevRun = true;
    params.trainLimit = params.validationLimit = params.testLimit = BatchLimit{.count = batches};
    params.validationInterval = BatchLimit{};
    params.validationEpochInterval = 1;
    params.maxEpochs = 1;
    params.maxSteps = batches;
    params.sanitySteps = 0;
    return {};
}

Status readAccelerator(const Reader& reader, const TrainerFlags& flags, TrainerParams& params) {
    if (flags.accelerator == "auto")
        params.accelerator = Accelerator::Auto;
    else if (flags.accelerator == "cpu")
        params.accelerator = Accelerator::Cpu;
    else if (oneOf(flags.accelerator, {"gpu", "cuda"}))
        params.accelerator = Accelerator::Gpu;
    else
        return fail(reader.error("accelerator", '\'' + flags.accelerator + "' is not available",
                                 "Set trainer.accelerator to auto, cpu or gpu"));
    return {};
}

Status readPrecision(const Reader& reader, const TrainerFlags& flags, TrainerParams& params) {
    static const std::pair<const char*, PrecisionMode> names[] = {
        {"32-true", PrecisionMode::Float32},    {"32", PrecisionMode::Float32},
        {"null", PrecisionMode::Float32},       {"64-true", PrecisionMode::Float64},
        {"64", PrecisionMode::Float64},         {"bf16-mixed", PrecisionMode::BFloat16Mixed},
        {"bf16", PrecisionMode::BFloat16Mixed}, {"16-mixed", PrecisionMode::Float16Mixed},
        {"16", PrecisionMode::Float16Mixed},    {"bf16-true", PrecisionMode::BFloat16},
        {"16-true", PrecisionMode::Float16},
    };
    const std::string wanted = textOf(flags.precision);
    for (const auto& [name, mode] : names)
        if (wanted == name) {
            params.precision = mode;
            return {};
        }
    return fail(reader.error("precision", '\'' + wanted + "' is not available",
                             "Set it to 32-true, 64-true, bf16-mixed, 16-mixed, bf16-true or 16-true"));
}

/// overfit_batches: the limits of training and validation at once.
Status readOverfit(const Reader& reader, const TrainerFlags& flags, TrainerParams& params) {
    const bool isUnset = flags.overfitBatches.isNull() ||
                         (flags.overfitBatches.isNumber() && flags.overfitBatches.toDouble() == 0);
    if (isUnset) return {};
    Result<BatchLimit> limit = reader.limit("overfit_batches", flags.overfitBatches);
    if (!limit) return fail(std::move(limit.error()));
    params.overfit = params.trainLimit = params.validationLimit = *limit;
    return {};
}

Status readDeterministic(const Reader& reader, const TrainerFlags& flags, TrainerParams& params) {
    const Value& wanted = flags.deterministic;
    if (wanted.isNull() || wanted == Value(false)) return {};
    if (wanted == Value(true)) {
        params.determinism = Determinism::On;
    } else if (wanted == Value("warn")) {
        params.determinism = Determinism::Warn;
    } else {
        return fail(reader.error("deterministic", "it is neither true, false nor warn",
                                 "Set it to false, true or warn"));
    }
    return {};
}

Status readRest(const Reader& reader, const TrainerFlags& flags, TrainerParams& params) {
    params.sanitySteps = flags.numSanityValSteps.value_or(2);
    params.logEverySteps = std::max(1, flags.logEveryNSteps.value_or(50));
    params.accumulate = flags.accumulateGradBatches;
    params.clipValue = std::max(0.0, flags.gradientClipVal.value_or(0.0));
    const std::string algorithm = flags.gradientClipAlgorithm.value_or("norm");
    if (!oneOf(algorithm, {"norm", "value"}))
        return fail(reader.error("gradient_clip_algorithm", '\'' + algorithm + "' is not available",
                                 "Set it to norm or value"));
    params.clipAlgorithm = algorithm == "norm" ? ClipAlgorithm::Norm : ClipAlgorithm::Value;
    params.benchmark = flags.benchmark.value_or(false);
    params.detectAnomaly = flags.detectAnomaly;
    params.inferenceMode = flags.inferenceMode;
    return {};
}

} // namespace

const config::Schema<TrainerFlags>& trainerSchema() {
    using F = TrainerFlags;
    static const auto schema =
        config::Schema<F>(schemas::at("Trainer"))
            .bind("accelerator", &F::accelerator)
            .bind("devices", &F::devices)
            .bind("num_nodes", &F::numNodes)
            .bind("strategy", &F::strategy)
            .bind("precision", &F::precision)
            .bind("max_epochs", &F::maxEpochs)
            .bind("min_epochs", &F::minEpochs)
            .bind("max_steps", &F::maxSteps)
            .bind("min_steps", &F::minSteps)
            .bind("max_time", &F::maxTime)
            .bind("fast_dev_run", &F::fastDevRun)
            .bind("limit_train_batches", &F::limitTrainBatches)
            .bind("limit_val_batches", &F::limitValBatches)
            .bind("limit_test_batches", &F::limitTestBatches)
            .bind("overfit_batches", &F::overfitBatches)
            .bind("val_check_interval", &F::valCheckInterval)
            .bind("check_val_every_n_epoch", &F::checkValEveryNEpoch)
            .bind("num_sanity_val_steps", &F::numSanityValSteps)
            .bind("log_every_n_steps", &F::logEveryNSteps)
            .bind("accumulate_grad_batches", &F::accumulateGradBatches)
            .bind("gradient_clip_val", &F::gradientClipVal)
            .bind("gradient_clip_algorithm", &F::gradientClipAlgorithm)
            .bind("deterministic", &F::deterministic)
            .bind("benchmark", &F::benchmark)
            .bind("inference_mode", &F::inferenceMode)
            .bind("use_distributed_sampler", &F::useDistributedSampler)
            .bind("sync_batchnorm", &F::syncBatchnorm)
            .bind("detect_anomaly", &F::detectAnomaly)
            .bind("barebones", &F::barebones)
            .bind("reload_dataloaders_every_n_epochs", &F::reloadDataloadersEveryNEpochs)
            .bind("profiler", &F::profiler)
            .bind("plugins", &F::plugins)
            .bind("callbacks", &F::callbacks)
            .bind("logger", &F::logger)
            .bind("enable_checkpointing", &F::enableCheckpointing)
            .bind("enable_progress_bar", &F::enableProgressBar)
            .bind("enable_model_summary", &F::enableModelSummary)
            .bind("default_root_dir", &F::defaultRootDir);
    return schema;
}

std::optional<std::int64_t> BatchLimit::of(std::int64_t available) const {
    if (count) return std::min(*count, available);
    const auto batches = static_cast<std::int64_t>(static_cast<double>(available) * share);
    if (batches == 0 && share > 0 && available > 0) return std::nullopt;
    return batches;
}

std::optional<double> parseDuration(const Value& value) {
    if (value.isString()) {
        int days = 0;
        int hours = 0;
        int minutes = 0;
        int seconds = 0;
        int used = 0;
        const std::string& text = value.asString();
        if (std::sscanf(text.c_str(), "%d:%d:%d:%d%n", &days, &hours, &minutes, &seconds, &used) != 4)
            return std::nullopt;
        if (static_cast<std::size_t>(used) != text.size()) return std::nullopt;
        return ((days * 24.0 + hours) * 60.0 + minutes) * 60.0 + seconds;
    }
    if (!value.isMap()) return std::nullopt;
    double total = 0;
    for (const auto& [unit, amount] : value.asMap()) {
        if (!amount.isNumber()) return std::nullopt;
        const double factor = unit == "weeks"     ? 604800
                              : unit == "days"    ? 86400
                              : unit == "hours"   ? 3600
                              : unit == "minutes" ? 60
                              : unit == "seconds" ? 1
                                                  : 0;
        if (factor == 0) return std::nullopt;
        total += factor * amount.toDouble();
    }
    return total;
}

Result<TrainerParams> readTrainerParams(const config::Config& config) {
    const Result<TrainerFlags> flags = trainerSchema().read(config, "trainer");
    if (!flags) return fail(flags.error());
    const Reader reader(config);
    TrainerParams params;
    using Step = Status (*)(const Reader&, const TrainerFlags&, TrainerParams&);
    if (Status fine = refuseWhatIsAbsent(reader, *flags); !fine) return fail(std::move(fine.error()));
    for (const Step step :
         {Step(readAccelerator), Step(readPrecision), Step(readDeterministic), Step(readLengths),
          Step(readLimits), Step(readOverfit), Step(readRest), Step(applyFastDevRun)})
        if (Status fine = step(reader, *flags, params); !fine) return fail(std::move(fine.error()));
    return params;
}

} // namespace fathom::train
