// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/schedule_command.h"

#include "app/cli/config_command.h"
#include "app/cli/plugin_option.h"
#include "engine/config/convert.h"
#include "engine/schedule/schedule.h"

#include <memory>

namespace fathom::cli {

namespace {

struct ScheduleOptions {
    ConfigArguments config{};
    std::int64_t steps = -1;
    bool json = false;
};

struct Subject {
    std::string path{}; ///< of the optimizer's section
    Value optim{};
    std::optional<std::int64_t> maxSteps{};
};

std::optional<std::int64_t> integerAt(const Value& root, std::string_view path) {
    const Value* value = root.at(path);
    if (!value || value->isNull()) return std::nullopt;
    const Result<std::int64_t> number = config::toInt(*value);
    return number ? std::optional(*number) : std::nullopt;
}

/// The optimizer's section at model.optim or optim. trainer.max_steps, where it is set, goes before
/// sched.max_steps.
Result<Subject> subjectOf(const config::Config& composed, std::int64_t steps) {
    Subject out;
    out.path = composed.find("model.optim") ? "model.optim" : "optim";
    if (!composed.find(out.path + ".sched"))
        return fail(composed.errorAt(out.path, "Cannot find the scheduler",
                                     "neither model.optim.sched nor optim.sched is in the config",
                                     "Add model.optim.sched"));
    Result<Value> optim = composed.resolved(out.path);
    if (!optim) return fail(optim.error());
    out.optim = std::move(*optim);
    if (const auto fromTrainer = composed.find("trainer.max_steps")
                                     ? integerAt(composed.unresolved(), "trainer.max_steps")
                                     : std::nullopt;
        fromTrainer && *fromTrainer >= 0) {
        if (Value* sched = out.optim.asMap().find("sched"); sched && sched->isMap())
            sched->asMap().set("max_steps", Value(*fromTrainer));
    }
    out.maxSteps = integerAt(out.optim, "sched.max_steps");
    if (!out.maxSteps && steps >= 0) out.maxSteps = steps;
    return out;
}

Error placed(const config::Config& composed, const std::string& section, Error error) {
    const std::string key = section + ".sched" + (error.key.empty() ? "" : "." + error.key);
    Error out = composed.errorAt(key, error.what, error.why, error.remedy);
    out.className = error.className;
    return out;
}

Result<std::vector<double>> rates(const ScheduleOptions& options, const config::Config& composed) {
    const Result<Subject> subject = subjectOf(composed, options.steps);
    if (!subject) return fail(subject.error());
    const Value* lr = subject->optim.at("lr");
    const Result<double> base = config::toFloat(lr ? *lr : Value{});
    if (!base)
        return fail(composed.errorAt(subject->path + ".lr", "Cannot read " + subject->path + ".lr",
                                     base.error().why, "Give a number"));
    const Value* sched = subject->optim.at("sched");
    const auto schedule = schedule::makeSchedule(*sched, *base, {.maxSteps = subject->maxSteps});
    if (!schedule) return fail(placed(composed, subject->path, schedule.error()));
    const std::int64_t steps = options.steps >= 0 ? options.steps : subject->maxSteps.value_or(0);
    std::vector<double> out;
    for (std::int64_t step = 0; step <= steps; ++step) {
        const Result<double> rate = schedule->rate(step, *base);
        if (!rate) return fail(placed(composed, subject->path, rate.error()));
        out.push_back(*rate);
    }
    return out;
}

void runSchedule(CommandContext& context, const ScheduleOptions& options) {
    Result<plugin::Selection> plugins = loadPlugins(options.config.plugins);
    if (!plugins) return report(context, plugins.error(), options.json);
    const Result<config::Config> composed = config::compose(options.config.request());
    if (!composed) return report(context, composed.error(), options.json);
    if (const Status listed = plugins->addFrom(*composed); !listed)
        return report(context, listed.error(), options.json);
    const Result<std::vector<double>> lr = rates(options, *composed);
    if (!lr) return report(context, lr.error(), options.json);
    if (options.json) {
        Value::List list(lr->begin(), lr->end());
        return print(toJson(Value(Value::Map{{"lr", Value(std::move(list))}})));
    }
    std::string text;
    for (std::size_t step = 0; step < lr->size(); ++step)
        text += std::to_string(step) + '\t' + formatFloat((*lr)[step]) + '\n';
    print(text);
}

} // namespace

void addScheduleCommand(CLI::App& app, CommandContext& context) {
    auto options = std::make_shared<ScheduleOptions>();
    CLI::App* command = app.add_subcommand("schedule", "print the learning rate of each step");
    addConfigArguments(*command, options->config);
    command->add_option("--steps", options->steps, "scheduler steps to print (default: sched.max_steps)")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{100'000'000}));
    command->add_flag("--json", options->json, "print one JSON document");
    command->callback([&context, options] { runSchedule(context, *options); });
}

} // namespace fathom::cli
