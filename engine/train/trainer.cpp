// SPDX-License-Identifier: Apache-2.0
#include "engine/train/trainer.h"

#include "engine/optim/clip.h"

#include <algorithm>
#include <limits>

namespace fathom::train {
namespace {

constexpr std::uint64_t kStepStream =
    1; ///< streams of mixSeed; epochs' orders use the seed with the epoch as stream
constexpr std::uint64_t kOrderStream = 2;

double secondsSince(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Adds one batch's ratios to the sums, and its first samples to the report.
void add(model::EvaluationStep& step, std::vector<model::Ratio>& sums, EvaluationReport& report) {
    for (const model::Ratio& ratio : step.metrics) {
        const auto sum = std::find_if(sums.begin(), sums.end(),
                                      [&](const model::Ratio& s) { return s.name == ratio.name; });
        if (sum == sums.end()) {
            sums.push_back(ratio);
            continue;
        }
        sum->numerator += ratio.numerator;
        sum->denominator += ratio.denominator;
    }
    for (model::Sample& sample : step.samples)
        if (report.samples.size() < kSampleLimit) report.samples.push_back(std::move(sample));
}

std::vector<model::Metric> metricsOf(const std::vector<model::Ratio>& sums, model::Split split) {
    std::vector<model::Metric> metrics;
    for (const model::Ratio& sum : sums)
        metrics.push_back({std::string(model::metricPrefix(split)) + sum.name,
                           sum.denominator == 0 ? std::numeric_limits<double>::infinity()
                                                : sum.numerator / sum.denominator});
    return metrics;
}

Error flagError(const config::Config& config, const std::string& flag, std::string why, std::string remedy) {
    return config.errorAt("trainer." + flag, "Cannot plan the training", std::move(why), std::move(remedy));
}

} // namespace

Result<Plan> makePlan(const TrainerParams& params, const config::Config& config, std::int64_t trainBatches,
                      std::int64_t validationBatches) {
    Plan plan;
    const auto limited = [&](const BatchLimit& limit, std::int64_t available,
                             const char* flag) -> Result<std::int64_t> {
        if (const auto count = limit.of(available)) return *count;
        return fail(flagError(config, flag,
                              "that share of " + std::to_string(available) + " batches is less than one",
                              "Increase it or set it to a number of batches"));
    };
    const auto train = limited(params.trainLimit, trainBatches, "limit_train_batches");
    if (!train) return fail(train.error());
    const auto validation = limited(params.validationLimit, validationBatches, "limit_val_batches");
    if (!validation) return fail(validation.error());
    plan.trainBatches = *train;
    plan.validationBatches = *validation;
    plan.stepsPerEpoch = (plan.trainBatches + params.accumulate - 1) / params.accumulate;

    const BatchLimit& interval = params.validationInterval;
    if (plan.validationBatches > 0 && plan.trainBatches > 0) {
        plan.validationEvery =
            interval.count
                ? *interval.count
                : std::max<std::int64_t>(
                      1, static_cast<std::int64_t>(static_cast<double>(plan.trainBatches) * interval.share));
        if (interval.count && params.validationEpochInterval && *interval.count > plan.trainBatches)
            return fail(
                flagError(config, "val_check_interval",
                          std::to_string(*interval.count) + " is more than the " +
                              std::to_string(plan.trainBatches) + " training batches of an epoch",
                          "Lower it, or set trainer.check_val_every_n_epoch=null to count across epochs"));
    }
    if (params.maxEpochs >= 0) plan.totalSteps = plan.stepsPerEpoch * params.maxEpochs;
    if (params.maxSteps >= 0)
        plan.totalSteps = plan.totalSteps < 0 ? params.maxSteps : std::min(plan.totalSteps, params.maxSteps);
    if (plan.totalSteps >= 0 && plan.stepsPerEpoch > 0)
        plan.totalEpochs = static_cast<int>((plan.totalSteps + plan.stepsPerEpoch - 1) / plan.stepsPerEpoch);
    return plan;
}

const model::Metric* EvaluationReport::find(std::string_view name) const {
    for (const model::Metric& metric : metrics)
        if (metric.name == name) return &metric;
    return nullptr;
}

Trainer::Trainer(const TrainerParams& params, const TrainerContext& context,
                 std::vector<std::unique_ptr<Callback>> callbacks)
    : m_params(params), m_context(context), m_callbacks(std::move(callbacks)), m_begin(Clock::now()) {}

template <class Hook> Status Trainer::notify(Hook&& hook) {
    for (const auto& callback : m_callbacks)
        if (Status fine = hook(*callback); !fine) return fine;
    return {};
}

Result<run::TrainEnd> Trainer::fit(const FitInputs& inputs) {
    m_state = LoopState{.plan = inputs.plan};
    m_begin = Clock::now();
    if (Status fine = notify([&](Callback& c) { return c.onFitStart(m_state); }); !fine)
        return fail(fine.error());
    Result<Outcome> outcome = sanityCheck(inputs);
    if (inputs.plan.trainBatches == 0) {
        m_context.log.warning("`Trainer.fit` stopped: No training batches.");
        outcome = Outcome::Finished;
    }
    if (inputs.plan.totalSteps == 0) outcome = Outcome::Finished;
    while (outcome && *outcome == Outcome::Continue)
        outcome = epoch(inputs);
    if (outcome)
        if (Status fine = m_watch.check(); !fine) return fail(fine.error());
    if (!outcome) return fail(outcome.error());
    const run::TrainEnd end =
        *outcome == Outcome::Stopped ? run::TrainEnd::Stopped : run::TrainEnd::Completed;
    if (Status fine = notify([&](Callback& c) { return c.onFitEnd(m_state, end); }); !fine)
        return fail(fine.error());
    return end;
}

Result<Trainer::Outcome> Trainer::sanityCheck(const FitInputs& inputs) {
    if (m_context.stop.stop_requested()) return Outcome::Stopped;
    if (m_params.sanitySteps == 0 || inputs.plan.validationBatches == 0) return Outcome::Continue;
    const std::int64_t batches =
        m_params.sanitySteps < 0
            ? inputs.plan.validationBatches
            : std::min<std::int64_t>(m_params.sanitySteps, inputs.plan.validationBatches);
    const auto report =
        evaluatePass(inputs.model, model::Split::Validation, inputs.validation, batches, Announce::No);
    if (!report) return fail(report.error());
    return *report ? Outcome::Continue : Outcome::Stopped;
}

Result<Trainer::Outcome> Trainer::epoch(const FitInputs& inputs) {
    m_state.batch = 0;
    m_window = {};
    auto order = epochBatches(inputs.train->size(), inputs.train->loader(),
                              mixSeed(m_context.seed, kOrderStream, 0), m_state.epoch);
    order.resize(static_cast<std::size_t>(m_state.plan.trainBatches));
    const auto stream = openStream(inputs.train, std::move(order));
    inputs.model.module().train();
    while (m_state.batch < m_state.plan.trainBatches) {
        if (m_context.stop.stop_requested()) return Outcome::Stopped;
        const double waitedBefore = stream->waited();
        auto next = stream->next(m_context.stop);
        if (!next && next.error().kind == ErrorKind::Interrupted) return Outcome::Stopped;
        if (!next) return fail(next.error());
        if (!*next) break;
        m_window.dataWait += stream->waited() - waitedBefore;
        Result<Outcome> outcome = batch(inputs, **next);
        if (!outcome || *outcome != Outcome::Continue) return outcome;
    }
    ++m_state.epoch;
    if (Status fine = notify([&](Callback& c) { return c.onEpochEnd(m_state); }); !fine)
        return fail(fine.error());
    if (m_params.maxEpochs >= 0 && m_state.epoch >= m_params.maxEpochs) {
        m_context.log.info("`Trainer.fit` stopped: `max_epochs=" + std::to_string(m_params.maxEpochs) +
                           "` reached.");
        return Outcome::Finished;
    }
    return mayStopEarly() ? Outcome::Finished : Outcome::Continue;
}

Result<Trainer::Outcome> Trainer::batch(const FitInputs& inputs, const model::Batch& batch) {
    warnAboutSkipped(batch);
    const Clock::time_point begin = Clock::now();
    if (batch.size() > 0) {
        const model::StepContext context{
            .seed = mixSeed(m_context.seed, kStepStream, static_cast<std::uint64_t>(m_batchesSeen)),
            .wantMetrics = (m_state.batch + 1) % m_params.logEverySteps == 0};
        Result<model::TrainingStep> step = inputs.model.trainingStep(batch, context);
        if (!step) return fail(std::move(step.error()));
        if (Status fine = m_watch.note(step->loss, m_state.globalStep + 1, batch.sources); !fine)
            return fail(fine.error());
        (m_params.accumulate > 1 ? step->loss / m_params.accumulate : step->loss).backward();
        m_window.loss = step->loss.detach();
        m_window.metrics = std::move(step->metrics);
        m_window.items += batch.size();
    }
    const bool steps = (m_state.batch + 1) % m_params.accumulate == 0 || isLastBatch();
    if (steps && m_window.loss.defined()) {
        if (Status fine = applySchedule(inputs); !fine) return fail(fine.error());
        m_window.learningRate = inputs.optimizer.learningRate();
        if (Status fine = update(inputs); !fine) return fail(fine.error());
    }
    m_window.seconds += secondsSince(begin);
    ++m_state.batch;
    ++m_batchesSeen;
    if (steps && m_window.loss.defined()) {
        if (m_state.globalStep % m_params.logEverySteps == 0)
            if (Status fine = m_watch.check(); !fine) return fail(fine.error());
        if (Status fine = notify([&](Callback& c) { return c.onTrainStep(m_state, m_window); }); !fine)
            return fail(fine.error());
        m_window = {};
    }
    Result<Outcome> validated = validateIfDue(inputs);
    if (!validated || *validated != Outcome::Continue) return validated;
    return afterBatch();
}

Status Trainer::applySchedule(const FitInputs& inputs) const {
    const LearningRate& schedule = inputs.learningRate;
    if (schedule.rate) {
        const auto rateOf = [&](double base) { return schedule.rate(m_state.globalStep, base); };
        if (Status fine = inputs.optimizer.schedule(rateOf); !fine) return fine;
    }
    return schedule.momentum ? inputs.optimizer.setMomentum(schedule.momentum(m_state.globalStep)) : Status{};
}

Status Trainer::update(const FitInputs& inputs) {
    if (m_params.clipValue > 0) {
        if (m_params.clipAlgorithm == ClipAlgorithm::Norm)
            optim::clipGradNorm(inputs.optimizer.parameters(), m_params.clipValue);
        else
            optim::clipGradValue(inputs.optimizer.parameters(), m_params.clipValue);
    }
    inputs.optimizer.step();
    inputs.optimizer.zeroGrad();
    ++m_state.globalStep;
    return {};
}

bool Trainer::validationIsDue() const {
    const std::int64_t every = m_state.plan.validationEvery;
    if (every == 0) return false;
    if (!m_params.validationEpochInterval) return m_batchesSeen % every == 0;
    return m_state.batch % every == 0 && (m_state.epoch + 1) % *m_params.validationEpochInterval == 0;
}

Result<Trainer::Outcome> Trainer::validateIfDue(const FitInputs& inputs) {
    if (!validationIsDue()) return Outcome::Continue;
    if (Status fine = m_watch.check(); !fine) return fail(fine.error());
    const auto report = evaluatePass(inputs.model, model::Split::Validation, inputs.validation,
                                     m_state.plan.validationBatches, Announce::Yes);
    if (!report) return fail(report.error());
    inputs.model.module().train();
    return *report ? Outcome::Continue : Outcome::Stopped;
}

/// A callback wants to stop, and the least number of epochs and steps is reached.
bool Trainer::mayStopEarly() {
    const bool isWanted = std::any_of(m_callbacks.begin(), m_callbacks.end(),
                                      [](const auto& callback) { return callback->wantsToStop(); });
    if (!isWanted) return false;
    if (m_state.epoch >= m_params.minEpochs && m_state.globalStep >= m_params.minSteps) return true;
    if (!std::exchange(m_saidToGoOn, true))
        m_context.log.info("Trainer was signaled to stop but the required `min_epochs=" +
                           std::to_string(m_params.minEpochs) +
                           "` or `min_steps=" + std::to_string(m_params.minSteps) +
                           "` has not been met. Training will continue...");
    return false;
}

Trainer::Outcome Trainer::afterBatch() {
    if (m_params.maxSteps >= 0 && m_state.globalStep >= m_params.maxSteps) {
        if (m_state.batch >= m_state.plan.trainBatches) ++m_state.epoch;
        m_context.log.info("`Trainer.fit` stopped: `max_steps=" + std::to_string(m_params.maxSteps) +
                           "` reached.");
        return Outcome::Finished;
    }
    if (m_params.maxTime && secondsSince(m_begin) >= *m_params.maxTime) {
        m_context.log.info("`Trainer.fit` stopped: `max_time` reached.");
        return Outcome::Finished;
    }
    if (m_state.batch < m_state.plan.trainBatches && mayStopEarly()) return Outcome::Finished;
    return Outcome::Continue;
}

Result<std::optional<EvaluationReport>>
Trainer::evaluate(model::Model& model, model::Split split,
                  const std::shared_ptr<const model::Dataset>& dataset, std::int64_t batches) {
    return evaluatePass(model, split, dataset, batches, Announce::Yes);
}

Result<std::optional<EvaluationReport>>
Trainer::evaluatePass(model::Model& model, model::Split split,
                      const std::shared_ptr<const model::Dataset>& dataset, std::int64_t batches,
                      Announce announce) {
    const Clock::time_point begin = Clock::now();
    const auto tell = [&](auto&& hook) { return announce == Announce::Yes ? notify(hook) : Status{}; };
    if (Status fine = tell([&](Callback& c) { return c.onEvaluationStart(m_state, split); }); !fine)
        return fail(fine.error());
    model.module().eval();
    auto order =
        epochBatches(dataset->size(), dataset->loader(), mixSeed(m_context.seed, kOrderStream, 1), 0);
    if (batches >= 0) order.resize(std::min(order.size(), static_cast<std::size_t>(batches)));
    const auto stream = openStream(dataset, std::move(order));

    EvaluationReport report{.split = split};
    std::vector<model::Ratio> sums;
    while (true) {
        if (m_context.stop.stop_requested()) return std::optional<EvaluationReport>{};
        auto next = stream->next(m_context.stop);
        if (!next && next.error().kind == ErrorKind::Interrupted) return std::optional<EvaluationReport>{};
        if (!next) return fail(next.error());
        if (!*next) break;
        warnAboutSkipped(**next);
        if ((*next)->size() == 0) continue;
        const torch::NoGradGuard guard;
        Result<model::EvaluationStep> step = model.evaluationStep(**next);
        if (!step) return fail(std::move(step.error()));
        add(*step, sums, report);
        report.items += (*next)->size();
        if (Status fine = tell([&](Callback& c) { return c.onEvaluationBatch(m_state, split); }); !fine)
            return fail(fine.error());
    }
    report.metrics = metricsOf(sums, split);
    report.seconds = secondsSince(begin);
    if (Status fine = tell([&](Callback& c) { return c.onEvaluationEnd(m_state, report); }); !fine)
        return fail(fine.error());
    return std::optional(std::move(report));
}

void Trainer::warnAboutSkipped(const model::Batch& batch) {
    for (const Error& error : batch.skipped) {
        ++m_skipped;
        if (m_skipped <= 10)
            m_context.log.warning("skipped (" + std::to_string(m_skipped) + "): " + error.message());
        if (m_skipped == 10)
            m_context.log.warning("more than ten recordings were skipped; further ones are only counted");
    }
}

} // namespace fathom::train
