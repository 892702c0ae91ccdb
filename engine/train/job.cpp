// SPDX-License-Identifier: Apache-2.0
#include "engine/train/job.h"

#include "engine/config/compose.h"
#include "engine/config/convert.h"
#include "engine/train/device.h"
#include "engine/train/ema.h"
#include "engine/train/epoch_stopper.h"
#include "engine/train/experiment.h"
#include "engine/train/initial_weights.h"
#include "engine/train/learning_rate.h"
#include "engine/train/logger_connector.h"
#include "engine/train/model_checkpoint.h"
#include "engine/train/plateau_callback.h"
#include "engine/train/recording.h"
#include "engine/train/text.h"
#include "engine/train/trainer.h"

#include <unordered_set>

namespace fathom::train {
namespace {

using Callbacks = std::vector<std::unique_ptr<Callback>>;
using DatasetPointer = std::shared_ptr<const model::Dataset>;

/// `seed` at the top of the config, 0 without one.
Result<std::uint64_t> readSeed(const config::Config& config) {
    if (!config.find("seed")) return std::uint64_t{0};
    const Result<Value> value = config.resolved("seed");
    if (!value) return fail(value.error());
    if (value->isNull()) return std::uint64_t{0};
    if (value->isInt() && value->asInt() >= 0) return static_cast<std::uint64_t>(value->asInt());
    return fail(config.errorAt("seed", "Cannot seed the run", "the seed is not a whole number from 0 on",
                               "Give for example seed=42"));
}

/// As PyTorch counts: what several modules share counts once.
std::int64_t trainableNumbers(model::Model& model) {
    std::int64_t count = 0;
    std::unordered_set<const c10::TensorImpl*> seen;
    for (const torch::Tensor& parameter : model.module().parameters())
        if (parameter.requires_grad() && seen.insert(parameter.unsafeGetTensorImpl()).second)
            count += parameter.numel();
    return count;
}

std::vector<double> baseRates(const optim::Optimizer& optimizer) {
    std::vector<double> rates;
    for (std::size_t group = 0; group < optimizer.groupCount(); ++group)
        rates.push_back(optimizer.baseLearningRate(group));
    return rates;
}

/// Everything a job needs, built in the order in which mistakes are cheapest to find.
struct Setup {
    TrainerParams trainer;
    ExpManagerParams experimentParams;
    std::uint64_t seed = 0;
    std::unique_ptr<Experiment> experiment;
    torch::Device device{torch::kCPU};
    std::unique_ptr<model::Model> model;
    std::optional<Precision> precision;
    Value hyperparameters{}; ///< as Lightning's loggers get them
};

Result<Setup> setUp(const run::TrainJob& job) {
    Setup setup;
    auto trainer = readTrainerParams(job.config);
    if (!trainer) return fail(trainer.error());
    setup.trainer = *trainer;
    auto experiment = readExpManagerParams(job.config);
    if (!experiment) return fail(experiment.error());
    setup.experimentParams = setup.trainer.fastDevRun ? forFastDevRun(*experiment) : std::move(*experiment);
    const auto seed = readSeed(job.config);
    if (!seed) return fail(seed.error());
    setup.seed = *seed;
    const auto device = chooseDevice(setup.trainer.accelerator, job.config);
    if (!device) return fail(device.error());
    setup.device = *device;
    auto folder = Experiment::create(setup.experimentParams, job.config);
    if (!folder) return fail(folder.error());
    setup.experiment = std::move(*folder);
    job.writer.directory(setup.experiment->folder());
    if (Status written = setup.experiment->describe(job.writer.run().command, job.config); !written)
        return fail(written.error());
    return setup;
}

Status buildModel(Setup& setup, const run::TrainJob& job, Log& log) {
    for (const std::string& warning : setup.experimentParams.warnings)
        log.warning(warning);
    const std::string warning = monitorWarning(setup.experimentParams, setup.trainer);
    if (job.mode == run::Mode::Train && !warning.empty()) log.warning(warning);
    prepareTorch(setup.trainer, setup.seed);
    auto model = model::createModel(job.config, "model", {.seed = mixSeed(setup.seed, 0, 0), .log = &log});
    if (!model) return fail(model.error());
    setup.model = std::move(*model);
    Result<Value> hyperparameters = hyperparametersOf(*setup.model, job.config, "model");
    if (!hyperparameters) return fail(std::move(hyperparameters.error()));
    setup.hyperparameters = std::move(*hyperparameters);
    if (setup.experimentParams.createTensorboardLogger)
        if (Status written = setup.experiment->writeHyperparameters(setup.hyperparameters); !written)
            return written;
    if (Status loaded = initializeWeights(*setup.model, job.config, log); !loaded) return loaded;
    setup.precision.emplace(setup.trainer.precision, setup.device, log);
    setup.precision->convert(setup.model->module());
    setup.model->module().to(setup.device);
    const std::int64_t count = trainableNumbers(*setup.model);
    job.writer.environment("torch.version", TORCH_VERSION);
    job.writer.environment("device", describe(setup.device));
    job.writer.environment("model.parameters", std::to_string(count));
    log.info(setup.model->target() + ": " + std::to_string(count) + " trainable parameters on " +
             describe(setup.device));
    return {};
}

Result<DatasetPointer> openDataset(model::Model& model, model::Split split, Log& log) {
    auto dataset = model.dataset(split);
    if (dataset && *dataset) log.info(std::string(model::sectionName(split)) + ": " + (*dataset)->summary());
    return dataset;
}

Callbacks commonCallbacks(const run::TrainJob& job, const Setup& setup, Log& log) {
    Callbacks callbacks;
    callbacks.push_back(std::make_unique<LoggerConnector>(
        openLoggers(setup.experimentParams, *setup.experiment, setup.hyperparameters, log),
        setup.experimentParams, setup.trainer, log));
    callbacks.push_back(std::make_unique<MetricRecorder>(job.writer, setup.trainer.logEverySteps));
    callbacks.push_back(std::make_unique<SampleRecorder>(job.writer, log));
    callbacks.push_back(std::make_unique<EvaluationLogger>(log));
    callbacks.push_back(std::make_unique<ProgressRecorder>(job.writer, setup.experiment->resumeFrom()));
    return callbacks;
}

/// Runs the split with the weights as they are. Nothing happens without one.
Result<run::TrainEnd> evaluateJob(Setup& setup, Trainer& trainer, model::Split split, Log& log) {
    const auto dataset = openDataset(*setup.model, split, log);
    if (!dataset) return fail(dataset.error());
    if (!*dataset) return run::TrainEnd::Completed;
    const std::int64_t available = batchCount((*dataset)->size(), (*dataset)->loader());
    const BatchLimit& limit =
        split == model::Split::Test ? setup.trainer.testLimit : setup.trainer.validationLimit;
    const auto report = trainer.evaluate(*setup.model, split, *dataset, limit.of(available).value_or(1));
    if (!report) return fail(report.error());
    return *report ? run::TrainEnd::Completed : run::TrainEnd::Stopped;
}

/// What trains a model.
struct Optimization {
    std::unique_ptr<optim::Optimizer> optimizer;
    LearningRate rate;
};

Result<Optimization> optimize(Setup& setup, const run::TrainJob& job, const Plan& plan, Log& log) {
    auto groups = optim::parameterGroups(job.config, "model.optim_param_groups", setup.model->module());
    if (!groups) return fail(groups.error());
    auto optimizer = optim::createGroupedOptimizer(job.config, "model.optim", std::move(*groups));
    if (!optimizer) return fail(optimizer.error());
    const ScheduleLength length{
        plan.stepsPerEpoch, setup.trainer.maxEpochs < 0 ? -1 : plan.stepsPerEpoch * setup.trainer.maxEpochs};
    auto rate =
        createLearningRate(job.config, "model.optim", baseRates(**optimizer), setup.trainer, length, log);
    if (!rate) return fail(rate.error());
    return Optimization{std::move(*optimizer), std::move(*rate)};
}

/// NeMo's order: …, averages, early stopping, checkpoints.
Result<Callbacks> trainingCallbacks(Setup& setup, const run::TrainJob& job, const Plan& plan,
                                    Optimization& optimization, Log& log) {
    const ExpManagerParams& params = setup.experimentParams;
    const std::optional<std::filesystem::path>& resumed = setup.experiment->resumeFrom();
    Callbacks callbacks = commonCallbacks(job, setup, log);
    if (setup.trainer.fastDevRun) return callbacks;
    Ema* ema = nullptr;
    if (params.ema.enable) {
        auto average = std::make_unique<Ema>(*setup.model, *optimization.optimizer, params.ema);
        const bool isOfEma = resumed && resumed->stem().string().ends_with("-EMA");
        if (resumed && !isOfEma)
            if (Status loaded = average->loadBeside(*resumed); !loaded) return fail(loaded.error());
        ema = average.get();
        callbacks.push_back(std::move(average));
    }
    if (optimization.rate.plateau)
        callbacks.push_back(std::make_unique<PlateauCallback>(
            *optimization.optimizer, optimization.rate.plateau, optimization.rate.monitor));
    if (params.createEarlyStopping)
        callbacks.push_back(std::make_unique<EarlyStopping>(params.earlyStopping,
                                                            plan.validationEvery == plan.trainBatches, log));
    if (params.createIplEpochStopper && params.iplEpochStopper.enableStop)
        callbacks.push_back(std::make_unique<EpochStopper>(params.iplEpochStopper.stopEveryNEpochs));
    if (params.createCheckpointCallback)
        callbacks.push_back(std::make_unique<ModelCheckpoint>(
            *setup.model, job.writer, log, ema,
            ModelCheckpoint::Target{.folder = setup.experiment->checkpoints(),
                                    .name = setup.experiment->name(),
                                    .params = params.checkpoint,
                                    .resumedFrom = resumed,
                                    .validationInterval =
                                        setup.trainer.validationInterval.count.value_or(0)}));
    return callbacks;
}

/// The model section as it is saved, as plain data.
Result<Value> savedConfigOf(const model::Model& model) {
    const auto yaml = model.configYaml();
    if (!yaml) return fail(yaml.error());
    const auto composed =
        config::compose({.configName = "model_config", .files = {{"model_config.yaml", *yaml}}});
    if (!composed) return fail(composed.error());
    return composed->unresolved();
}

/// What NeMo's script of text classification does last: it classifies `infer_samples` and logs the answers.
Status classifySamples(const Setup& setup, const run::TrainJob& job, Log& log) {
    const std::string key = "model.infer_samples";
    if (setup.model->task() != run::Task::Classify || !job.config.find(key)) return {};
    const Result<Value> samples = job.config.resolved(key);
    if (!samples) return fail(samples.error());
    if (!samples->isList() || samples->asList().empty()) return {};
    std::vector<std::string> texts;
    for (const Value& sample : samples->asList())
        texts.push_back(sample.isString() ? sample.asString() : config::pythonStr(sample));
    const auto answers = setup.model->classify(texts, job.stop);
    if (!answers) return fail(answers.error());
    log.info("The prediction results of some sample queries with the trained model:");
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const run::Classification& answer = (*answers)[i];
        const double share = answer.probabilities.at(static_cast<std::size_t>(answer.label));
        log.info("Query : " + texts[i]);
        log.info("Predicted label: " + std::to_string(answer.label) + " (" +
                 (answer.className.empty() ? "" : answer.className + ", ") + shortNumber(share, 3) + ')');
    }
    return {};
}

Result<run::TrainEnd> trainJob(Setup& setup, const run::TrainJob& job, Log& log) {
    model::Model& model = *setup.model;
    const auto training = openDataset(model, model::Split::Train, log);
    if (!training) return fail(training.error());
    if (!*training)
        return fail(job.config.errorAt("model.train_ds", "Cannot train", "the config names no training data",
                                       "Name the files in model.train_ds"));
    const auto validation = openDataset(model, model::Split::Validation, log);
    if (!validation) return fail(validation.error());
    const auto batchesOf = [](const DatasetPointer& set) {
        return set ? batchCount(set->size(), set->loader()) : 0;
    };
    const auto plan = makePlan(setup.trainer, job.config, batchesOf(*training), batchesOf(*validation));
    if (!plan) return fail(plan.error());
    auto optimization = optimize(setup, job, *plan, log);
    if (!optimization) return fail(optimization.error());
    std::optional<archive::Checkpoint> resume;
    if (const auto& path = setup.experiment->resumeFrom()) {
        auto checkpoint = archive::Checkpoint::open(*path);
        if (!checkpoint) return fail(checkpoint.error());
        resume = std::move(*checkpoint);
    }
    auto callbacks = trainingCallbacks(setup, job, *plan, *optimization, log);
    if (!callbacks) return fail(callbacks.error());
    auto hyperParameters = savedConfigOf(model);
    if (!hyperParameters) return fail(hyperParameters.error());
    Trainer trainer(setup.trainer,
                    {.seed = setup.seed, .log = log, .stop = job.stop, .commands = job.commands},
                    std::move(*setup.precision), std::move(*callbacks));
    log.info("training: " + std::to_string(plan->stepsPerEpoch) + " steps an epoch, " +
             (plan->totalSteps < 0 ? std::string("no limit") : std::to_string(plan->totalSteps) + " in all"));
    auto end = trainer.fit({.model = model,
                            .optimizer = *optimization->optimizer,
                            .learningRate = std::move(optimization->rate),
                            .plan = *plan,
                            .train = *training,
                            .validation = *validation,
                            .resume = std::move(resume),
                            .maxSeconds = setup.experimentParams.maxTimePerRun,
                            .hyperParameters = std::move(*hyperParameters)});
    if (!end || *end == run::TrainEnd::Stopped) return end;
    end = evaluateJob(setup, trainer, model::Split::Test, log);
    if (!end || *end == run::TrainEnd::Stopped) return end;
    if (Status classified = classifySamples(setup, job, log); !classified) return fail(classified.error());
    return end;
}

/// `test` and `validate`.
Result<run::TrainEnd> evaluationJob(Setup& setup, const run::TrainJob& job, Log& log) {
    if (!hasInitialWeights(job.config))
        log.warning("neither init_from_nemo_model nor init_from_ptl_ckpt is set: the weights that are judged "
                    "are random");
    const model::Split split = job.mode == run::Mode::Test ? model::Split::Test : model::Split::Validation;
    const std::string section = "model." + std::string(model::sectionName(split));
    if (!job.config.find(section))
        return fail(job.config.errorAt(section, "Cannot judge the model", "the config names no such data",
                                       "Add the section with the names of its files"));
    Trainer trainer(setup.trainer, {.seed = setup.seed, .log = log, .stop = job.stop},
                    std::move(*setup.precision), commonCallbacks(job, setup, log));
    return evaluateJob(setup, trainer, split, log);
}

/// Optimizer and schedule, as far as they can be judged without knowing how many steps an epoch has.
Status checkOptimization(const config::Config& config, const TrainerParams& trainer) {
    const auto optimizer = optim::createOptimizer(config, "model.optim", {});
    if (!optimizer) return fail(optimizer.error());
    class Silent : public Log {
        void write(LogLevel, std::string_view) noexcept override {}
    } silent;
    constexpr ScheduleLength kLong{1'000, 1'000'000};
    const auto rate =
        createLearningRate(config, "model.optim", baseRates(**optimizer), trainer, kLong, silent);
    if (!rate) return fail(rate.error());
    return rate->momentum ? (*optimizer)->setMomentum(rate->momentum(0)) : Status{};
}

} // namespace

Status checkJob(const config::Config& config, run::Mode mode) {
    const auto trainer = readTrainerParams(config);
    if (!trainer) return fail(trainer.error());
    const auto experiment = readExpManagerParams(config);
    if (!experiment) return fail(experiment.error());
    if (const auto seed = readSeed(config); !seed) return fail(seed.error());
    if (const auto device = chooseDevice(trainer->accelerator, config); !device) return fail(device.error());
    if (mode == run::Mode::Train)
        if (Status fine = checkOptimization(config, *trainer); !fine) return fine;
    if (const auto model = model::createModel(config, "model", {}); !model) return fail(model.error());
    return checkExperiment(trainer->fastDevRun ? forFastDevRun(*experiment) : *experiment, config);
}

Result<run::TrainEnd> runJob(const run::TrainJob& job) {
    job.writer.progress({.phase = "loading"});
    Result<Setup> setup = setUp(job);
    if (!setup) return fail(setup.error());
    Log& log = setup->experiment->logTo(job.log);
    Result<run::TrainEnd> end = [&]() -> Result<run::TrainEnd> {
        if (Status built = buildModel(*setup, job, log); !built) return fail(built.error());
        return job.mode == run::Mode::Train ? trainJob(*setup, job, log) : evaluationJob(*setup, job, log);
    }();
    if (!end) setup->experiment->note(LogLevel::Error, end.error().message());
    return end;
}

} // namespace fathom::train
