// SPDX-License-Identifier: Apache-2.0
// How long steps take, as nemo.utils.timers.NamedTimer and exp_manager's two timing callbacks measure it.
#pragma once

#include "engine/base/log.h"
#include "engine/train/callback.h"
#include "engine/train/exp_manager_params.h"

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace fathom::train {

/// Times by name: the mean (sum, minimum, maximum) of the last measurements.
class NamedTimers {
public:
    explicit NamedTimers(StepTimingParams params) : m_params(std::move(params)) {}
    /// Begins a measurement; one that was under way is forgotten.
    void start(std::string_view name);
    /// Ends it. Nothing happens when none was under way.
    void stop(std::string_view name);
    void add(std::string_view name, double seconds);
    /// With sync_cuda: returns once the GPU has done what it was told.
    void waitForGpu() const;
    /// In seconds; nullopt before the first measurement.
    [[nodiscard]] std::optional<double> value(std::string_view name) const;

private:
    using Clock = std::chrono::steady_clock;
    struct Timer {
        std::optional<Clock::time_point> begin{};
        std::deque<double> seconds{};
    };
    StepTimingParams m_params;
    std::map<std::string, Timer, std::less<>> m_timers;
};

/// NeMo's names.
inline constexpr std::string_view kTrainStepTiming = "train_step_timing";
inline constexpr std::string_view kTrainBackwardTiming = "train_backward_timing";
[[nodiscard]] std::string_view timingName(model::Split split); ///< "validation_step_timing" of validation

} // namespace fathom::train
