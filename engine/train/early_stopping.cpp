// SPDX-License-Identifier: Apache-2.0
// Order of the checks and texts: lightning/pytorch/callbacks/early_stopping.py.
#include "engine/train/early_stopping.h"

#include "engine/config/schemas/catalog.h"
#include "engine/train/checkpoint_state.h"

#include <cmath>
#include <cstdio>
#include <limits>

namespace fathom::train {

namespace {

std::string threeDigits(double value) {
    char text[64];
    std::snprintf(text, sizeof text, "%.3f", value);
    return text;
}

} // namespace

const config::Schema<EarlyStoppingParams>& earlyStoppingSchema() {
    using P = EarlyStoppingParams;
    static const auto schema = config::Schema<P>(schemas::at("EarlyStoppingParams"))
                                   .bind("monitor", &P::monitor)
                                   .bind("mode", &P::mode)
                                   .bind("min_delta", &P::minDelta)
                                   .bind("patience", &P::patience)
                                   .bind("verbose", &P::verbose)
                                   .bind("strict", &P::strict)
                                   .bind("check_finite", &P::checkFinite)
                                   .bind("stopping_threshold", &P::stoppingThreshold)
                                   .bind("divergence_threshold", &P::divergenceThreshold)
                                   .bind("check_on_train_epoch_end", &P::checkOnTrainEpochEnd);
    return schema;
}

EarlyStopping::EarlyStopping(EarlyStoppingParams params, bool atEpochEnd, Log& log)
    : m_params(std::move(params)),
      m_atEpochEnd(m_params.checkOnTrainEpochEnd.value_or(atEpochEnd)),
      m_log(log),
      m_metric(m_params.monitor) {}

Status EarlyStopping::onTrainBatchEnd(const LoopState&, const StepReport& report) {
    m_metric.see(report);
    return {};
}

Status EarlyStopping::onEvaluationEnd(const LoopState& state, const EvaluationReport& report) {
    if (state.sanityChecking || report.split != model::Split::Validation) return {};
    m_metric.see(report);
    return m_atEpochEnd ? Status{} : check(state);
}

Status EarlyStopping::onTrainEpochEnd(const LoopState& state) {
    return m_atEpochEnd ? check(state) : Status{};
}

bool EarlyStopping::isBetter(double value, double than) const {
    return m_params.mode == "max" ? value > than : value < than;
}

void EarlyStopping::stop(const LoopState& state, const std::string& why) {
    m_stoppedEpoch = state.epoch;
    m_wantsToStop = true;
    m_log.info(why + " Signaling Trainer to stop.");
}

Status EarlyStopping::check(const LoopState& state) {
    const auto value = m_metric.value();
    if (!value) {
        const std::string why =
            "Early stopping conditioned on metric `" + m_metric.name() + "` which is not available";
        if (!m_params.strict) {
            m_log.warning(why);
            return {};
        }
        Error error{ErrorKind::Usage, "Cannot watch the metric", why,
                    "Set exp_manager.early_stopping_callback_params.monitor to one of " + m_metric.known()};
        error.key = "exp_manager.early_stopping_callback_params.monitor";
        error.className = "RuntimeError";
        return fail(std::move(error));
    }
    const std::string name = "metric " + m_metric.name();
    if (m_params.checkFinite && !std::isfinite(*value)) {
        stop(state, "Monitored " + name + " = " + formatFloat(*value) +
                        " is not finite. Previous best value was " +
                        (m_best ? threeDigits(*m_best) : "none") + ".");
    } else if (m_params.stoppingThreshold && isBetter(*value, *m_params.stoppingThreshold)) {
        stop(state, "Stopping threshold reached: " + m_metric.name() + " = " + formatFloat(*value) + ".");
    } else if (m_params.divergenceThreshold && isBetter(*m_params.divergenceThreshold, *value)) {
        stop(state, "Divergence threshold reached: " + m_metric.name() + " = " + formatFloat(*value) + ".");
    } else if (!m_best ||
               isBetter(m_params.mode == "max" ? *value - m_params.minDelta : *value + m_params.minDelta,
                        *m_best)) {
        if (m_params.verbose)
            m_log.info("Metric " + m_metric.name() + " improved. New best score: " + threeDigits(*value));
        m_best = *value;
        m_waited = 0;
    } else if (++m_waited >= m_params.patience) {
        stop(state, "Monitored " + name + " did not improve in the last " + std::to_string(m_waited) +
                        " records. Best score: " + threeDigits(*m_best) + ".");
    }
    return {};
}

std::string EarlyStopping::stateKey() const {
    return "EarlyStopping{'monitor': '" + m_params.monitor + "', 'mode': '" + m_params.mode + "'}";
}

archive::TorchObject EarlyStopping::stateDict() const {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const double best = m_best.value_or(m_params.mode == "max" ? -kInfinity : kInfinity);
    return archive::TorchObject::dict({{"wait_count", m_waited},
                                       {"stopped_epoch", m_stoppedEpoch},
                                       {"best_score", scalarTensor(best)},
                                       {"patience", m_params.patience},
                                       {"should_stop", m_wantsToStop}}); // the last one is Fathom's
}

Status EarlyStopping::loadStateDict(const archive::PickleValue& state) {
    if (const auto waited = state.find("wait_count")) m_waited = waited->toInt().value_or(0);
    if (const auto stopped = state.find("stopped_epoch")) m_stoppedEpoch = stopped->toInt().value_or(0);
    if (const auto best = state.find("best_score"))
        if (const auto number = scalarOf(*best); number && std::isfinite(*number)) m_best = *number;
    if (const auto wants = state.find("should_stop")) m_wantsToStop = wants->toBool().value_or(false);
    return {};
}

} // namespace fathom::train
