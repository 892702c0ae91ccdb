// SPDX-License-Identifier: Apache-2.0
#include "engine/train/job.h"

#include "engine/nn/weights.h"
#include "engine/train/checkpointer.h"
#include "engine/train/device.h"
#include "engine/train/experiment.h"
#include "engine/train/learning_rate.h"
#include "engine/train/plateau_callback.h"
#include "engine/train/recording.h"
#include "engine/train/trainer.h"

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

/// Loads the weights of the archive that `init_from_nemo_model` names, if it does.
Status initialise(model::Model& model, const config::Config& config, Log& log) {
    if (!config.find("init_from_nemo_model")) return {};
    const Result<Value> value = config.resolved("init_from_nemo_model");
    if (!value) return fail(value.error());
    if (value->isNull()) return {};
    if (!value->isString())
        return fail(config.errorAt("init_from_nemo_model", "Cannot initialise the model",
                                   "it is not the path of a .nemo file", "Give one path"));
    const Result<archive::Nemo> nemo = archive::Nemo::open(value->asString());
    if (!nemo) return fail(nemo.error());
    const auto weights = nemo->weights();
    if (!weights) return fail(weights.error());
    const auto report =
        nn::loadStateDict(model.module(), **weights, {.strict = true, .className = model.target()});
    if (!report) return fail(report.error());
    log.info("initialised from " + value->asString());
    return {};
}

std::vector<torch::Tensor> trainable(model::Model& model) {
    std::vector<torch::Tensor> list;
    for (torch::Tensor& parameter : model.module().parameters())
        if (parameter.requires_grad()) list.push_back(parameter);
    return list;
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
};

Result<Setup> setUp(const run::TrainJob& job) {
    Setup setup;
    auto trainer = readTrainerParams(job.config);
    if (!trainer) return fail(trainer.error());
    setup.trainer = *trainer;
    auto experiment = readExpManagerParams(job.config);
    if (!experiment) return fail(experiment.error());
    setup.experimentParams = std::move(*experiment);
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
    prepareTorch(setup.trainer);
    auto model = model::createModel(job.config, "model", {.seed = mixSeed(setup.seed, 0, 0), .log = &log});
    if (!model) return fail(model.error());
    setup.model = std::move(*model);
    if (Status loaded = initialise(*setup.model, job.config, log); !loaded) return loaded;
    setup.model->module().to(setup.device);
    std::int64_t count = 0;
    for (const torch::Tensor& parameter : trainable(*setup.model))
        count += parameter.numel();
    log.info(setup.model->target() + ": " + std::to_string(count) + " trainable parameters on " +
             describe(setup.device));
    return {};
}

Result<DatasetPointer> openDataset(model::Model& model, model::Split split, Log& log) {
    auto dataset = model.dataset(split);
    if (dataset && *dataset) log.info(std::string(model::sectionName(split)) + ": " + (*dataset)->summary());
    return dataset;
}

Callbacks commonCallbacks(const run::TrainJob& job, const TrainerParams& params, Log& log) {
    Callbacks callbacks;
    callbacks.push_back(std::make_unique<MetricRecorder>(job.writer, params.logEverySteps));
    callbacks.push_back(std::make_unique<SampleRecorder>(job.writer, log));
    callbacks.push_back(std::make_unique<EvaluationLogger>(log));
    callbacks.push_back(std::make_unique<ProgressRecorder>(job.writer));
    return callbacks;
}

/// Runs the test set with the weights as they are. Nothing happens without one.
Result<run::TrainEnd> test(Setup& setup, Trainer& trainer, Log& log) {
    const auto dataset = openDataset(*setup.model, model::Split::Test, log);
    if (!dataset) return fail(dataset.error());
    if (!*dataset) return run::TrainEnd::Completed;
    const std::int64_t available = batchCount((*dataset)->size(), (*dataset)->loader());
    const std::int64_t batches = setup.trainer.testLimit.of(available).value_or(1);
    const auto report = trainer.evaluate(*setup.model, model::Split::Test, *dataset, batches);
    if (!report) return fail(report.error());
    return *report ? run::TrainEnd::Completed : run::TrainEnd::Stopped;
}

