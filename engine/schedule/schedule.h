// SPDX-License-Identifier: Apache-2.0
// Learning-rate schedules as pure functions of the step: what training sets and what a preview draws.
//
//   auto schedule = schedule::makeSchedule(sched, 0.01, {.maxSteps = 1000});   // sched: the map at
//   model.optim.sched schedule->at(0);   // for the first optimizer step schedule->at(1);   // after one
//   scheduler step
// Formulas and argument checks are NeMo's (nemo.core.optim.lr_scheduler) and PyTorch's.
#pragma once

#include "engine/base/value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::schedule {

struct ScheduleContext {
    /// Effective number of optimizer steps (computeMaxSteps or trainer.max_steps); used where `sched` has no
    /// max_steps.
    std::optional<std::int64_t> maxSteps{};
    /// Base rates of the optimizer's parameter groups, where there is more than the one of `baseLr`.
    std::vector<double> groupLrs{};
};

/// How often the trainer steps a schedule.
enum class Interval { Step, Epoch };

enum class Kind {
    WarmupPolicy,
    WarmupHoldPolicy,
    SquareAnnealing,
    CosineAnnealing,
    NoamAnnealing,
    NoamHoldAnnealing,
    WarmupHoldAnnealOneMinusSquareRoot,
    WarmupHoldAnnealLinear,
    WarmupAnnealing,
    InverseSquareRootAnnealing,
    T5InverseSquareRootAnnealing,
    SquareRootAnnealing,
    PolynomialDecayAnnealing,
    PolynomialHoldDecayAnnealing,
    StepLR,
    ExponentialLR,
    ReduceLROnPlateau,
    CyclicLR,
};

/// The numbers a formula needs, after the constructor's checks. Steps are doubles because configs may
/// say 2.5.
struct Parameters {
    Kind kind = Kind::WarmupPolicy;
    double baseLr = 0; ///< of the first parameter group
    std::optional<double> maxSteps{};
    double warmupSteps = 0;
    double holdSteps = 0; ///< warmup included; 0 when there is no hold
    double constantSteps = 0;
    double minLr = 0;
    double power = 1;
    bool cycle = false;
    double decayRate = 0.5;
    double modelSize = 0;             ///< d_model
    double stepSize = 0, gamma = 0.1; ///< StepLR, ExponentialLR, CyclicLR's exp_range
    double cyclicBase = 0, cyclicMax = 0, stepUp = 2000, stepDown = 2000;
    int cyclicMode = 0;        ///< 0 triangular, 1 triangular2, 2 exp_range
    bool perIteration = false; ///< CyclicLR's scale_mode "iterations"
    bool cycleMomentum = true;
    double baseMomentum = 0.8, maxMomentum = 0.9;
};

/// Immutable; any thread may ask it. ReduceLROnPlateau depends on metrics, not on the step: here it stays at
/// its base, and `Plateau` (plateau.h) is what training uses.
class Schedule {
public:
    explicit Schedule(Parameters parameters, std::string name)
        : m_parameters(parameters), m_name(std::move(name)) {}

    /// Learning rate of the first group after `step` scheduler steps (0: right after construction, the rate
    /// of the first optimizer step). NaN where NeMo raises; `rate` tells why.
    [[nodiscard]] double at(std::int64_t step) const;
    /// The same for a group whose own base rate is `groupLr`.
    [[nodiscard]] double at(std::int64_t step, double groupLr) const;
    /// The same with the error that NeMo raises at that step (ValueError, ZeroDivisionError, …).
    [[nodiscard]] Result<double> rate(std::int64_t step, double groupLr) const;
    /// Momentum (Adam: the first beta) that CyclicLR sets along with the rate; empty for the others.
    [[nodiscard]] std::optional<double> momentumAt(std::int64_t step) const;

    [[nodiscard]] const Parameters& parameters() const { return m_parameters; }
    [[nodiscard]] const std::string& name() const { return m_name; }
    /// Epoch for ExponentialLR and ReduceLROnPlateau, as in NeMo.
    [[nodiscard]] Interval interval() const;

private:
    Parameters m_parameters;
    std::string m_name;
};

/// Constructs a scheduler from its keyword arguments. Errors (Usage) have Python's class and text: unknown or
/// missing argument (TypeError), both steps and ratio (AssertionError), rate below min_lr (ValueError).
/// `groups` is the optimizer's number of parameter groups.
[[nodiscard]] Result<Schedule> constructSchedule(std::string_view name, const Value::Map& arguments,
                                                 double baseLr, std::size_t groups = 1);

/// Constructs a scheduler from `optim.sched` as NeMo's prepare_lr_scheduler does: `name` or `_target_`,
/// arguments beside it or under `args`, max_steps from the map or the context. Errors carry the key below
/// `sched`.
[[nodiscard]] Result<Schedule> makeSchedule(const Value& sched, double baseLr,
                                            const ScheduleContext& context = {});

/// What prepare_lr_scheduler makes of a config: a schedule, or none with the reason that NeMo logs.
struct PreparedSchedule {
    std::optional<Schedule> schedule{};
    std::string reason{};         ///< why there is none
    std::string monitor = "loss"; ///< metric for ReduceLROnPlateau
    Value::Map arguments{};       ///< of the constructor; Plateau::create takes them
};
[[nodiscard]] Result<PreparedSchedule> prepareSchedule(const Value& sched, double baseLr,
                                                       const ScheduleContext& context = {});

} // namespace fathom::schedule
