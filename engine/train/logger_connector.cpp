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
      m_isTimed(params.logStepTiming && !params.logDeltaStepTiming),
      m_saysTimes(params.logDeltaStepTiming),
      m_logEvery(trainer.logEverySteps),
      m_accumulate(trainer.accumulate),
      m_log(log),
      m_timers(params.stepTiming) {}

void LoggerConnector::log(const std::vector<model::Metric>& metrics, std::int64_t step) {
    for (const auto& logger : m_loggers)
        logger->metrics(metrics, step);
}

void LoggerConnector::time(std::string_view name, double seconds) {
    if (m_isTimed) m_timers.add(name, seconds);
}

void LoggerConnector::addTiming(std::vector<model::Metric>& metrics, std::string_view name) const {
    const std::optional<double> seconds = m_isTimed ? m_timers.value(name) : std::nullopt;
    if (seconds) metrics.push_back({std::string(name) + " in s", *seconds});
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
    if (!report.stepped) return {};
    time(kTrainStepTiming, report.seconds);
    if (m_saysTimes)
        m_log.info("Step " + std::to_string(state.batch - 1) +
                   ": train_step_timing in s in s=" + formatFloat(report.seconds));
    if (m_loggers.empty() || state.globalStep % m_logEvery != 0) return {};
    const std::int64_t step = state.globalStep - 1;
    std::vector<model::Metric> metrics{{"train_loss", report.loss.defined() ? report.loss.item<double>() : 0},
                                       {"learning_rate", report.learningRate},
                                       {"global_step", static_cast<double>(step)}};
    metrics.insert(metrics.end(), report.metrics.begin(), report.metrics.end());
    addTiming(metrics, kTrainBackwardTiming);
    addTiming(metrics, kTrainStepTiming);
    metrics.push_back({"epoch", static_cast<double>(state.epoch)});
    log(metrics, step);
    return {};
}

Status LoggerConnector::onEvaluationStart(const LoopState&, model::Split split) {
    m_timedSinceStart[static_cast<std::size_t>(split)] = 0;
    m_batchBegin = Clock::now();
    return {};
}

Status LoggerConnector::onEvaluationBatchEnd(const LoopState& state, model::Split split,
                                             const model::Batch&) {
    if (state.sanityChecking) return {};
    const double seconds = std::chrono::duration<double>(Clock::now() - m_batchBegin).count();
    const std::string name(timingName(split));
    time(name, seconds);
    std::int64_t& count = m_timedSinceStart[static_cast<std::size_t>(split)];
    if (m_saysTimes && split == model::Split::Validation)
        m_log.info("Step " + std::to_string(count) + ": " + name + " in s in s=" + formatFloat(seconds));
    ++count;
    std::vector<model::Metric> metrics;
    addTiming(metrics, name);
    if (!metrics.empty()) log(metrics, m_timed[static_cast<std::size_t>(split)]++);
    m_batchBegin = Clock::now();
    return {};
}

Status LoggerConnector::onEvaluationEnd(const LoopState& state, const EvaluationReport& report) {
    if (state.sanityChecking) return {};
    // A test follows the last step; a validation interrupts it, unless gradients are being accumulated.
    const bool isInsideStep = report.split == model::Split::Validation && state.globalStep > 0 &&
                              (state.batch % m_accumulate == 0 || state.batch == state.plan.trainBatches);
    const std::int64_t step = state.globalStep - (isInsideStep ? 1 : 0);
    std::vector<model::Metric> metrics = report.metrics;
    metrics.push_back({"global_step", static_cast<double>(state.globalStep)});
    metrics.push_back({"epoch", static_cast<double>(state.epoch)});
    log(metrics, step);
    for (const auto& logger : m_loggers) {
        logger->samples(report.samples, report.split, step);
    }
    return {};
}

Status LoggerConnector::onFitEnd(const LoopState&, run::TrainEnd) {
    for (const auto& logger : m_loggers)
        logger->flush();
    return {};
}

} // namespace fathom::train
