// SPDX-License-Identifier: Apache-2.0
#include "engine/train/trainer.h"

#include "engine/optim/clip.h"

#include <torch/csrc/autograd/anomaly_mode.h>

#include <algorithm>
#include <utility>

namespace fathom::train {
namespace {

// Streams of mixSeed; epochs' orders use the seed with the epoch as stream.
constexpr std::uint64_t kStepStream = 1;
constexpr std::uint64_t kOrderStream = 2;
constexpr std::uint64_t kItemStream = 3; // of what is random about an item in an epoch

double secondsBetween(std::chrono::steady_clock::time_point begin,
                      std::chrono::steady_clock::time_point end) {
    return std::chrono::duration<double>(end - begin).count();
}

/// Anomaly detection is a switch of the whole process.
class AnomalyDetection {
public:
    explicit AnomalyDetection(bool wanted) : m_before(torch::autograd::AnomalyMode::is_enabled()) {
        if (wanted) torch::autograd::AnomalyMode::set_enabled(true);
    }
    ~AnomalyDetection() { torch::autograd::AnomalyMode::set_enabled(m_before); }
    AnomalyDetection(const AnomalyDetection&) = delete;
    AnomalyDetection& operator=(const AnomalyDetection&) = delete;

private:
    bool m_before;
};

} // namespace

Trainer::Trainer(const TrainerParams& params, const TrainerContext& context, Precision precision,
                 std::vector<std::unique_ptr<Callback>> callbacks)
    : m_params(params),
      m_context(context),
      m_precision(std::move(precision)),
      m_hooks(std::move(callbacks)),
      m_skipped(context.log) {}

Result<run::TrainEnd> Trainer::fit(const FitInputs& inputs) {
    m_inputs = &inputs;
    m_learningRate = inputs.learningRate;
    m_state = LoopState{.plan = inputs.plan};
    m_rateFactor = 1;
    m_hasStarted = false;
    m_step = {};
    m_begin = m_counted = Clock::now();
    const AnomalyDetection anomalies(m_params.detectAnomaly);
    const Result<Outcome> outcome = train();
    countTime();
    if (!outcome) {
        for (const auto& callback : m_hooks.all())
            callback->onException(m_state, outcome.error());
        (void)m_hooks.call([&](Callback& c) { return c.teardown(m_state, Stage::Fit); });
        m_inputs = nullptr;
        return fail(outcome.error());
    }
    const run::TrainEnd end =
        *outcome == Outcome::Stopped ? run::TrainEnd::Stopped : run::TrainEnd::Completed;
    Status fine;
    if (m_hasStarted) fine = m_hooks.call([&](Callback& c) { return c.onTrainEnd(m_state, end); });
    if (fine) fine = m_hooks.call([&](Callback& c) { return c.onFitEnd(m_state, end); });
    const Status tornDown = m_hooks.call([&](Callback& c) { return c.teardown(m_state, Stage::Fit); });
    m_inputs = nullptr;
    if (fine) fine = tornDown;
    if (!fine) return fail(fine.error());
    return end;
}

/// Everything between setup and the hooks of the end.
Result<Trainer::Outcome> Trainer::train() {
    if (Status fine = m_hooks.call([&](Callback& c) { return c.setup(*this, Stage::Fit); }); !fine)
        return fail(fine.error());
    if (m_inputs->resume)
        if (Status fine = restore(*m_inputs->resume); !fine) return fail(fine.error());
    if (Status fine = m_hooks.call([&](Callback& c) { return c.onFitStart(m_state); }); !fine)
        return fail(fine.error());
    Result<Outcome> outcome = m_inputs->resume ? Outcome::Continue : sanityCheck();
    if (outcome && *outcome == Outcome::Continue) {
        // An epoch under way is ended properly, even where its limit was reached before it was saved.
        const bool isWithinEpoch = m_state.batch > 0 && !m_state.epochIsOver;
        m_hasStarted = isWithinEpoch || !isDone();
        if (Status fine =
                m_hasStarted ? m_hooks.call([&](Callback& c) { return c.onTrainStart(m_state); }) : Status{};
            !fine)
            return fail(fine.error());
    }
    while (outcome && *outcome == Outcome::Continue && m_hasStarted) {
        outcome = epoch();
        if (outcome && *outcome == Outcome::Continue && isDone()) break;
    }
    if (!outcome) return outcome;
    if (Status fine = m_watch.check(); !fine) return fail(fine.error());
    return *outcome == Outcome::Stopped ? Outcome::Stopped : Outcome::Finished;
}

bool Trainer::stepsAreReached() const {
    return m_params.maxSteps >= 0 && m_state.globalStep >= m_params.maxSteps;
}

/// Between epochs.
bool Trainer::isDone() {
    const auto stopped = [&](const std::string& why) {
        m_context.log.info("`Trainer.fit` stopped: `" + why + "` reached.");
        return true;
    };
    if (m_state.plan.trainBatches == 0) {
        m_context.log.warning("`Trainer.fit` stopped: No training batches.");
        return true;
    }
    if (stepsAreReached()) return stopped("max_steps=" + std::to_string(m_params.maxSteps));
    if (m_params.maxEpochs >= 0 && m_state.epoch >= m_params.maxEpochs)
        return stopped("max_epochs=" + std::to_string(m_params.maxEpochs));
    if (!mayStopEarly()) return false;
    return m_params.maxTime && m_state.seconds >= *m_params.maxTime ? stopped("max_time") : true;
}

Result<Trainer::Outcome> Trainer::sanityCheck() {
    if (m_context.stop.stop_requested()) return Outcome::Stopped;
    if (m_params.sanitySteps == 0 || m_state.plan.validationBatches == 0) return Outcome::Continue;
    const std::int64_t batches =
        m_params.sanitySteps < 0
            ? m_state.plan.validationBatches
            : std::min<std::int64_t>(m_params.sanitySteps, m_state.plan.validationBatches);
    m_state.sanityChecking = true;
    if (Status fine = m_hooks.call([&](Callback& c) { return c.onSanityCheckStart(m_state); }); !fine)
        return fail(fine.error());
    const Evaluated report =
        evaluatePass(m_inputs->model, model::Split::Validation, m_inputs->validation, batches, false);
    if (!report) return fail(report.error());
    if (Status fine = m_hooks.call([&](Callback& c) { return c.onSanityCheckEnd(m_state); }); !fine)
        return fail(fine.error());
    m_state.sanityChecking = false; // after a stop or an error there is nothing more to check
    return *report ? Outcome::Continue : Outcome::Stopped;
}

Result<Trainer::Outcome> Trainer::epoch() {
    if (std::exchange(m_state.epochIsOver, false)) m_state.batch = 0;
    const model::Dataset& data = *m_inputs->train;
    model::LoaderOptions options = data.loader();
    if (m_params.overfits()) options.shuffle = false;
    auto order = epochBatches(data.size(), options, mixSeed(m_context.seed, kOrderStream, 0), m_state.epoch);
    order.resize(static_cast<std::size_t>(m_state.plan.trainBatches));
    order.erase(order.begin(), order.begin() + m_state.batch); // those before a resume
    if (Status fine = m_hooks.call([&](Callback& c) { return c.onTrainEpochStart(m_state); }); !fine)
        return fail(fine.error());
    m_inputs->model.module().train();
    if (std::exchange(m_validationOwed, false)) {
        const Result<Outcome> validated = validate();
        if (!validated || *validated != Outcome::Continue) return validated;
    }
    const std::uint64_t itemSeed =
        mixSeed(m_context.seed, kItemStream, static_cast<std::uint64_t>(m_state.epoch));
    const auto stream = openStream(m_inputs->train, std::move(order), &m_context.log, itemSeed);
    while (m_state.batch < m_state.plan.trainBatches && !stepsAreReached() && !mayStopEarly()) {
        const Result<Outcome> obeyed = obeyCommands();
        if (!obeyed || *obeyed != Outcome::Continue) return obeyed;
        if (m_context.stop.stop_requested()) return Outcome::Stopped;
        const double waitedBefore = stream->waited();
        auto next = stream->next(m_context.stop);
        if (!next && next.error().kind == ErrorKind::Interrupted) return Outcome::Stopped;
        if (!next) return fail(next.error());
        if (!*next) break;
        m_step.dataWait += stream->waited() - waitedBefore;
        const Result<Outcome> outcome = batch(**next);
        if (!outcome || *outcome != Outcome::Continue) return outcome;
    }
    m_state.epochIsEnding = true;
    if (Status fine = m_hooks.call([&](Callback& c) { return c.onTrainEpochEnd(m_state); }); !fine)
        return fail(fine.error());
    m_state.epochIsEnding = false;
    ++m_state.epoch;
    m_state.epochIsOver = true;
    return Outcome::Continue;
}

Result<Trainer::Outcome> Trainer::batch(model::Batch& batch) {
    m_skipped.warn(batch);
    m_precision.convert(batch);
    if (Status fine = m_hooks.call([&](Callback& c) { return c.onTrainBatchStart(m_state, batch); }); !fine)
        return fail(fine.error());
    const Clock::time_point begin = Clock::now();
    if (m_state.batch % m_params.accumulate == 0) m_hasGradients = false;
    m_step.loss.reset();
    if (batch.size() > 0)
        if (Status fine = forwardAndBackward(batch); !fine) return fail(fine.error());
    m_step.items += batch.size();
    const bool isStep = (m_state.batch + 1) % m_params.accumulate == 0 || isLastBatch();
    m_step.stepped = isStep && m_hasGradients;
    if (m_step.stepped)
        if (Status fine = update(); !fine) return fail(fine.error());
    m_step.seconds += secondsBetween(begin, Clock::now());
    ++m_state.batch;
    ++m_state.batchesSeen;
    countTime();
    if (m_step.stepped && m_state.globalStep % m_params.logEverySteps == 0)
        if (Status fine = m_watch.check(); !fine) return fail(fine.error());
    if (Status fine = m_hooks.call([&](Callback& c) { return c.onTrainBatchEnd(m_state, m_step); }); !fine)
        return fail(fine.error());
    if (isStep) m_step = {};
    return validateIfDue();
}

Status Trainer::forwardAndBackward(const model::Batch& batch) {
    const model::StepContext context{
        .seed = mixSeed(m_context.seed, kStepStream, static_cast<std::uint64_t>(m_state.batchesSeen)),
        .wantMetrics = (m_state.batch + 1) % m_params.logEverySteps == 0};
    Result<model::TrainingStep> step = [&] {
        const Precision::Autocast autocast = m_precision.autocast();
        return m_inputs->model.trainingStep(batch, context);
    }();
    if (!step) return fail(std::move(step.error()));
    if (Status fine = m_watch.note(step->loss, m_state.globalStep + 1, batch.sources); !fine) return fine;
    const torch::Tensor loss = m_params.accumulate > 1 ? step->loss / m_params.accumulate : step->loss;
    if (!std::exchange(m_hasGradients, true)) {
        if (Status fine = m_hooks.call([&](Callback& c) { return c.onBeforeZeroGrad(m_state); }); !fine)
            return fine;
        m_inputs->optimizer.zeroGrad();
    }
    if (Status fine = m_hooks.call([&](Callback& c) { return c.onBeforeBackward(m_state, loss); }); !fine)
        return fine;
    m_precision.scale(loss).backward();
    m_step.loss = m_lastLoss = step->loss.detach();
    m_step.metrics = std::move(step->metrics);
    return m_hooks.call([&](Callback& c) { return c.onAfterBackward(m_state); });
}

Status Trainer::applySchedule() {
    optim::Optimizer& optimizer = m_inputs->optimizer;
    if (m_learningRate.rate) {
        const auto rateOf = [&](double base) -> Result<double> {
            Result<double> rate = m_learningRate.rate(m_state.globalStep, base);
            if (rate) *rate *= m_rateFactor;
            return rate;
        };
        if (Status fine = optimizer.schedule(rateOf); !fine) return fine;
    }
    return m_learningRate.momentum ? optimizer.setMomentum(m_learningRate.momentum(m_state.globalStep))
                                   : Status{};
}

Status Trainer::update() {
    optim::Optimizer& optimizer = m_inputs->optimizer;
    if (Status fine = applySchedule(); !fine) return fine;
    m_step.learningRate = optimizer.learningRate();
    m_precision.unscale(optimizer.parameters());
    if (Status fine = m_hooks.call([&](Callback& c) { return c.onBeforeOptimizerStep(m_state); }); !fine)
        return fine;
    if (m_params.clipValue > 0) {
        if (m_params.clipAlgorithm == ClipAlgorithm::Norm)
            optim::clipGradNorm(optimizer.parameters(), m_params.clipValue);
        else
            optim::clipGradValue(optimizer.parameters(), m_params.clipValue);
    }
    m_precision.step(optimizer);
    ++m_state.globalStep;
    return {};
}

bool Trainer::validationIsDue() {
    const std::int64_t every = m_state.plan.validationEvery;
    if (every == 0) return false;
    const auto& epochs = m_params.validationEpochInterval;
    if (epochs && (m_state.epoch + 1) % *epochs != 0) return false;
    return (epochs ? m_state.batch : m_state.batchesSeen) % every == 0 || mayStopEarly();
}

Result<Trainer::Outcome> Trainer::validateIfDue() {
    return validationIsDue() ? validate() : Outcome::Continue;
}

Result<Trainer::Outcome> Trainer::validate() {
    if (Status fine = m_watch.check(); !fine) return fail(fine.error());
    // Gradients that no step needs any more would take memory from the validation.
    if (!m_state.isWithinStep(m_params.accumulate)) m_inputs->optimizer.zeroGrad();
    const Evaluated report = evaluatePass(m_inputs->model, model::Split::Validation, m_inputs->validation,
                                          m_state.plan.validationBatches, false);
    if (!report) return fail(report.error());
    m_inputs->model.module().train();
    countTime();
    return *report ? Outcome::Continue : Outcome::Stopped;
}

/// A callback wants to stop or the time is up, and the least number of epochs and steps is reached.
bool Trainer::mayStopEarly() {
    const bool isTimeUp = m_params.maxTime && m_state.seconds >= *m_params.maxTime;
    if (!isTimeUp && !m_hooks.wantStop()) return false;
    if (m_state.epoch >= m_params.minEpochs && m_state.globalStep >= m_params.minSteps) return true;
    if (!std::exchange(m_saidToGoOn, true))
        m_context.log.info("Trainer was signaled to stop but the required `min_epochs=" +
                           std::to_string(m_params.minEpochs) +
                           "` or `min_steps=" + std::to_string(m_params.minSteps) +
                           "` has not been met. Training will continue...");
    return false;
}

void Trainer::countTime() {
    const Clock::time_point now = Clock::now();
    m_state.seconds += secondsBetween(m_counted, now);
    m_counted = now;
}

Result<std::optional<EvaluationReport>>
Trainer::evaluate(model::Model& model, model::Split split,
                  const std::shared_ptr<const model::Dataset>& dataset, std::int64_t batches) {
    const Stage stage = split == model::Split::Test ? Stage::Test : Stage::Validate;
    if (Status fine = m_hooks.call([&](Callback& c) { return c.setup(*this, stage); }); !fine)
        return fail(fine.error());
    Evaluated report = evaluatePass(model, split, dataset, batches, m_params.inferenceMode);
    if (Status fine = m_hooks.call([&](Callback& c) { return c.teardown(m_state, stage); }); report && !fine)
        return fail(fine.error());
    return report;
}

Trainer::Evaluated Trainer::evaluatePass(model::Model& model, model::Split split,
                                         const std::shared_ptr<const model::Dataset>& dataset,
                                         std::int64_t batches, bool inferenceMode) {
    Evaluated report = train::evaluate({.model = model,
                                        .split = split,
                                        .dataset = dataset,
                                        .batches = batches,
                                        .inferenceMode = inferenceMode},
                                       {.hooks = m_hooks,
                                        .precision = m_precision,
                                        .skipped = m_skipped,
                                        .seed = mixSeed(m_context.seed, kOrderStream, 1),
                                        .stop = m_context.stop},
                                       m_state);
    if (!report || !*report) return report;
    if (split == model::Split::Validation && !m_state.sanityChecking) noteValidation(**report);
    if (Status fine = m_hooks.call([&](Callback& c) { return c.onEvaluationEnd(m_state, **report); }); !fine)
        return fail(fine.error());
    return report;
}

void Trainer::noteValidation(const EvaluationReport& report) {
    m_state.validatedAt = m_state.batchesSeen;
    for (const model::Metric& metric : report.metrics)
        m_metrics[metric.name] = metric.value;
}

} // namespace fathom::train
