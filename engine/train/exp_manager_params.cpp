// SPDX-License-Identifier: Apache-2.0
#include "engine/train/exp_manager_params.h"

#include "engine/config/diagnostics.h"
#include "engine/config/schemas/catalog.h"
#include "engine/train/exp_manager_schema.h"

#include <array>
#include <filesystem>
#include <limits>

namespace fathom::train {
namespace {

constexpr const char* kExpManager = "exp_manager";
constexpr const char* kCheckpointParams = "checkpoint_callback_params";
constexpr const char* kWriterParams = "summary_writer_kwargs";

/// The section as plain data, and where to point when it is wrong.
class ExpManagerReader {
public:
    ExpManagerReader(const config::Config& config, Value section)
        : m_config(config), m_section(std::move(section)) {}

    Result<ExpManagerParams> read() {
        normalise(m_section, schemas::at("ExpManager"));
        ExpManagerParams taken;
        using Step = Status (ExpManagerReader::*)(ExpManagerParams&);
        for (const Step step : {&ExpManagerReader::takeFilepath, &ExpManagerReader::takeTriggers,
                                &ExpManagerReader::takeWriter, &ExpManagerReader::takeDuration,
                                &ExpManagerReader::takeFiles, &ExpManagerReader::checkServices})
            if (Status fine = (this->*step)(taken); !fine) return fail(std::move(fine.error()));
        Result<ExpManagerParams> params = expManagerSchema().read(m_section).map_error(
            [&](Error error) { return config::detail::placed(m_config, kExpManager, std::move(error)); });
        if (!params) return params;
        params->checkpoint.everyNEpochs = taken.checkpoint.everyNEpochs;
        params->checkpoint.everyNTrainSteps = taken.checkpoint.everyNTrainSteps;
        params->checkpoint.trainTimeInterval = taken.checkpoint.trainTimeInterval;
        params->summaryWriter = std::move(taken.summaryWriter);
        params->maxTimePerRun = taken.maxTimePerRun;
        params->filesToCopy = std::move(taken.filesToCopy);
        params->warnings = std::move(taken.warnings);
        if (Status fine = judge(*params); !fine) return fail(std::move(fine.error()));
        for (const config::Diagnostic& each : config::withoutEffect(m_config, kExpManager))
            params->warnings.push_back(each.error.what + ": " + each.error.why);
        return params;
    }

private:
    [[nodiscard]] Error refusal(const std::string& key, const char* className, std::string why,
                                std::string remedy) const {
        Error error = m_config.errorAt(std::string(kExpManager) + '.' + key, "Cannot set up the experiment",
                                       std::move(why), std::move(remedy));
        error.className = className;
        return error;
    }
    [[nodiscard]] static std::string checkpointKey(const char* name) {
        return std::string(kCheckpointParams) + '.' + name;
    }

    /// What is null in Python counts as false where a bool may be null, and as not given where a struct may.
    static void normalise(Value& section, const config::Description& description) {
        if (!section.isMap()) return;
        for (const config::Field& field : description.fields) {
            Value* value = section.asMap().find(field.name);
            if (!value) continue;
            if (value->isNull() && field.nested)
                section.asMap().erase(field.name);
            else if (value->isNull() && field.type == "Optional[bool]" && field.defaultValue.isBool())
                *value = false;
            else if (field.nested)
                normalise(*value, *field.nested);
        }
    }

    [[nodiscard]] Value* find(const char* key) {
        return m_section.isMap() ? m_section.asMap().find(key) : nullptr;
    }
    [[nodiscard]] Value::Map* checkpoint() {
        Value* params = find(kCheckpointParams);
        return params && params->isMap() ? &params->asMap() : nullptr;
    }
    /// The value of a key of checkpoint_callback_params; it is not there afterwards.
    [[nodiscard]] std::optional<Value> take(const char* key) {
        Value::Map* params = checkpoint();
        Value* value = params ? params->find(key) : nullptr;
        if (!value) return std::nullopt;
        std::optional<Value> taken(std::move(*value));
        params->erase(key);
        return taken;
    }

