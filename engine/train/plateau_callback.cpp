// SPDX-License-Identifier: Apache-2.0
#include "engine/train/plateau_callback.h"

namespace fathom::train {

Status PlateauCallback::onTrainBatchEnd(const LoopState&, const StepReport& report) {
    m_metric.see(report);
    return {};
}

Status PlateauCallback::onEvaluationEnd(const LoopState& state, const EvaluationReport& report) {
    if (!state.sanityChecking) m_metric.see(report);
    return {};
}

Status PlateauCallback::onTrainEpochEnd(const LoopState&) {
    const auto value = m_metric.value();
    if (!value) {
        Error error{ErrorKind::Usage, "Cannot reduce the learning rate",
                    "ReduceLROnPlateau is conditioned on the metric " + m_metric.name() +
                        ", which is not available",
                    "Set model.optim.sched.monitor to one of " + m_metric.known()};
        error.key = "model.optim.sched.monitor";
        error.className = "MisconfigurationException";
        return fail(std::move(error));
    }
    const std::vector<double>& rates = m_plateau->step(*value);
    for (std::size_t group = 0; group < rates.size(); ++group)
        m_optimizer.setLearningRate(group, rates[group]);
    return {};
}

Status PlateauCallback::onCommand(const LoopState&, const run::Command& command, const std::string&) {
    if (command.kind != run::Command::Kind::SetLearningRate) return {};
    schedule::Plateau::State state = m_plateau->state();
    for (std::size_t group = 0; group < state.rates.size(); ++group)
        state.rates[group] = m_optimizer.learningRate(group);
    m_plateau->setState(state);
    return {};
}

} // namespace fathom::train
