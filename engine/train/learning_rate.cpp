// SPDX-License-Identifier: Apache-2.0
#include "engine/train/learning_rate.h"

namespace fathom::train {
namespace {

/// A schedule's error with its place in the config.
Error placed(const config::Config& config, const std::string& section, const Error& error) {
    const std::string key = error.key.empty() ? section : section + '.' + error.key;
    Error found = config.errorAt(key, error.what, error.why, error.remedy);
    found.className = error.className;
    return found;
}

} // namespace

void LearningRate::use(std::shared_ptr<const schedule::Schedule> newSchedule, std::int64_t newStepsPerTick) {
    schedule = std::move(newSchedule);
    stepsPerTick = newStepsPerTick;
    rate = [shared = schedule, every = stepsPerTick](std::int64_t step, double baseRate) {
        return shared->rate(step / every, baseRate);
    };
    momentum = {};
    if (schedule->momentumAt(0))
        momentum = [shared = schedule, every = stepsPerTick](std::int64_t step) {
            return *shared->momentumAt(step / every);
        };
}

Result<LearningRate> createLearningRate(const config::Config& config, std::string_view path,
                                        const std::vector<double>& baseRates, const TrainerParams& params,
                                        const ScheduleLength& length, Log& log) {
    const std::string section = std::string(path) + ".sched";
    Value sched;
    if (config.find(section)) {
        Result<Value> value = config.resolved(section);
        if (!value) return fail(std::move(value.error()));
        sched = std::move(*value);
    }
    schedule::ScheduleContext context;
    if (params.maxSteps >= 0) {
        context.maxSteps = params.maxSteps;
        if (sched.isMap()) sched.asMap().set("max_steps", params.maxSteps);
    } else if (length.totalSteps >= 0) {
        context.maxSteps = length.totalSteps;
    }
    context.groupLrs = baseRates;
    const Result<schedule::PreparedSchedule> prepared =
        schedule::prepareSchedule(sched, baseRates.front(), context);
    if (!prepared) return fail(placed(config, section, prepared.error()));
    if (!prepared->schedule) {
        log.info(prepared->reason);
        return LearningRate{};
    }
    const auto shared = std::make_shared<const schedule::Schedule>(*prepared->schedule);
    LearningRate result;
    if (shared->followsMetric()) {
        auto plateau = schedule::Plateau::create(prepared->arguments, baseRates);
        if (!plateau) return fail(placed(config, section, plateau.error()));
        result.plateau = std::make_shared<schedule::Plateau>(std::move(*plateau));
        result.monitor = prepared->monitor;
        return result;
    }
    for (const double baseRate : baseRates)
        if (const Result<double> first = shared->rate(0, baseRate); !first)
            return fail(placed(config, section, first.error()));
    const std::int64_t every =
        shared->interval() == schedule::Interval::Epoch ? std::max<std::int64_t>(1, length.stepsPerEpoch) : 1;
    result.use(shared, every);
    return result;
}

} // namespace fathom::train