    Status takeFilepath(ExpManagerParams& params) {
        const std::optional<Value> given = take("filepath");
        if (!given || given->isNull()) return {};
        const Result<std::string> text = config::toText(*given);
        if (!text)
            return fail(refusal(checkpointKey("filepath"), "ValidationError", text.error().why,
                                "Give dirpath and filename instead"));
        const std::filesystem::path path = *text;
        const auto fill = [&](const char* key, const std::filesystem::path& part) {
            const Value* own = checkpoint()->find(key);
            if (!own || own->isNull()) checkpoint()->set(key, part.string());
        };
        fill("dirpath", path.has_parent_path() ? path.parent_path() : ".");
        fill("filename", path.filename());
        params.warnings.emplace_back("filepath is deprecated. Please switch to dirpath and filename instead");
        return {};
    }

    /// A count that may be null; `absent` where it is not given.
    Result<std::optional<std::int64_t>> takeCount(const char* key, std::optional<std::int64_t> absent) {
        const std::optional<Value> given = take(key);
        if (!given) return absent;
        if (given->isNull()) return std::nullopt;
        const Result<std::int64_t> count = config::toInt(*given);
        if (!count)
            return fail(
                refusal(checkpointKey(key), "ValidationError", count.error().why, count.error().remedy));
        if (*count < 0 || *count > std::numeric_limits<int>::max())
            return fail(refusal(checkpointKey(key), "MisconfigurationException",
                                "Invalid value for " + std::string(key) + '=' + std::to_string(*count) +
                                    ". Must be >= 0",
                                "Give a number from 1 on, or 0 for never"));
        return std::optional<std::int64_t>(*count);
    }

    /// Lightning's ModelCheckpoint: at most one of the three, every epoch where all are null.
    Status takeTriggers(ExpManagerParams& params) {
        CheckpointParams& out = params.checkpoint;
        const auto epochs = takeCount("every_n_epochs", 1);
        if (!epochs) return fail(epochs.error());
        const auto steps = takeCount("every_n_train_steps", std::nullopt);
        if (!steps) return fail(steps.error());
        if (const std::optional<Value> given = take("train_time_interval"); given && !given->isNull()) {
            out.trainTimeInterval = parseDuration(withoutTarget(*given));
            if (!out.trainTimeInterval)
                return fail(refusal(checkpointKey("train_time_interval"), "MisconfigurationException",
                                    "it is not a duration",
                                    "Give for example {minutes: 10} or '00:00:10:00'"));
        }
        out.everyNTrainSteps = steps->value_or(0);
        const bool none = !*epochs && !*steps && !out.trainTimeInterval;
        out.everyNEpochs = static_cast<int>(epochs->value_or(none ? 1 : 0));
        const int triggers = int(out.everyNTrainSteps > 0) + int(out.everyNEpochs > 0) +
                             int(out.trainTimeInterval.has_value());
        if (triggers <= 1) return {};
        const char* second = out.everyNTrainSteps > 0 ? "every_n_train_steps" : "train_time_interval";
        return fail(
            refusal(checkpointKey(second), "MisconfigurationException",
                    "Combination of parameters every_n_train_steps=" + std::to_string(out.everyNTrainSteps) +
                        ", every_n_epochs=" + std::to_string(out.everyNEpochs) + " and train_time_interval=" +
                        (out.trainTimeInterval ? formatFloat(*out.trainTimeInterval) + " s" : "None") +
                        " should be mutually exclusive",
                    "Leave one of them; every_n_epochs is 1 unless it is set to null"));
    }

    /// Hydra configs say `{_target_: datetime.timedelta, minutes: 10}`.
    static Value withoutTarget(Value value) {
        const Value* target = value.isMap() ? value.asMap().find("_target_") : nullptr;
        if (target && *target == Value("datetime.timedelta")) value.asMap().erase("_target_");
        return value;
    }

