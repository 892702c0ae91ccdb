// SPDX-License-Identifier: Apache-2.0
// The learning rate of each step, from an optimizer section's `sched`.
#pragma once

#include "engine/base/log.h"
#include "engine/base/result.h"
#include "engine/config/config.h"
#include "engine/schedule/plateau.h"
#include "engine/schedule/schedule.h"
#include "engine/train/trainer_params.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::train {

/// What a schedule gives an optimizer. All empty: its rates stay as they are.
struct LearningRate {
    /// The rate of a step, by the number of steps completed before it, for parameters whose `lr` is
    /// `baseRate`. An error ends the run.
    std::function<Result<double>(std::int64_t step, double baseRate)> rate{};
    std::function<double(std::int64_t step)> momentum{};  ///< CyclicLR's
    std::shared_ptr<schedule::Plateau> plateau{};         ///< ReduceLROnPlateau, which goes by a metric
    std::string monitor{};                                ///< that metric
    std::shared_ptr<const schedule::Schedule> schedule{}; ///< behind `rate`
    std::int64_t stepsPerTick = 1; ///< optimizer steps from one step of `schedule` to the next

    /// Goes by `schedule` from now on.
    void use(std::shared_ptr<const schedule::Schedule> newSchedule, std::int64_t newStepsPerTick);
};

struct ScheduleLength {
    std::int64_t stepsPerEpoch = 0; ///< for schedules that go by epochs
    std::int64_t totalSteps = -1;   ///< by max_epochs; -1: unknown
};

/// The schedule that `<path>.sched` describes; empty where there is none (the log says why). `baseRates` are
/// those of the optimizer's groups, at least one. As in NeMo, trainer.max_steps overrides sched.max_steps,
/// and without either max_epochs counts. Errors (Usage) carry file, line and key.
[[nodiscard]] Result<LearningRate> createLearningRate(const config::Config& config, std::string_view path,
                                                      const std::vector<double>& baseRates,
                                                      const TrainerParams& params,
                                                      const ScheduleLength& length, Log& log);

} // namespace fathom::train
