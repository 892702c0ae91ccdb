// SPDX-License-Identifier: Apache-2.0
// ReduceLROnPlateau in training: the metric of each epoch decides the rates of the next.
#pragma once

#include "engine/optim/optimizer.h"
#include "engine/schedule/plateau.h"
#include "engine/train/monitored_metric.h"

namespace fathom::train {

/// As Lightning steps it: after each epoch in which there was a validation, with the last value of the
/// metric. A metric that no one reports is an error (MisconfigurationException). Borrows the optimizer.
class PlateauCallback : public Callback {
public:
    PlateauCallback(optim::Optimizer& optimizer, std::shared_ptr<schedule::Plateau> plateau,
                    std::string monitor)
        : m_optimizer(optimizer), m_plateau(std::move(plateau)), m_metric(std::move(monitor)) {}

    Status onTrainBatchEnd(const LoopState& state, const StepReport& report) override;
    Status onEvaluationEnd(const LoopState& state, const EvaluationReport& report) override;
    Status onTrainEpochEnd(const LoopState& state) override;
    /// A rate that was set by hand is where it goes on from.
    Status onCommand(const LoopState& state, const run::Command& command,
                     const std::string& outcome) override;
    void restoreMetrics(const std::map<std::string, double>& metrics) override { m_metric.see(metrics); }

private:
    optim::Optimizer& m_optimizer;
    std::shared_ptr<schedule::Plateau> m_plateau; ///< shared with the trainer, which saves it
    MonitoredMetric m_metric;
};

} // namespace fathom::train
