// SPDX-License-Identifier: Apache-2.0
#include "engine/train/experiment.h"

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/config/schemas/catalog.h"

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <unistd.h>

namespace fathom::train {
namespace {

constexpr const char* kSection = "exp_manager";

enum class Effect {
    None,    ///< changes nothing about the training: at most a warning
    Changes, ///< would change it: refused unless neutral
};

/// An option of NeMo's that is not obeyed here, and the values at which that makes no difference.
struct Absent {
    const char* key;
    Effect effect;
    std::vector<Value> neutral;
};

const std::vector<Absent>& absentOptions() {
    static const std::vector<Absent> options{
        {"resume_if_exists", Effect::Changes, {false}},
        {"resume_past_end", Effect::Changes, {false}},
        {"resume_ignore_no_checkpoint", Effect::None, {false, true}},
        {"resume_from_checkpoint", Effect::Changes, {Value{}}},
        {"create_tensorboard_logger", Effect::None, {false, true}},
        {"summary_writer_kwargs", Effect::None, {Value{}}},
        {"create_wandb_logger", Effect::None, {false}},
        {"wandb_logger_kwargs", Effect::None, {}},
        {"create_mlflow_logger", Effect::None, {false}},
        {"mlflow_logger_kwargs", Effect::None, {}},
        {"create_dllogger_logger", Effect::None, {false}},
        {"dllogger_logger_kwargs", Effect::None, {}},
        {"create_clearml_logger", Effect::None, {false}},
        {"clearml_logger_kwargs", Effect::None, {}},
        {"create_neptune_logger", Effect::None, {false}},
        {"neptune_logger_kwargs", Effect::None, {}},
        {"create_ipl_epoch_stopper_callback", Effect::Changes, {false}},
        {"ipl_epoch_stopper_callback_params", Effect::None, {}},
        {"create_preemption_callback", Effect::None, {false, true}},
        {"files_to_copy", Effect::None, {Value{}}},
        {"log_step_timing", Effect::None, {false, true}},
        {"log_delta_step_timing", Effect::None, {false}},
        {"step_timing_kwargs", Effect::None, {}},
        {"disable_validation_on_resume", Effect::None, {false, true}},
        {"max_time_per_run", Effect::Changes, {Value{}}},
        {"seconds_to_sleep", Effect::None, {}},
        {"create_straggler_detection_callback", Effect::None, {false}},
        {"straggler_detection_params", Effect::None, {}},
        {"create_fault_tolerance_callback", Effect::None, {false}},
        {"fault_tolerance", Effect::None, {}},
        {"log_tflops_per_sec_per_gpu", Effect::None, {false, true}},
        {"log_local_rank_0_only", Effect::None, {false, true}},
        {"log_global_rank_0_only", Effect::None, {false, true}},
    };
    return options;
}

/// Keys of checkpoint_callback_params that speak of .ckpt files.
const std::vector<std::string>& absentCheckpointKeys() {
    static const std::vector<std::string> keys{"filepath",
                                               "filename",
                                               "verbose",
                                               "save_last",
                                               "save_top_k",
                                               "save_weights_only",
                                               "auto_insert_metric_name",
                                               "every_n_epochs",
                                               "every_n_train_steps",
                                               "train_time_interval",
                                               "model_parallel_size",
                                               "save_on_train_epoch_end",
                                               "async_save",
                                               "save_last_n_optim_states"};
    return keys;
}

const config::Schema<CheckpointParams>& checkpointSchema() {
    using P = CheckpointParams;
    static const auto schema = config::Schema<P>(schemas::at("CallbackParams"))
                                   .bind("dirpath", &P::dirpath)
                                   .bind("monitor", &P::monitor)
                                   .bind("mode", &P::mode)
                                   .bind("prefix", &P::prefix)
                                   .bind("postfix", &P::postfix)
                                   .bind("save_best_model", &P::saveBestModel)
                                   .bind("always_save_nemo", &P::alwaysSaveNemo)
                                   .bind("save_nemo_on_train_end", &P::saveNemoOnTrainEnd);
    return schema;
}

const config::Schema<ExpManagerParams>& expManagerSchema() {
    using P = ExpManagerParams;
    static const auto schema =
        config::Schema<P>(schemas::at("ExpManager"))
            .bind("explicit_log_dir", &P::explicitLogDir)
            .bind("exp_dir", &P::expDir)
            .bind("name", &P::name)
            .bind("version", &P::version)
            .bind("use_datetime_version", &P::useDatetimeVersion)
            .bind("create_checkpoint_callback", &P::createCheckpointCallback)
            .bind("checkpoint_callback_params", &P::checkpoint, checkpointSchema())
            .bind("create_early_stopping_callback", &P::createEarlyStopping)
            .bind("early_stopping_callback_params", &P::earlyStopping, earlyStoppingSchema());
    return schema;
}

Error problem(const config::Config& config, const std::string& key, std::string why, std::string remedy) {
    return config.errorAt(std::string(kSection) + '.' + key, "Cannot set up the experiment", std::move(why),
                          std::move(remedy));
}

/// Takes out of `section` what is not obeyed, after refusing or noting it.
Status takeOutAbsent(const config::Config& config, Value::Map& section, std::vector<std::string>& warnings) {
    for (const Absent& option : absentOptions()) {
        const Value* value = section.find(option.key);
        if (!value) continue;
        const bool neutral =
            value->isNull() || option.neutral.empty() ||
            std::find(option.neutral.begin(), option.neutral.end(), *value) != option.neutral.end();
        if (!neutral && option.effect == Effect::Changes)
            return fail(problem(config, option.key, "it is not available",
                                "Remove it or leave it at " + toJson(option.neutral[0])));
        if (!neutral) warnings.push_back(std::string(kSection) + '.' + option.key + " has no effect here");
        section.erase(option.key);
    }
    if (const Value* ema = section.find("ema")) {
        const Value* enable = ema->at("enable");
        if (enable && *enable != Value(false))
            return fail(
                problem(config, "ema.enable", "averaged weights are not available", "Set it to false"));
        section.erase("ema");
    }
    Value* checkpoint = section.find("checkpoint_callback_params");
    if (!checkpoint || !checkpoint->isMap()) {
        if (checkpoint && checkpoint->isNull()) section.erase("checkpoint_callback_params");
        return {};
    }
    std::string ignored;
    for (const std::string& key : absentCheckpointKeys())
        if (checkpoint->asMap().erase(key)) ignored += (ignored.empty() ? "" : ", ") + key;
    if (!ignored.empty())
        warnings.push_back(
            "checkpoint_callback_params: no .ckpt files are written, so these have no effect: " + ignored);
    return {};
}

std::filesystem::path uniqueFolder(const std::filesystem::path& root, bool datetime) {
    for (int number = 0;; ++number) {
        std::string name = datetime ? localTimestamp(wallTime()) : "version_" + std::to_string(number);
        if (datetime && number > 0) name += '-' + std::to_string(number);
        std::error_code error;
        // create_directory tells whether it was this call that made it, so that two runs cannot share a
        // folder.
        if (std::filesystem::create_directory(root / name, error) || error) return root / name;
    }
}

std::string whyNot(const std::error_code& error) {
    return error.message();
}

} // namespace

Result<ExpManagerParams> readExpManagerParams(const config::Config& config) {
    Result<Value> section = config.find(kSection) ? config.resolved(kSection) : Result<Value>(Value{});
    if (!section) return fail(std::move(section.error()));
    if (section->isNull()) section = Value(Value::Map{});
    std::vector<std::string> warnings;
    if (section->isMap())
        if (Status fine = takeOutAbsent(config, section->asMap(), warnings); !fine)
            return fail(std::move(fine.error()));
    Result<ExpManagerParams> params = expManagerSchema().read(*section).map_error(
        [&](Error error) { return config::detail::placed(config, kSection, std::move(error)); });
    if (params) params->warnings = std::move(warnings);
    return params;
}

std::filesystem::path experimentRoot(const ExpManagerParams& params, const config::Config& config) {
    if (params.explicitLogDir)
        return std::filesystem::absolute(*params.explicitLogDir).lexically_normal().parent_path();
    std::filesystem::path base = "nemo_experiments";
    if (params.expDir)
        base = *params.expDir;
    else if (const Result<Value> root = config.resolved("trainer.default_root_dir");
             config.find("trainer.default_root_dir") && root && root->isString())
        base = root->asString();
    return (std::filesystem::absolute(base) / params.name.value_or("default")).lexically_normal();
}

Status checkWritable(const ExpManagerParams& params, const config::Config& config) {
    const std::filesystem::path root = experimentRoot(params, config);
    const auto refuse = [&](const std::string& why) {
        Error error = problem(config, params.explicitLogDir ? "explicit_log_dir" : "exp_dir",
                              "cannot write to " + root.string() + ": " + why,
                              "Choose another folder with exp_manager.exp_dir=…");
        return fail(std::move(error));
    };
    std::error_code error;
    std::filesystem::create_directories(root, error);
    if (error) return refuse(whyNot(error));
    std::string probe = (root / ".probe-XXXXXX").string();
    const int descriptor = mkstemp(probe.data());
    if (descriptor < 0) return refuse(std::error_code(errno, std::generic_category()).message());
    ::close(descriptor);
    ::unlink(probe.c_str());
    return {};
}

class Experiment::FileLog : public Log {
public:
    FileLog(const std::filesystem::path& path, Log& next)
        : m_file(std::fopen(path.c_str(), "ae")), m_next(next) {}
    ~FileLog() override {
        if (m_file) std::fclose(m_file);
    }
    void write(LogLevel level, std::string_view text) noexcept override {
        m_next.write(level, text);
        append(level, text);
    }
    void append(LogLevel level, std::string_view text) noexcept {
        const std::lock_guard lock(m_mutex);
        if (!m_file) return;
        const std::string_view word = fathom::name(level);
        std::fprintf(m_file, "%.3f %-7.*s %.*s\n", wallTime(), static_cast<int>(word.size()), word.data(),
                     static_cast<int>(text.size()), text.data());
        std::fflush(m_file);
    }

private:
    std::mutex m_mutex;
    std::FILE* m_file;
    Log& m_next;
};

Experiment::Experiment() = default;
Experiment::~Experiment() = default;

Result<std::unique_ptr<Experiment>> Experiment::create(const ExpManagerParams& params,
                                                       const config::Config& config) {
    if (Status fine = checkWritable(params, config); !fine) return fail(std::move(fine.error()));
    const std::filesystem::path root = experimentRoot(params, config);
    std::unique_ptr<Experiment> experiment(new Experiment);
    experiment->m_name = params.name.value_or("default");
    if (params.explicitLogDir)
        experiment->m_folder = std::filesystem::absolute(*params.explicitLogDir).lexically_normal();
    else if (params.version)
        experiment->m_folder = root / *params.version;
    else
        experiment->m_folder = uniqueFolder(root, params.useDatetimeVersion);
    experiment->m_checkpoints = params.checkpoint.dirpath
                                    ? std::filesystem::absolute(*params.checkpoint.dirpath)
                                    : experiment->m_folder / "checkpoints";
    std::error_code error;
    std::filesystem::create_directories(experiment->m_folder, error);
    if (!error) std::filesystem::create_directories(experiment->m_checkpoints, error);
    if (error)
        return fail(problem(config, "exp_dir",
                            "cannot create " + experiment->m_checkpoints.string() + ": " + whyNot(error),
                            "Choose another folder with exp_manager.exp_dir=…"));
    return experiment;
}

Status Experiment::describe(const std::string& command, const config::Config& config) const {
    if (Status written = writeFileAtomically(m_folder / "cmd-args.log", command + '\n'); !written)
        return written;
    const Result<std::string> yaml = config.toYaml("", true);
    if (!yaml) return fail(yaml.error());
    return writeFileAtomically(m_folder / "config.yaml", *yaml);
}

Log& Experiment::logTo(Log& next) {
    m_log = std::make_unique<FileLog>(m_folder / "log.txt", next);
    return *m_log;
}

void Experiment::note(LogLevel level, std::string_view text) noexcept {
    if (m_log) m_log->append(level, text);
}

} // namespace fathom::train
