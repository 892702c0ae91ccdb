// SPDX-License-Identifier: Apache-2.0
// Learning-rate schedules as pure functions of the step: what training sets and what a preview draws.
//
//   auto schedule = schedule::makeSchedule(sched, 0.01, {.maxSteps = 1000});   // sched: the map at
//   model.optim.sched schedule->at(0);   // for the first optimizer step schedule->at(1);   // after one
//   scheduler step
// Formulas and argument checks are NeMo's (nemo.core.optim.lr_scheduler) and PyTorch's.
#pragma once

#include "engine/base/value.h"
#include "engine/schedule/registry.h"

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

/// Immutable and cheap to copy; any thread may ask it. ReduceLROnPlateau depends on metrics, not on the step:
/// here it stays at its base, and `Plateau` (plateau.h) is what training uses.
class Schedule {
public:
    /// `kind` is one of the registered ones, which stay.
    Schedule(const SchedulerRegistration& kind, std::shared_ptr<const Curve> curve, double baseLr)
        : m_kind(&kind), m_curve(std::move(curve)), m_baseLr(baseLr) {}

    /// Learning rate of the first group after `step` scheduler steps (0: right after construction, the rate
    /// of the first optimizer step). NaN where NeMo raises; `rate` tells why.
    [[nodiscard]] double at(std::int64_t step) const;
    /// The same for a group whose own base rate is `groupLr`.
    [[nodiscard]] double at(std::int64_t step, double groupLr) const;
    /// The same with the error that NeMo raises at that step (ValueError, ZeroDivisionError, …).
    [[nodiscard]] Result<double> rate(std::int64_t step, double groupLr) const;
    /// Momentum (Adam: the first beta) that CyclicLR sets along with the rate; empty for most.
    [[nodiscard]] std::optional<double> momentumAt(std::int64_t step) const {
        return m_curve->momentum(step);
    }

    [[nodiscard]] const Curve& curve() const { return *m_curve; }
    /// The same with what a checkpoint says of the curve; nullopt where nothing differs.
    [[nodiscard]] std::optional<Schedule> withState(const Value::Map& saved) const {
        auto curve = m_curve->withState(saved);
        return curve ? std::optional(Schedule(*m_kind, std::move(curve), m_baseLr)) : std::nullopt;
    }
    [[nodiscard]] const std::string& name() const { return m_kind->name; }
    /// Epoch for ExponentialLR and ReduceLROnPlateau, as in NeMo.
    [[nodiscard]] Interval interval() const { return m_kind->interval; }
    /// Whether a metric decides, not the step (ReduceLROnPlateau).
    [[nodiscard]] bool followsMetric() const { return m_kind->followsMetric; }

private:
    const SchedulerRegistration* m_kind;
    std::shared_ptr<const Curve> m_curve;
    double m_baseLr;
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