Result<run::TrainEnd> trainJob(Setup& setup, const run::TrainJob& job, Log& log) {
    model::Model& model = *setup.model;
    const auto training = openDataset(model, model::Split::Train, log);
    if (!training) return fail(training.error());
    if (!*training)
        return fail(job.config.errorAt("model.train_ds", "Cannot train", "the config names no training data",
                                       "Set model.train_ds.manifest_filepath"));
    const auto validation = openDataset(model, model::Split::Validation, log);
    if (!validation) return fail(validation.error());
    const auto batchesOf = [](const DatasetPointer& set) {
        return set ? batchCount(set->size(), set->loader()) : 0;
    };
    const auto plan = makePlan(setup.trainer, job.config, batchesOf(*training), batchesOf(*validation));
    if (!plan) return fail(plan.error());

    auto groups = optim::parameterGroups(job.config, "model.optim_param_groups", model.module());
    if (!groups) return fail(groups.error());
    auto optimizer = optim::createGroupedOptimizer(job.config, "model.optim", std::move(*groups));
    if (!optimizer) return fail(optimizer.error());
    const ScheduleLength length{plan->stepsPerEpoch, setup.trainer.maxEpochs < 0
                                                         ? -1
                                                         : plan->stepsPerEpoch * setup.trainer.maxEpochs};
    auto rate =
        createLearningRate(job.config, "model.optim", baseRates(**optimizer), setup.trainer, length, log);
    if (!rate) return fail(rate.error());

    Callbacks callbacks = commonCallbacks(job, setup.trainer, log);
    if (rate->plateau)
        callbacks.push_back(std::make_unique<PlateauCallback>(**optimizer, *rate->plateau, rate->monitor));
    if (setup.experimentParams.createEarlyStopping && !setup.trainer.fastDevRun)
        callbacks.push_back(std::make_unique<EarlyStopping>(
            setup.experimentParams.earlyStopping, plan->validationEvery == plan->trainBatches, log));
    if (setup.experimentParams.createCheckpointCallback && !setup.trainer.fastDevRun) {
        const CheckpointParams& params = setup.experimentParams.checkpoint;
        callbacks.push_back(std::make_unique<Checkpointer>(
            model, job.writer, log,
            Checkpointer::Target{setup.experiment->checkpoints(),
                                 params.prefix.value_or(setup.experiment->name()), params}));
    }
    Trainer trainer(setup.trainer, {.seed = setup.seed, .log = log, .stop = job.stop}, std::move(callbacks));
    log.info("training: " + std::to_string(plan->stepsPerEpoch) + " steps an epoch, " +
             (plan->totalSteps < 0 ? std::string("no limit") : std::to_string(plan->totalSteps) + " in all"));
    auto end = trainer.fit({.model = model,
                            .optimizer = **optimizer,
                            .learningRate = std::move(*rate),
                            .plan = *plan,
                            .train = *training,
                            .validation = *validation});
    if (!end || *end == run::TrainEnd::Stopped) return end;
    return test(setup, trainer, log);
}

Result<run::TrainEnd> testJob(Setup& setup, const run::TrainJob& job, Log& log) {
    const Result<Value> source = job.config.resolved("init_from_nemo_model");
    if (!job.config.find("init_from_nemo_model") || !source || source->isNull())
        log.warning("init_from_nemo_model is not set: the weights that are tested are random");
    if (!job.config.find("model.test_ds"))
        return fail(job.config.errorAt("model.test_ds", "Cannot test", "the config names no test data",
                                       "Set +model.test_ds.manifest_filepath=…"));
    Trainer trainer(setup.trainer, {.seed = setup.seed, .log = log, .stop = job.stop},
                    commonCallbacks(job, setup.trainer, log));
    return test(setup, trainer, log);
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
    return checkWritable(*experiment, config);
}

Result<run::TrainEnd> runJob(const run::TrainJob& job) {
    job.writer.progress({.phase = "loading"});
    Result<Setup> setup = setUp(job);
    if (!setup) return fail(setup.error());
    Log& log = setup->experiment->logTo(job.log);
    Result<run::TrainEnd> end = [&]() -> Result<run::TrainEnd> {
        if (Status built = buildModel(*setup, job, log); !built) return fail(built.error());
        return job.mode == run::Mode::Test ? testJob(*setup, job, log) : trainJob(*setup, job, log);
    }();
    if (!end) setup->experiment->note(LogLevel::Error, end.error().message());
    return end;
}

} // namespace fathom::train
