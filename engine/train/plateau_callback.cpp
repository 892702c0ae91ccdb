// SPDX-License-Identifier: Apache-2.0
#include "engine/train/plateau_callback.h"

namespace fathom::train {

Status PlateauCallback::onTrainStep(const LoopState&, const StepReport& report) {
    m_loss = report.loss;
    return {};
}

Status PlateauCallback::onEvaluationEnd(const LoopState&, const EvaluationReport& report) {
    if (const model::Metric* metric = report.find(m_monitor)) m_metric = metric->value;
    for (const model::Metric& metric : report.metrics)
        if (m_known.find(metric.name) == std::string::npos) m_known += ", " + metric.name;
    return {};
}

Status PlateauCallback::onEpochEnd(const LoopState&) {
    if (m_monitor == "loss" || m_monitor == "train_loss")
        if (m_loss.defined()) m_metric = m_loss.item<double>();
    if (!m_metric) {
        Error error{ErrorKind::Usage, "Cannot reduce the learning rate",
                    "ReduceLROnPlateau is conditioned on the metric " + m_monitor +
                        ", which is not available",
                    "Set model.optim.sched.monitor to one of " + m_known};
        error.key = "model.optim.sched.monitor";
        error.className = "MisconfigurationException";
        return fail(std::move(error));
    }
    const std::vector<double>& rates = m_plateau.step(*m_metric);
    for (std::size_t group = 0; group < rates.size(); ++group)
        m_optimizer.setLearningRate(group, rates[group]);
    return {};
}

} // namespace fathom::train
