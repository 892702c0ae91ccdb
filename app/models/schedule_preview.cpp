// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/schedule_preview.h"

#include "engine/config/convert.h"
#include "engine/schedule/max_steps.h"
#include "engine/schedule/schedule.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <optional>

namespace fathom::app {

namespace {

constexpr std::int64_t kMaximumPoints = 400;

QString tr(const char* text) {
    return QCoreApplication::translate("SchedulePreview", text);
}

std::optional<Value> valueAt(const config::Config& config, const std::string& path) {
    if (!config.find(path)) return std::nullopt;
    const Result<Value> value = config.resolved(path);
    return value && !value->isNull() ? std::optional(*value) : std::nullopt;
}

std::optional<std::int64_t> integerAt(const config::Config& config, const std::string& path) {
    const auto value = valueAt(config, path);
    const auto number = value ? config::toInt(*value) : Result<std::int64_t>(fail(Error{}));
    return number ? std::optional(*number) : std::nullopt;
}

/// Lines of the manifests, which are what the data set counts before it drops clips that are too long.
std::int64_t countSamples(const Value& manifests) {
    const Value::List files = manifests.isList() ? manifests.asList() : Value::List{manifests};
    std::int64_t samples = 0;
    for (const Value& file : files) {
        if (!file.isString()) continue;
        std::ifstream stream(file.asString());
        for (std::string line; std::getline(stream, line);)
            samples += line.find('{') != std::string::npos ? 1 : 0;
    }
    return samples;
}

/// How long the run is, as far as the config and the manifest say.
struct Length {
    std::optional<std::int64_t> steps{}; ///< optimizer steps in all
    std::int64_t stepsPerEpoch = 1;
};

Length lengthFromData(const config::Config& config) {
    const auto manifests = valueAt(config, "model.train_ds.manifest_filepath");
    const auto epochs = integerAt(config, "trainer.max_epochs");
    const auto batch = integerAt(config, "model.train_ds.batch_size");
    if (!manifests || !batch || *batch <= 0) return {};
    schedule::MaxStepsInput input;
    input.accumulateGradBatches = integerAt(config, "trainer.accumulate_grad_batches").value_or(1);
    input.samples = countSamples(*manifests);
    input.batchSize = *batch;
    input.dropLast = valueAt(config, "model.train_ds.drop_last") == std::optional(Value(true));
    if (const auto limit = valueAt(config, "trainer.limit_train_batches")) {
        if (limit->isInt()) input.limitTrainBatches = limit->asInt();
        if (limit->isFloat()) input.limitTrainBatches = limit->asFloat();
    }
    if (input.samples <= 0 || input.accumulateGradBatches <= 0) return {};
    Length length;
    length.stepsPerEpoch = std::max<std::int64_t>(1, schedule::computeMaxSteps(input));
    if (epochs && *epochs > 0) length.steps = length.stepsPerEpoch * *epochs;
    return length;
}

template <class Rate> void draw(SchedulePreview& preview, std::int64_t steps, const Rate& rate) {
    const std::int64_t stride = std::max<std::int64_t>(1, steps / kMaximumPoints);
    for (std::int64_t step = 0; step <= steps; step += stride) {
        const double value = rate(step);
        if (std::isfinite(value)) preview.points.emplace_back(static_cast<double>(step), value);
    }
}

SchedulePreview without(const QString& note) {
    return {{}, note};
}

/// Training does the same in engine/train/learning_rate.cpp: trainer.max_steps decides the schedule's length,
/// and without a schedule the rate stays.
SchedulePreview curveOf(Value sched, double lr, std::optional<std::int64_t> trainerSteps,
                        const Length& length) {
    std::optional<std::int64_t> steps = trainerSteps ? trainerSteps : length.steps;
    if (trainerSteps && sched.isMap()) sched.asMap().set("max_steps", Value(*trainerSteps));
    const auto prepared = schedule::prepareSchedule(sched, lr, {.maxSteps = steps});
    if (!prepared) return without(QString::fromStdString(prepared.error().message()).simplified());
    const Value* const own = sched.isMap() ? sched.at("max_steps") : nullptr;
    QString note = trainerSteps ? tr("Steps by trainer.max_steps") : tr("Steps counted from the manifest");
    if (!steps && own && own->isInt() && own->asInt() > 0) {
        steps = own->asInt();
        note = tr("Steps by sched.max_steps");
    }
    if (!prepared->schedule) {
        if (sched.isMap() && !steps)
            return without(tr("The number of steps is not known before training: there is neither "
                              "trainer.max_steps nor training data to count."));
        SchedulePreview flat = without(sched.isMap() ? QString::fromStdString(prepared->reason).simplified()
                                                     : tr("There is no scheduler: the rate stays as it is."));
        if (steps) draw(flat, *steps, [lr](std::int64_t) { return lr; });
        return flat;
    }
    if (!steps) return without(tr("The number of steps is not known before training."));
    SchedulePreview curve = without(note);
    const schedule::Schedule& schedule = *prepared->schedule;
    const std::int64_t every = schedule.interval() == schedule::Interval::Epoch ? length.stepsPerEpoch : 1;
    draw(curve, *steps, [&](std::int64_t step) { return schedule.at(step / every); });
    return curve;
}

/// A schedule that nothing knows, in a config that lists plugins, which only training loads.
bool needsPlugin(const config::Config& config, const std::string& section) {
    const auto name = valueAt(config, section + ".sched.name");
    const auto plugins = valueAt(config, "plugins");
    return name && name->isString() && !schedule::findScheduler(name->asString()) && plugins &&
           plugins->isList() && !plugins->asList().empty();
}

} // namespace

SchedulePreview previewSchedule(const config::Config& config) {
    const std::string section = config.find("model.optim") ? "model.optim" : "optim";
    if (!config.find(section)) return without(tr("The config has no optimizer section."));
    if (needsPlugin(config, section))
        return without(
            tr("The schedule may be one of the config's plugins, which are loaded when it is trained."));
    const auto lrValue = valueAt(config, section + ".lr");
    const auto lr = lrValue ? config::toFloat(*lrValue) : Result<double>(fail(Error{}));
    if (!lr) return without(tr("The learning rate is not a number."));
    auto trainerSteps = integerAt(config, "trainer.max_steps");
    if (trainerSteps && *trainerSteps < 0) trainerSteps.reset();
    const auto sched = valueAt(config, section + ".sched");
    return curveOf(sched.value_or(Value{}), *lr, trainerSteps, lengthFromData(config));
}

} // namespace fathom::app
