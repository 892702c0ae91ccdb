// SPDX-License-Identifier: Apache-2.0
#include "engine/schedule/schedule.h"

#include "engine/base/published.h"
#include "engine/config/schemas/catalog.h"
#include "engine/config/suggest.h"
#include "engine/schedule/formulas.h"

#include <array>
#include <cassert>
#include <limits>

namespace fathom::schedule {

namespace {

using Schedulers = Registry<SchedulerRegistration>;

Status registerIn(Schedulers& all, SchedulerRegistration registration) {
    if (!all.find(registration.name)) {
        const std::array addition{
            schemas::Addition{schemas::Role::Scheduler, registration.name, registration.schema}};
        if (Status described = schemas::extend(addition); !described) return described;
    }
    return all.add(std::move(registration));
}

struct WithBuiltins : Schedulers {
    WithBuiltins() : Registry("scheduler") {
        for (SchedulerRegistration& each : builtins()) {
            [[maybe_unused]] const Status added = registerIn(*this, std::move(each));
            assert(added && "a built-in schedule cannot be registered");
        }
    }
};

Schedulers& schedulers() {
    static WithBuiltins all;
    return all;
}

Error unknownName(std::string_view name) {
    std::string known;
    for (const std::string& each : schedulerNames())
        known += (known.empty() ? "'" : ", '") + each + "'";
    Error error{ErrorKind::Usage, "Cannot construct the scheduler",
                "Cannot resolve scheduler" + std::string(name) + "'. Available optimizers are : dict_keys([" +
                    known + "])",
                config::didYouMean(name, schedulerNames())};
    error.key = "name";
    error.className = "ValueError";
    return error;
}

} // namespace

Status registerScheduler(SchedulerRegistration registration) {
    return registerIn(schedulers(), std::move(registration));
}

const SchedulerRegistration* findScheduler(std::string_view name) {
    return schedulers().find(name);
}

const std::vector<std::string>& schedulerNames() {
    return schedulers().names();
}

Result<double> Schedule::rate(std::int64_t step, double groupLr) const {
    return m_curve->rate(step, groupLr);
}

double Schedule::at(std::int64_t step, double groupLr) const {
    return rate(step, groupLr).value_or(std::numeric_limits<double>::quiet_NaN());
}

double Schedule::at(std::int64_t step) const {
    return at(step, m_baseLr);
}

Result<Schedule> constructSchedule(std::string_view name, const Value::Map& arguments, double baseLr,
                                   std::size_t groups) {
    const SchedulerRegistration* kind = findScheduler(name);
    if (!kind) return fail(unknownName(name));
    auto curve = kind->factory({arguments, baseLr, groups});
    if (!curve) return fail(curve.error());
    Schedule schedule(*kind, std::move(*curve), baseLr);
    if (Result<double> first = schedule.rate(0, baseLr); !first)
        return fail(first.error()); // the constructor takes the first step
    return schedule;
}

} // namespace fathom::schedule
