// SPDX-License-Identifier: GPL-3.0-or-later
// A model small enough to reason about, its data, and a writer that remembers what it was told.
#pragma once

#include <torch/torch.h>

#include "engine/config/compose.h"
#include "engine/model/model.h"
#include "engine/optim/optimizer.h"
#include "engine/store/recorder.h"
#include "engine/train/recording.h"
#include "engine/train/trainer.h"

#include <functional>
#include <map>
#include <mutex>

namespace fathom::testing {

inline Result<config::Config> configOf(const std::string& yaml, std::vector<std::string> overrides = {}) {
    return config::compose({.configPath = "memory",
                            .configName = "test",
                            .overrides = std::move(overrides),
                            .files = {{"test.yaml", yaml}}});
}

class MemoryLog : public Log {
public:
    void write(LogLevel level, std::string_view text) noexcept override {
        const std::lock_guard lock(m_mutex);
        lines.push_back(std::string(name(level)) + ' ' + std::string(text));
    }
    [[nodiscard]] bool contains(std::string_view text) const {
        for (const std::string& line : lines)
            if (line.find(text) != std::string::npos) return true;
        return false;
    }
    std::vector<std::string> lines{};

private:
    std::mutex m_mutex;
};

class MemoryWriter : public store::RunWriter {
public:
    [[nodiscard]] SeriesId series(std::string_view name) override {
        names.emplace_back(name);
        return SeriesId{static_cast<std::int64_t>(names.size() - 1)};
    }
    void put(const MetricPoint& point) noexcept override {
        values[names[static_cast<std::size_t>(point.series)]].push_back({point.step, point.value});
    }
    [[nodiscard]] store::RunId id() const override { return store::RunId{1}; }
    [[nodiscard]] store::Run run() const override {
        return {.id = id(), .name = "test", .number = 1, .command = "fathom-cli train"};
    }
    void event(LogLevel, std::string_view) noexcept override {}
    void mark(std::string_view kind, std::int64_t step, std::string_view text) noexcept override {
        marks.push_back({.text = std::string(text), .kind = std::string(kind), .step = step});
    }
    void environment(std::string_view name, std::string_view value) noexcept override {
        facts.insert_or_assign(std::string(name), std::string(value));
    }
    void resumedFrom(const std::filesystem::path& checkpoint, std::int64_t step) noexcept override {
        resumption = {checkpoint, step};
    }
    void answer(std::int64_t command, std::string_view outcome) noexcept override {
        answers[command] = outcome;
    }
    void progress(const store::Progress& progress) noexcept override {
        progresses.push_back(progress);
        if (onProgress) onProgress(progress);
    }
    void directory(const std::filesystem::path& path) noexcept override { folder = path; }
    void samples(std::span<const store::Sample> list) noexcept override {
        lastSamples.assign(list.begin(), list.end());
    }
    void artifact(const store::Artifact& artifact) noexcept override {
        const std::lock_guard lock(m_mutex); // checkpoints are written by another thread
        artifacts.push_back(artifact);
    }
    void state(store::RunState, std::string_view) noexcept override {}

    [[nodiscard]] std::vector<double> valuesOf(const std::string& name) {
        std::vector<double> list;
        for (const auto& [step, value] : values[name])
            list.push_back(value);
        return list;
    }

    std::vector<std::string> names{};
    std::map<std::string, std::vector<std::pair<std::int64_t, double>>> values{};
    std::vector<store::Progress> progresses{};
    std::function<void(const store::Progress&)> onProgress{};
    std::filesystem::path folder{};
    std::vector<store::Sample> lastSamples{};
    std::vector<store::Artifact> artifacts{};
    std::vector<store::Event> marks{};
    std::map<std::int64_t, std::string> answers{};
    store::Environment facts{};
    std::pair<std::filesystem::path, std::int64_t> resumption{};

private:
    std::mutex m_mutex;
};

class LineDataset : public model::Dataset {
public:
    LineDataset(std::int64_t size, model::LoaderOptions options) : m_size(size), m_options(options) {}
    [[nodiscard]] std::int64_t size() const override { return m_size; }
    [[nodiscard]] const model::LoaderOptions& loader() const override { return m_options; }
    [[nodiscard]] Result<model::Batch> load(std::span<const std::int64_t> indices) const override {
        model::Batch batch;
        std::vector<float> x;
        for (const std::int64_t index : indices) {
            x.push_back(static_cast<float>(index) / 10.0F);
            batch.sources.push_back("item-" + std::to_string(index));
        }
        batch.tensors = {torch::tensor(x).unsqueeze(1)};
        return batch;
    }
    [[nodiscard]] std::string summary() const override { return std::to_string(m_size) + " items"; }

private:
    std::int64_t m_size;
    model::LoaderOptions m_options;
};

/// Learns y = 2x + 1, with a little noise from the step's seed. `onStep` may replace the loss or throw.
class LineModel : public model::Model {
public:
    LineModel() : m_module(torch::nn::Linear(1, 1)) {
        const torch::NoGradGuard guard;
        for (torch::Tensor& parameter : m_module->parameters())
            parameter.zero_();
    }
    [[nodiscard]] const std::string& target() const override { return m_target; }
    [[nodiscard]] torch::nn::Module& module() override { return *m_module; }
    [[nodiscard]] Result<std::string> configYaml() const override { return std::string("target: line\n"); }
    [[nodiscard]] Result<std::shared_ptr<const model::Dataset>> dataset(model::Split) override {
        return std::shared_ptr<const model::Dataset>{};
    }
    [[nodiscard]] Result<model::TrainingStep> trainingStep(const model::Batch& batch,
                                                           const model::StepContext& context) override {
        ++steps;
        if (!m_module->is_training()) return fail({.what = "not in training mode", .why = {}, .remedy = {}});
        sources.insert(sources.end(), batch.sources.begin(), batch.sources.end());
        const torch::Tensor x = batch.tensors[0];
        const double noise = static_cast<double>(context.seed % 1000) * 1e-5;
        torch::Tensor loss = (m_module(x) - (2 * x + 1 + noise)).square().mean();
        if (onStep) loss = onStep(steps, loss);
        return model::TrainingStep{.loss = loss, .metrics = {{"training_batch_wer", 0.5}}};
    }
    [[nodiscard]] Result<model::EvaluationStep> evaluationStep(const model::Batch& batch) override {
        ++evaluations;
        if (onEvaluation) onEvaluation(evaluations);
        if (m_module->is_training()) return fail({.what = "in training mode", .why = {}, .remedy = {}});
        const torch::Tensor x = batch.tensors[0];
        const double error = (m_module(x) - (2 * x + 1)).abs().sum().item<double>();
        model::EvaluationStep step{
            .metrics = {{"loss", error, static_cast<double>(batch.size())}, {"wer", 1, 4}}};
        for (const std::string& source : batch.sources)
            step.samples.push_back({source, "a b", "a c", 0.5});
        return step;
    }
    [[nodiscard]] Result<std::vector<run::NamedArray>> forward(const std::vector<run::NamedArray>&) override {
        return fail({.what = "no forward", .why = {}, .remedy = {}});
    }