    Status takeWriter(ExpManagerParams& params) {
        Value* given = find(kWriterParams);
        if (!given || !given->isMap()) return {};
        Value::Map arguments = given->asMap();
        m_section.asMap().erase(kWriterParams);
        if (arguments.find("log_dir"))
            return fail(refusal(std::string(kWriterParams) + ".log_dir", "ValueError",
                                "You cannot pass `log_dir` as part of `summary_writer_kwargs`. `log_dir` is "
                                "handled by lightning's TensorBoardLogger logger",
                                "Remove it; explicit_log_dir and exp_dir say where files go"));
        for (const char* key : {"log_graph", "comment"})
            if (arguments.erase(key))
                params.warnings.push_back(
                    std::string(kExpManager) + '.' + kWriterParams + '.' + key + " has no effect: " +
                    (key == std::string("comment") ? "it only names a folder, and exp_manager does that"
                                                   : "the graph of a model is not written"));
        Result<SummaryWriterParams> read = summaryWriterSchema().read(arguments);
        if (!read)
            return fail(config::detail::placed(m_config, std::string(kExpManager) + '.' + kWriterParams,
                                               std::move(read.error())));
        params.summaryWriter = std::move(*read);
        return {};
    }

    Status takeDuration(ExpManagerParams& params) {
        const Value* given = find("max_time_per_run");
        if (!given || given->isNull()) return {};
        params.maxTimePerRun = parseDuration(*given);
        if (!params.maxTimePerRun)
            return fail(refusal(
                "max_time_per_run", "MisconfigurationException", "it is not days:hours:minutes:seconds",
                "Give for example max_time_per_run='00:03:30:00' for three and a half hours"));
        return {};
    }

    Status takeFiles(ExpManagerParams& params) {
        const Value* given = find("files_to_copy");
        if (!given || given->isNull()) return {};
        Status read = config::detail::assign(*given, params.filesToCopy);
        if (!read)
            return fail(refusal("files_to_copy", "ValidationError", read.error().why, read.error().remedy));
        return {};
    }

    /// Whether the config says `true` at a key outside the section.
    [[nodiscard]] bool saysTrue(const char* key) const {
        if (!m_config.find(key)) return false;
        const Result<Value> value = m_config.resolved(key);
        return value && *value == Value(true);
    }

    /// What the trainer would make itself and exp_manager, too. (Lightning's default for both flags is to
    /// make it; here a trainer makes neither, so that only what was asked for is refused.)
    [[nodiscard]] Status judgeTrainer(const ExpManagerParams& params) const {
        const auto refuse = [&](const char* key, const char* className, std::string why) {
            Error error = m_config.errorAt(key, "Cannot set up the experiment", std::move(why),
                                           "Set " + std::string(key) + "=false: exp_manager does it");
            error.className = className;
            return fail(std::move(error));
        };
        if (params.createTensorboardLogger && saysTrue("trainer.logger"))
            return refuse(
                "trainer.logger", "LoggerMisconfigurationError",
                "The pytorch lightning trainer that was passed to exp_manager contained a logger, and "
                "create_tensorboard_logger: True was set. These can only be used if trainer does not "
                "already have a logger");
        if (params.createCheckpointCallback && saysTrue("trainer.enable_checkpointing"))
            return refuse("trainer.enable_checkpointing", "CheckpointMisconfigurationError",
                          "The pytorch lightning trainer that was passed to exp_manager contained a "
                          "ModelCheckpoint and create_checkpoint_callback was set to True");
        return {};
    }

    /// Neither is reached from here, but a config that NeMo refuses is not accepted.
    Status checkServices(ExpManagerParams&) {
        for (const auto& [create, arguments, name] :
             {std::array{"create_wandb_logger", "wandb_logger_kwargs", "wandb_logger"},
              std::array{"create_neptune_logger", "neptune_logger_kwargs", "neptune_logger"}}) {
            const Value* isWanted = find(create);
            const Value* given = find(arguments);
            if (!isWanted || *isWanted != Value(true)) continue;
            if (given && given->isMap() && (given->asMap().find("name") || given->asMap().find("project")))
                continue;
            return fail(refusal(create, "ValueError",
                                "name and project are required for " + std::string(name),
                                "Give them in " + std::string(arguments) + ", or set " + create + "=false"));
        }
        return {};
    }

