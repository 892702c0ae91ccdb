// SPDX-License-Identifier: Apache-2.0
// From `optim.sched` to a schedule: NeMo's prepare_lr_scheduler.
#include "engine/config/convert.h"
#include "engine/schedule/schedule.h"

#include <algorithm>

namespace fathom::schedule {

namespace {

Error raised(std::string key, std::string className, std::string why, std::string remedy) {
    Error error{ErrorKind::Usage, "Cannot construct the scheduler", std::move(why), std::move(remedy)};
    error.key = std::move(key);
    error.className = std::move(className);
    return error;
}

bool isHandledElsewhere(std::string_view key) {
    return key == "name" || key == "_target_" || key == "args" || key == "monitor" ||
           key == "reduce_on_plateau" || key == "max_steps" || key.starts_with("t_");
}

/// "nemo.core.config.CosineAnnealingParams" names CosineAnnealing.
std::string nameOfTarget(const std::string& target) {
    std::string name = target.substr(target.rfind('.') + 1);
    if (name.ends_with("Params")) name.resize(name.size() - 6);
    return name;
}

struct Request {
    std::string name;
    Value::Map arguments;
};

void addAll(Value::Map& into, const Value::Map& from) {
    for (const auto& [key, value] : from)
        if (key != "name" && key != "_target_" && key != "params") into.set(key, value);
}

/// `params` is hoisted, as in Hydra 0.x, wherever it stands.
void addWithParams(Value::Map& into, const Value::Map& from) {
    for (const auto& [key, value] : from) {
        if (key == "params" && value.isMap())
            addAll(into, value.asMap());
        else if (!isHandledElsewhere(key))
            into.set(key, value);
    }
}

Result<Request> requestOf(const Value::Map& sched) {
    Request out;
    if (const Value* name = sched.find("name"); name && name->isString()) out.name = name->asString();
    if (const Value* target = sched.find("_target_"); target && target->isString())
        out.name = nameOfTarget(target->asString());
    const Value* args = sched.find("args");
    if (!args || args->isNull()) {
        addWithParams(out.arguments, sched);
        return out;
    }
    if (!args->isMap())
        return fail(raised("args", "TypeError", "args must be a map", "Give a map of arguments"));
    const Value::Map& nested = args->asMap();
    if (const Value* target = nested.find("_target_"); target && target->isString()) {
        out.name = nameOfTarget(target->asString());
        addAll(out.arguments, nested);
        return out;
    }
    const Value* auto_ = nested.find("name");
    if (!auto_ || auto_->isNull()) {
        addWithParams(out.arguments, nested);
        return out;
    }
    // NeMo looks the dataclass up by name and then takes its defaults: overrides beside `name` are lost
    // there. We do the same.
    std::string dataclass = config::pythonStr(*auto_);
    if (dataclass == "auto") dataclass = out.name + "Params";
    const bool known = dataclass.ends_with("Params") &&
                       std::ranges::find(schedulerNames(), dataclass.substr(0, dataclass.size() - 6)) !=
                           schedulerNames().end() &&
                       dataclass != "CyclicLRParams" && dataclass != "StepLRParams" &&
                       dataclass != "ExponentialLRParams";
    if (!known)
        return fail(raised("args.name", "ValueError",
                           "Cannot resolve scheduler parameters '" + dataclass + "'.",
                           "Give the arguments beside sched.name"));
    if (dataclass == "ReduceLROnPlateauParams")
        return fail(raised("args", "ValueError",
                           "ReduceLROnPlateau has incorrect arguments: its dataclass passes `verbose`",
                           "Give the arguments beside sched.name"));
    return out;
}

PreparedSchedule none(std::string reason) {
    PreparedSchedule out;
    out.reason = std::move(reason);
    return out;
}

} // namespace

Result<PreparedSchedule> prepareSchedule(const Value& sched, double baseLr, const ScheduleContext& context) {
    if (sched.isNull())
        return none("Scheduler not initialized as no `sched` config supplied to setup_optimizer()");
    if (!sched.isMap())
        return fail(raised({}, "TypeError", "sched must be a map", "Give name and arguments"));
    Result<Request> request = requestOf(sched.asMap());
    if (!request) return fail(request.error());
    if (request->name.empty())
        return none("Could not resolve classpath for Scheduler Config, and `name` was not provided either. "
                    "\nScheduler cannot be instantiated !");
    std::optional<std::int64_t> maxSteps = context.maxSteps;
    if (const Value* given = sched.asMap().find("max_steps"); given && !given->isNull()) {
        const Result<std::int64_t> number = config::toInt(*given);
        if (!number) return fail(raised("max_steps", "TypeError", number.error().why, number.error().remedy));
        if (*number == -1)
            return none(
                "`max_steps` is set to -1 in the scheduler config, scheduler will not be instantiated");
        if (*number < 0)
            return fail(raised("max_steps", "AssertionError", "`max_steps` must be a non-negative integer",
                               "Give a number ≥ 0"));
        maxSteps = *number;
    }
    if (!maxSteps)
        return none("Neither `max_steps` nor `iters_per_batch` were provided to `optim.sched`, cannot "
                    "compute effective `max_steps` !\nScheduler will not be instantiated !");
    const SchedulerRegistration* kind = findScheduler(request->name);
    if (kind && kind->takesMaxSteps) request->arguments.set("max_steps", Value(*maxSteps));
    const std::size_t groups = std::max<std::size_t>(1, context.groupLrs.size());
    Result<Schedule> schedule = constructSchedule(request->name, request->arguments, baseLr, groups);
    if (!schedule) return fail(schedule.error());
    for (const double groupLr : context.groupLrs) // the constructor takes the first step of every group
        if (const Result<double> first = schedule->rate(0, groupLr); !first) return fail(first.error());
    PreparedSchedule out;
    out.schedule = std::move(*schedule);
    out.arguments = std::move(request->arguments);
    if (const Value* monitor = sched.asMap().find("monitor"); monitor && monitor->isString())
        out.monitor = monitor->asString();
    return out;
}

Result<Schedule> makeSchedule(const Value& sched, double baseLr, const ScheduleContext& context) {
    Result<PreparedSchedule> prepared = prepareSchedule(sched, baseLr, context);
    if (!prepared) return fail(prepared.error());
    if (!prepared->schedule)
        return fail(raised({}, "ValueError", prepared->reason, "Give sched.name and sched.max_steps"));
    return std::move(*prepared->schedule);
}

} // namespace fathom::schedule
