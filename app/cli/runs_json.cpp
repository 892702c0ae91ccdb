// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/runs_json.h"

namespace fathom::cli {

namespace {

Value timeOrNull(double seconds) {
    return seconds > 0 ? Value(seconds) : Value();
}
Value totalOrNull(std::int64_t total) {
    return total >= 0 ? Value(total) : Value();
}

Value configOf(const store::Run& run) {
    if (run.configJson.empty()) return {};
    Result<Value> config = fromJson(run.configJson);
    return config ? std::move(*config) : Value();
}

} // namespace

Value::Map lastMetrics(const std::vector<store::LastValue>& values, store::RunId run) {
    Value::Map metrics;
    for (const store::LastValue& value : values)
        if (value.run == run) metrics.set(value.name, value.point.value);
    return metrics;
}

Value::Map toJsonObject(const store::Run& run, Value::Map metrics) {
    return {{"id", static_cast<std::int64_t>(run.id)},
            {"name", run.name},
            {"number", run.number},
            {"title", run.title()},
            {"state", name(run.state)},
            {"error", run.error},
            {"created_at", timeOrNull(run.createdAt)},
            {"started_at", timeOrNull(run.startedAt)},
            {"ended_at", timeOrNull(run.endedAt)},
            {"step", run.progress.step},
            {"total_steps", totalOrNull(run.progress.totalSteps)},
            {"epoch", run.progress.epoch},
            {"directory", run.directory},
            {"metrics", std::move(metrics)}};
}

Value::Map toJsonDetails(const store::Run& run, Value::Map metrics, const std::vector<store::Event>& events,
                         const std::vector<store::Artifact>& artifacts) {
    Value::Map object = toJsonObject(run, std::move(metrics));
    object.set("updated_at", timeOrNull(run.updatedAt));
    object.set("total_epochs", totalOrNull(run.progress.totalEpochs));
    object.set("phase", run.progress.phase);
    object.set("host", run.process.host);
    object.set("pid", run.process.pid);
    object.set("command", run.command);
    object.set("config_path", run.configPath);
    object.set("config_name", run.configName);
    object.set("overrides", Value::List(run.overrides.begin(), run.overrides.end()));
    object.set("config", configOf(run));
    Value::List eventList;
    for (const store::Event& event : events)
        eventList.emplace_back(Value::Map{{"wall_time", event.wallTime},
                                          {"level", name(event.level)},
                                          {"text", event.text},
                                          {"kind", event.kind},
                                          {"step", event.step >= 0 ? Value(event.step) : Value()}});
    object.set("events", std::move(eventList));
    Value::List artifactList;
    for (const store::Artifact& artifact : artifacts)
        artifactList.emplace_back(Value::Map{{"kind", artifact.kind},
                                             {"path", artifact.path},
                                             {"sha256", artifact.sha256},
                                             {"bytes", artifact.bytes}});
    object.set("artifacts", std::move(artifactList));
    return object;
}

} // namespace fathom::cli