    /// What only shows when several options are known.
    [[nodiscard]] Status judge(ExpManagerParams& params) const {
        const CheckpointParams& checkpoint = params.checkpoint;
        if (checkpoint.asyncSave && params.ema.enable)
            return fail(refusal(checkpointKey("async_save"), "ValueError",
                                "async_save with EMA not supported",
                                "Set async_save or ema.enable to false"));
        if (params.stepTiming.reduction == "none" && params.stepTiming.bufferSize > 1)
            return fail(refusal("step_timing_kwargs.reduction", "ValueError",
                                "without a reduction a step has several times, and a metric has one value",
                                "Set reduction=mean or buffer_size=1"));
        if (checkpoint.saveBestModel && !checkpoint.saveNemoOnTrainEnd)
            params.warnings.emplace_back(
                "Found save_best_model is True and save_nemo_on_train_end is False. "
                "Set save_nemo_on_train_end to True to automatically save the best model.");
        if (params.explicitLogDir && (params.expDir || params.version))
            params.warnings.push_back("exp_manager received explicit_log_dir: " + *params.explicitLogDir +
                                      " and at least one of exp_dir: " + params.expDir.value_or("None") +
                                      ", or version: " + params.version.value_or("None") +
                                      ". Please note that exp_dir, name, and version will be ignored.");
        return judgeTrainer(params);
    }

    const config::Config& m_config;
    Value m_section;
};

} // namespace

Result<ExpManagerParams> readExpManagerParams(const config::Config& config) {
    Result<Value> section = config.find(kExpManager) ? config.resolved(kExpManager) : Result<Value>(Value{});
    if (!section) return fail(std::move(section.error()));
    if (section->isNull()) section = Value(Value::Map{});
    return ExpManagerReader(config, std::move(*section)).read();
}

std::string monitorWarning(const ExpManagerParams& params, const TrainerParams& trainer) {
    const std::string& monitor = params.checkpoint.monitor;
    if (!params.createCheckpointCallback || monitor.find("val") == std::string::npos) return {};
    const int every = trainer.validationEpochInterval.value_or(1);
    const std::string told = "The checkpoint callback was told to monitor a validation value ";
    if (trainer.maxEpochs >= 0 && trainer.maxEpochs < every)
        return told + "but trainer.max_epochs(" + std::to_string(trainer.maxEpochs) +
               ") was less than trainer.check_val_every_n_epoch(" + std::to_string(every) +
               "). It is very likely this run will fail with ModelCheckpoint(monitor='" + monitor +
               "') not found in the returned metrics. Please ensure that validation is run within "
               "trainer.max_epochs.";
    if (trainer.maxSteps >= 0)
        return told + "and trainer's max_steps was set to " + std::to_string(trainer.maxSteps) +
               ". Please ensure that max_steps will run for at least " + std::to_string(every) +
               " epochs to ensure that checkpointing will not error out.";
    return {};
}

ExpManagerParams forFastDevRun(ExpManagerParams params) {
    params.resumeIfExists = false;
    params.resumeFromCheckpoint.reset();
    params.filesToCopy.clear();
    params.ema.enable = false;
    params.maxTimePerRun.reset();
    params.warnings.clear();
    for (bool ExpManagerParams::*option :
         {&ExpManagerParams::createTensorboardLogger, &ExpManagerParams::createDllogger,
          &ExpManagerParams::createCheckpointCallback, &ExpManagerParams::createEarlyStopping,
          &ExpManagerParams::createIplEpochStopper, &ExpManagerParams::createPreemptionCallback,
          &ExpManagerParams::logStepTiming, &ExpManagerParams::logDeltaStepTiming})
        params.*option = false;
    return params;
}

} // namespace fathom::train
