// SPDX-License-Identifier: Apache-2.0
// The last value of a metric that a callback goes by.
#pragma once

#include "engine/train/callback.h"

#include <map>
#include <optional>
#include <string>

namespace fathom::train {

class MonitoredMetric {
public:
    explicit MonitoredMetric(std::string name) : m_name(std::move(name)) {}

    void see(const StepReport& report) {
        if (report.loss.defined()) m_loss = report.loss;
    }
    void see(const EvaluationReport& report) {
        if (const model::Metric* metric = report.find(m_name)) m_value = metric->value;
        for (const model::Metric& metric : report.metrics)
            if (m_known.find(metric.name) == std::string::npos) m_known += ", " + metric.name;
    }
    void see(const std::map<std::string, double>& metrics) {
        if (const auto found = metrics.find(m_name); found != metrics.end()) m_value = found->second;
    }
    /// Waits for the device where it is the training loss. nullopt: nobody reported it.
    [[nodiscard]] std::optional<double> value() const {
        const bool isLoss = m_name == "loss" || m_name == "train_loss";
        return isLoss && m_loss.defined() ? std::optional(m_loss.item<double>()) : m_value;
    }
    [[nodiscard]] const std::string& name() const { return m_name; }
    /// Those that were reported, for messages.
    [[nodiscard]] const std::string& known() const { return m_known; }

private:
    std::string m_name;
    torch::Tensor m_loss{}; ///< of the last step
    std::optional<double> m_value{};
    std::string m_known = "train_loss";
};

} // namespace fathom::train
