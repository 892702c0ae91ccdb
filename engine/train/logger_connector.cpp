// SPDX-License-Identifier: Apache-2.0
#include "engine/train/logger_connector.h"

#include "engine/train/dllogger.h"
#include "engine/train/tensorboard_logger.h"

namespace fathom::train {
namespace {

template <class Logger>
void addLogger(ExperimentLoggers& loggers, Result<std::unique_ptr<Logger>> opened, Log& log) {
    if (opened)
        loggers.push_back(std::move(*opened));
    else
        log.warning(opened.error().message());
}

} // namespace

ExperimentLoggers openLoggers(const ExpManagerParams& params, const Experiment& experiment,
                              const Value& hyperparameters, Log& log) {
    ExperimentLoggers loggers;
    if (params.createTensorboardLogger)
        addLogger(loggers, TensorBoardLogger::create(experiment.tensorboard(), params.summaryWriter, log),
                  log);
    if (params.createDllogger && params.dllogger.jsonFile && !params.dllogger.jsonFile->empty())
        addLogger(loggers, DlLogger::create(*params.dllogger.jsonFile, log), log);
    for (const auto& logger : loggers)
        logger->hyperparameters(hyperparameters);
    return loggers;
}

LoggerConnector::LoggerConnector(ExperimentLoggers loggers, const ExpManagerParams& params,
                                 const TrainerParams& trainer, Log& log)
    : m_loggers(std::move(loggers)),
      m_isTimed(params.logStepTiming && !params.logDeltaStepTiming && !m_loggers.empty()),
      m_saysDeltas(params.logDeltaStepTiming),
      m_logEvery(trainer.logEverySteps),
      m_accumulate(trainer.accumulate),
      m_log(log),
      m_timers(params.stepTiming) {}

void LoggerConnector::log(const std::vector<model::Metric>& metrics, std::int64_t step) {
    for (const auto& logger : m_loggers)
        logger->metrics(metrics, step);
}

void LoggerConnector::addTiming(std::vector<model::Metric>& metrics, std::string_view name) const {
    const std::optional<double> seconds = m_isTimed ? m_timers.value(name) : std::nullopt;
    if (seconds) metrics.push_back({std::string(name) + " in s", *seconds});
}

void LoggerConnector::sayDelta(Delta& delta, std::string_view name) {
    if (!m_saysDeltas) return;
    m_timers.waitForGpu();
    const Clock::time_point now = Clock::now();
    m_log.info("Step " + std::to_string(delta.batch++) + ": " + std::string(name) +
               " in s in s=" + formatFloat(std::chrono::duration<double>(now - delta.begin).count()));
    delta.begin = now;
}

Status LoggerConnector::onTrainEpochStart(const LoopState&) {
    m_trainDelta = {.begin = Clock::now()};
    return {};
}

Status LoggerConnector::onTrainBatchStart(const LoopState&, const model::Batch&) {
    if (m_isTimed) m_timers.start(kTrainStepTiming);
    return {};
}

Status LoggerConnector::onBeforeBackward(const LoopState&, const torch::Tensor&) {
    if (m_isTimed) m_timers.start(kTrainBackwardTiming);
    return {};
}

Status LoggerConnector::onAfterBackward(const LoopState&) {
    if (m_isTimed) m_timers.stop(kTrainBackwardTiming);
    return {};
}

Status LoggerConnector::onTrainBatchEnd(const LoopState& state, const StepReport& report) {
    if (m_isTimed) m_timers.stop(kTrainStepTiming);
    sayDelta(m_trainDelta, kTrainStepTiming);
    if (!report.stepped || m_loggers.empty() || state.globalStep % m_logEvery != 0) return {};
    const std::int64_t step = state.globalStep - 1;
    std::vector<model::Metric> metrics;
    if (report.loss.defined()) metrics.push_back({"train_loss", report.loss.item<double>()});
    metrics.push_back({"learning_rate", report.learningRate});
    metrics.push_back({"global_step", static_cast<double>(step)});
    metrics.insert(metrics.end(), report.metrics.begin(), report.metrics.end());
    addTiming(metrics, kTrainBackwardTiming);
    addTiming(metrics, kTrainStepTiming);
    metrics.push_back({"epoch", static_cast<double>(state.epoch)});
    log(metrics, step);
    return {};
}

Status LoggerConnector::onEvaluationEpochStart(const LoopState&, model::Split) {
    m_validationDelta = {.begin = Clock::now()};
    return {};
}

Status LoggerConnector::onEvaluationBatchStart(const LoopState&, model::Split split, const model::Batch&) {
    if (m_isTimed) m_timers.start(timingName(split));
    return {};
}

Status LoggerConnector::onEvaluationBatchEnd(const LoopState& state, model::Split split,
                                             const model::Batch&) {
    if (m_isTimed) m_timers.stop(timingName(split));
    if (split == model::Split::Validation) sayDelta(m_validationDelta, timingName(split));
    if (state.sanityChecking) return {};
    std::vector<model::Metric> metrics;
    addTiming(metrics, timingName(split));
    if (!metrics.empty()) log(metrics, m_timed[static_cast<std::size_t>(split)]++);
    return {};
}

Status LoggerConnector::onEvaluationEnd(const LoopState& state, const EvaluationReport& report) {
    if (state.sanityChecking) return {};
    // A test follows the last step; a validation comes before that step counts, if its batch completed one.
    const bool isUncounted =
        report.split == model::Split::Validation && state.globalStep > 0 && !state.isWithinStep(m_accumulate);
    const std::int64_t step = state.globalStep - (isUncounted ? 1 : 0);
    std::vector<model::Metric> metrics = report.metrics;
    metrics.push_back({"global_step", static_cast<double>(state.globalStep)});
    metrics.push_back({"epoch", static_cast<double>(state.epoch)});
    log(metrics, step);
    for (const auto& logger : m_loggers)
        logger->samples(report.samples, report.split, step);
    return {};
}

Status LoggerConnector::onFitEnd(const LoopState&, run::TrainEnd) {
    for (const auto& logger : m_loggers)
        logger->flush();
    return {};
}

} // namespace fathom::train
