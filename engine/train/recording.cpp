// SPDX-License-Identifier: Apache-2.0
#include "engine/train/recording.h"

#include "engine/base/clock.h"
#include "engine/train/step_timing.h"
#include "engine/train/text.h"

namespace fathom::train {

constexpr double kSpeedWindowSeconds = 5;

void MetricRecorder::put(std::string_view name, std::int64_t step, double value) {
    const std::string key(name);
    auto known = m_ids.find(key);
    if (known == m_ids.end()) known = m_ids.emplace(key, m_sink.series(name)).first;
    m_sink.put({known->second, step, wallTime(), value});
}

Status MetricRecorder::onTrainBatchStart(const LoopState&, const model::Batch& batch) {
    m_elements += batch.elements;
    m_padding += batch.padding;
    return {};
}

Status MetricRecorder::onTrainBatchEnd(const LoopState& state, const StepReport& report) {
    if (!report.stepped) return {};
    m_items += report.items;
    m_stepSeconds += report.seconds;
    m_waitSeconds += report.dataWait;
    ++m_steps;
    if (state.globalStep % m_every != 0) return {};
    const std::int64_t step = state.globalStep;
    if (report.loss.defined()) put("train_loss", step, report.loss.item<double>());
    put("learning_rate", step, report.learningRate);
    for (const model::Metric& metric : report.metrics)
        put(metric.name, step, metric.value);
    put("global_step", step, static_cast<double>(step));
    put("epoch", step, state.epoch);
    const double steps = static_cast<double>(m_steps);
    const double seconds = m_stepSeconds + m_waitSeconds;
    if (seconds > 0) put("samples_per_second", step, static_cast<double>(m_items) / seconds);
    put("train_step_timing in s", step, m_stepSeconds / steps);
    put("data_wait in s", step, m_waitSeconds / steps);
    if (m_elements > 0)
        put("padding_share", step, static_cast<double>(m_padding) / static_cast<double>(m_elements));
    m_items = m_steps = m_elements = m_padding = 0;
    m_stepSeconds = m_waitSeconds = 0;
    return {};
}

Status MetricRecorder::onEvaluationStart(const LoopState&, model::Split) {
    m_evaluationBatches = 0;
    return {};
}

Status MetricRecorder::onEvaluationBatchEnd(const LoopState&, model::Split, const model::Batch&) {
    ++m_evaluationBatches;
    return {};
}

Status MetricRecorder::onEvaluationEnd(const LoopState& state, const EvaluationReport& report) {
    if (state.sanityChecking) return {};
    if (m_evaluationBatches > 0)
        put(std::string(timingName(report.split)) + " in s", state.globalStep,
            report.seconds / static_cast<double>(m_evaluationBatches));
    for (const model::Metric& metric : report.metrics)
        put(metric.name, state.globalStep, metric.value);
    return {};
}

void ProgressRecorder::tell(const LoopState& state, const char* phase) {
    const double span = m_times.size() > 1 ? m_times.back() - m_times.front() : 0;
    m_writer.progress({.step = state.globalStep,
                       .totalSteps = state.plan.totalSteps,
                       .epoch = state.epoch,
                       .totalEpochs = state.plan.totalEpochs,
                       .phase = phase,
                       .stepsPerSecond = span > 0 ? static_cast<double>(m_times.size() - 1) / span : 0});
}

Status ProgressRecorder::onFitStart(const LoopState& state) {
    if (state.batchesSeen > 0)
        m_writer.mark("resume", state.globalStep,
                      "step " + std::to_string(state.globalStep) + ": resumed from a checkpoint");
    if (m_checkpoint) m_writer.resumedFrom(*m_checkpoint, state.globalStep);
    tellTraining(state);
    return {};
}

Status ProgressRecorder::onTrainBatchEnd(const LoopState& state, const StepReport& report) {
    if (!report.stepped) return {};
    m_clock += report.seconds + report.dataWait;
    m_times.push_back(m_clock);
    while (m_times.size() > 2 && m_times.front() < m_clock - kSpeedWindowSeconds)
        m_times.pop_front();
    tell(state, "training");
    return {};
}

Status ProgressRecorder::onEvaluationStart(const LoopState& state, model::Split split) {
    if (!state.sanityChecking) tell(state, split == model::Split::Test ? "testing" : "validating");
    return {};
}

Status ProgressRecorder::onEvaluationEnd(const LoopState& state, const EvaluationReport& report) {
    if (state.sanityChecking) return {};
    if (report.split == model::Split::Validation) tellTraining(state);
    return {};
}

Status ProgressRecorder::onCommand(const LoopState& state, const run::Command& command,
                                   const std::string& outcome) {
    using Kind = run::Command::Kind;
    m_writer.mark("command", state.globalStep, "step " + std::to_string(state.globalStep) + ": " + outcome);
    if (command.id != 0) m_writer.answer(command.id, outcome);
    if (command.kind == Kind::Pause) m_isPaused = true;
    if (command.kind == Kind::Resume) m_isPaused = false;
    tellTraining(state);
    return {};
}

Status ProgressRecorder::onTrainEnd(const LoopState& state, run::TrainEnd) {
    tell(state, "saving");
    return {};
}

Status SampleRecorder::onEvaluationEnd(const LoopState& state, const EvaluationReport& report) {
    if (state.sanityChecking) return {};
    if (report.split == model::Split::Validation) m_hasValidated = true;
    std::vector<store::Sample> samples;
    samples.reserve(report.samples.size());
    for (const model::Sample& sample : report.samples)
        samples.push_back({.step = state.globalStep,
                           .index = static_cast<int>(samples.size()),
                           .source = sample.source,
                           .reference = sample.reference,
                           .prediction = sample.prediction,
                           .score = sample.score,
                           .kind = sample.kind});
    if (report.split == model::Split::Validation || !m_hasValidated) m_writer.samples(samples);
    if (samples.empty()) return {};
    if (samples.front().kind == "wer") {
        m_log.info("WER reference: " + samples.front().reference);
        m_log.info("WER predicted: " + samples.front().prediction);
    }
    return {};
}

Status EvaluationLogger::onEvaluationEnd(const LoopState& state, const EvaluationReport& report) {
    if (state.sanityChecking) return {};
    std::string line = "step " + std::to_string(state.globalStep) + ':';
    for (const model::Metric& metric : report.metrics)
        line += ' ' + metric.name + ' ' + shortNumber(metric.value);
    line += " (" + std::to_string(report.items) + " items in " + shortNumber(report.seconds, 3) + " s)";
    m_log.info(line);
    return {};
}

} // namespace fathom::train
