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

QString translated(const char* text) {
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

std::optional<std::int64_t> stepsFromData(const config::Config& config) {
    const auto manifests = valueAt(config, "model.train_ds.manifest_filepath");
    const auto epochs = integerAt(config, "trainer.max_epochs");
    const auto batch = integerAt(config, "model.train_ds.batch_size");
    if (!manifests || !epochs || !batch || *batch <= 0 || *epochs <= 0) return std::nullopt;
    schedule::MaxStepsInput input;
    input.maxEpochs = *epochs;
    input.accumulateGradBatches = integerAt(config, "trainer.accumulate_grad_batches").value_or(1);
    input.samples = countSamples(*manifests);
    input.batchSize = *batch;
    const std::int64_t steps =
        input.samples > 0 && input.accumulateGradBatches > 0 ? schedule::computeMaxSteps(input) : 0;
    return steps > 0 ? std::optional(steps) : std::nullopt;
}

SchedulePreview without(const QString& note) {
    return {{}, note};
}

} // namespace

SchedulePreview previewSchedule(const config::Config& config) {
    const std::string section = config.find("model.optim") ? "model.optim" : "optim";
    const auto sched = valueAt(config, section + ".sched");
    if (!sched || !sched->isMap()) return without(translated("There is no scheduler: the rate stays as it is."));
    const auto lrValue = valueAt(config, section + ".lr");
    const auto lr = lrValue ? config::toFloat(*lrValue) : Result<double>(fail(Error{}));
    if (!lr) return without(translated("The learning rate is not a number."));

    QString note = translated("steps by trainer.max_steps");
    auto steps = integerAt(config, "trainer.max_steps");
    if (!steps || *steps <= 0) {
        steps = integerAt(config, section + ".sched.max_steps");
        note = translated("steps by sched.max_steps");
    }
    if (!steps || *steps <= 0) {
        steps = stepsFromData(config);
        note = translated("steps counted from the manifest");
    }
    if (!steps || *steps <= 0) return without(translated("The number of steps is not known before training."));
    const auto schedule = schedule::makeSchedule(*sched, *lr, {.maxSteps = steps});
    if (!schedule) return without(QString::fromStdString(schedule.error().message()).simplified());

    SchedulePreview preview{{}, note};
    const std::int64_t stride = std::max<std::int64_t>(1, *steps / kMaximumPoints);
    for (std::int64_t step = 0; step <= *steps; step += stride) {
        const double rate = schedule->at(step);
        if (std::isfinite(rate)) preview.points.emplace_back(static_cast<double>(step), rate);
    }
    return preview;
}

} // namespace fathom::app
