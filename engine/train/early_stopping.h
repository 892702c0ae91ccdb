// SPDX-License-Identifier: Apache-2.0
// Ends a training when a metric no longer improves, as lightning.pytorch.callbacks.EarlyStopping.
#pragma once

#include "engine/base/log.h"
#include "engine/config/schema.h"
#include "engine/train/monitored_metric.h"

namespace fathom::train {

/// Described in engine/config/schemas, NeMo's defaults too.
struct EarlyStoppingParams {
    std::string monitor{};
    std::string mode{};
    double minDelta{};
    std::int64_t patience{};
    bool verbose{};
    bool strict{};
    bool checkFinite{};
    std::optional<double> stoppingThreshold{};
    std::optional<double> divergenceThreshold{};
    std::optional<bool> checkOnTrainEpochEnd{};
};

[[nodiscard]] const config::Schema<EarlyStoppingParams>& earlyStoppingSchema();

class EarlyStopping : public Callback {
public:
    /// `atEpochEnd` is what check_on_train_epoch_end stands for when it is null: one validation an epoch.
    EarlyStopping(EarlyStoppingParams params, bool atEpochEnd, Log& log);

    Status onTrainBatchEnd(const LoopState& state, const StepReport& report) override;
    Status onEvaluationEnd(const LoopState& state, const EvaluationReport& report) override;
    Status onTrainEpochEnd(const LoopState& state) override;
    [[nodiscard]] bool wantsToStop() const override { return m_wantsToStop; }
    [[nodiscard]] std::string stateKey() const override;
    [[nodiscard]] archive::TorchObject stateDict() const override;
    Status loadStateDict(const archive::PickleValue& state) override;
    void restoreMetrics(const std::map<std::string, double>& metrics) override { m_metric.see(metrics); }

private:
    [[nodiscard]] Status check(const LoopState& state);
    [[nodiscard]] bool isBetter(double value, double than) const;
    void stop(const LoopState& state, const std::string& why);

    EarlyStoppingParams m_params;
    bool m_atEpochEnd;
    Log& m_log;
    MonitoredMetric m_metric;
    std::optional<double> m_best{};
    std::int64_t m_waited = 0; ///< checks without improvement
    std::int64_t m_stoppedEpoch = 0;
    bool m_wantsToStop = false;
};

} // namespace fathom::train
