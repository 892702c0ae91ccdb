// SPDX-License-Identifier: Apache-2.0
// The schedules that `sched.name` can choose, and how a program or a plugin adds one.
//
//   class Halving : public schedule::Curve {
//       Result<double> rate(std::int64_t step, double groupLr) const override { return groupLr / (1 + step);
//       }
//   };
//   Status added = schedule::registerScheduler({.name = "Halving",
//                                               .schema = "Halving(SchedulerSection)\n",
//                                               .factory = [](const schedule::CurveSetup&) {
//                                                   return std::make_shared<Halving>();
//                                               }});
#pragma once

#include "engine/base/result.h"
#include "engine/base/value.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fathom::schedule {

/// How often the trainer steps a schedule.
enum class Interval { Step, Epoch };

/// The rate as a function of the step. Immutable: any thread may ask it, and a resumed run asks it again.
class Curve {
public:
    virtual ~Curve() = default;
    /// Learning rate after `step` scheduler steps (0: of the first optimizer step) for a parameter group
    /// whose own base rate is `groupLr`. An error ends the run.
    [[nodiscard]] virtual Result<double> rate(std::int64_t step, double groupLr) const = 0;
    /// Momentum (Adam: the first beta) to set along with the rate; empty leaves it.
    [[nodiscard]] virtual std::optional<double> momentum(std::int64_t) const { return std::nullopt; }
    /// What a checkpoint keeps of it, numbers under the names of a Python scheduler's attributes.
    [[nodiscard]] virtual Value::Map state() const { return {}; }
    /// The curve with a checkpoint's numbers in place of its own, as load_state_dict() sets them; null where
    /// none differs.
    [[nodiscard]] virtual std::shared_ptr<const Curve> withState(const Value::Map&) const { return nullptr; }
};

/// What a curve is made of.
struct CurveSetup {
    const Value::Map& arguments; ///< what the config gives, `max_steps` among them
    double baseLr = 0;           ///< of the optimizer's first parameter group
    std::size_t groups = 1;      ///< the optimizer's parameter groups
};

struct SchedulerRegistration {
    std::string name{}; ///< as `sched.name` says it
    /// The section's fields, in the format of engine/config/description.h, best as a struct that is based on
    /// SchedulerSection. Empty: the catalog describes the name already.
    std::string schema{};
    /// Checks the arguments and makes the curve. Errors (Usage) have the argument's name as key. Any thread.
    std::function<Result<std::shared_ptr<const Curve>>(const CurveSetup&)> factory{};
    Interval interval = Interval::Step;
    bool takesMaxSteps = true;  ///< the run's length becomes the argument `max_steps`
    bool followsMetric = false; ///< ReduceLROnPlateau's: its curve only says where it begins
};

/// Makes the name known to configs. Errors (Usage): a name that there is already, a malformed schema. Any
/// thread; what was read before stays valid.
[[nodiscard]] Status registerScheduler(SchedulerRegistration registration);

/// Null when there is none of that name.
[[nodiscard]] const SchedulerRegistration* findScheduler(std::string_view name);
/// In the order of registration.
[[nodiscard]] const std::vector<std::string>& schedulerNames();

} // namespace fathom::schedule