    int steps = 0;
    int evaluations = 0;
    std::vector<std::string> sources{};
    std::function<torch::Tensor(int, torch::Tensor)> onStep{};
    std::function<void(int)> onEvaluation{};

private:
    std::string m_target = "line";
    torch::nn::Linear m_module;
};

using train::batchCount;
using train::Callback;
using train::createLearningRate;
using train::LearningRate;
using train::LoopState;
using train::makePlan;
using train::MetricRecorder;
using train::Precision;
using train::ProgressRecorder;
using train::readTrainerParams;
using train::SampleRecorder;
using train::Trainer;
using train::TrainerParams;

/// One fit with everything around it.
struct Bench {
    config::Config config;
    TrainerParams params;
    LineModel model{};
    MemoryWriter writer{};
    MemoryLog log{};
    std::stop_source stop{};
    std::shared_ptr<const model::Dataset> train{};
    std::shared_ptr<const model::Dataset> validation{};
    std::uint64_t seed = 1;
    LoopState end{};
    std::vector<std::unique_ptr<Callback>> callbacks{}; ///< besides those that record
    std::optional<archive::Checkpoint> resume{};
    run::CommandQueue commands{};
    bool records = true;

    explicit Bench(const std::vector<std::string>& overrides = {}, std::int64_t items = 10,
                   std::int64_t validationItems = 5)
        : config(
              configOf(
                  "trainer: {max_epochs: 2, max_steps: -1, log_every_n_steps: 1, num_sanity_val_steps: 0}\n"
                  "optim: {name: sgd, lr: 0.01, sched: null}\n",
                  overrides)
                  .value()),
          params(readTrainerParams(config).value()) {
        train = std::make_shared<LineDataset>(items, model::LoaderOptions{.batchSize = 4, .shuffle = true});
        if (validationItems > 0)
            validation = std::make_shared<LineDataset>(validationItems, model::LoaderOptions{.batchSize = 2});
    }

    Result<run::TrainEnd> fit() {
        const auto count = [](const auto& set) { return set ? batchCount(set->size(), set->loader()) : 0; };
        const auto plan = makePlan(params, config, count(train), count(validation));
        if (!plan) return fail(plan.error());
        const auto optimizer = optim::createOptimizer(config, "optim", model.module().parameters());
        if (!optimizer) return fail(optimizer.error());
        const auto rate = createLearningRate(config, "optim", {(*optimizer)->baseLearningRate()}, params,
                                             {plan->stepsPerEpoch, plan->totalSteps}, log);
        if (!rate) return fail(rate.error());
        Precision(params.precision, torch::kCPU, log).convert(model.module());
        Trainer trainer = makeTrainer(optimizer->get(), &*rate);
        auto result = trainer.fit({.model = model,
                                   .optimizer = **optimizer,
                                   .learningRate = *rate,
                                   .plan = *plan,
                                   .train = train,
                                   .validation = validation,
                                   .resume = resume});
        end = trainer.state();
        return result;
    }
    /// With the callbacks, which are then gone. `moreCallbacks` may add some that need optimizer and
    /// schedule.
    Trainer makeTrainer(optim::Optimizer* optimizer = nullptr, const LearningRate* rate = nullptr) {
        std::vector<std::unique_ptr<Callback>> all;
        if (records) {
            all.push_back(std::make_unique<MetricRecorder>(writer, params.logEverySteps));
            all.push_back(std::make_unique<SampleRecorder>(writer, log));
            all.push_back(std::make_unique<ProgressRecorder>(writer, std::nullopt));
        }
        if (moreCallbacks && optimizer) moreCallbacks(all, *optimizer, *rate);
        for (auto& each : callbacks)
            all.push_back(std::move(each));
        callbacks.clear();
        return {params,
                {.seed = seed, .log = log, .stop = stop.get_token(), .commands = &commands},
                Precision(params.precision, torch::kCPU, log),
                std::move(all)};
    }
    std::function<void(std::vector<std::unique_ptr<Callback>>&, optim::Optimizer&, const LearningRate&)>
        moreCallbacks{};
};

inline bool completed(const Result<run::TrainEnd>& end) {
    return end && *end == run::TrainEnd::Completed;
}
inline bool stopped(const Result<run::TrainEnd>& end) {
    return end && *end == run::TrainEnd::Stopped;
}

} // namespace fathom::testing
