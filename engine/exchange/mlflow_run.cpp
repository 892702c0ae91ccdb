// SPDX-License-Identifier: Apache-2.0
#include "engine/exchange/mlflow_run.h"

#include "engine/exchange/text_values.h"

#include <algorithm>

namespace fathom::exchange {

namespace {

store::RunState stateOf(std::string_view status) {
    if (status == "FINISHED") return store::RunState::Completed;
    if (status == "FAILED") return store::RunState::Failed;
    if (status == "KILLED") return store::RunState::Stopped;
    return store::RunState::Interrupted; // RUNNING, SCHEDULED: nobody here can tell whether it goes on
}

void addTag(const std::string& name, const std::string& value, store::ForeignRun& description) {
    static const std::map<std::string, std::string, std::less<>> kKnown{
        {"mlflow.source.git.commit", "git.commit"},
        {"mlflow.source.git.branch", "git.branch"},
        {"mlflow.source.git.repoURL", "git.remote"}};
    if (name == "mlflow.note.content") {
        description.note = value;
    } else if (name == "mlflow.runName") {
        return; // its title
    } else if (const auto known = kKnown.find(name); known != kKnown.end()) {
        description.run.environment[known->second] = value;
    } else if (name.starts_with("mlflow.")) {
        description.run.environment[name] = value;
    } else {
        std::string tag = value.empty() ? name : name + '=' + value;
        std::replace(tag.begin(), tag.end(), '\n', ' ');
        description.tags.push_back(std::move(tag));
    }
}

} // namespace

std::string_view mlflowStatus(std::int64_t number) {
    constexpr std::string_view kNames[] = {"", "RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"};
    return number > 0 && number < static_cast<std::int64_t>(std::size(kNames)) ? kNames[number] : "";
}

std::string titleOf(const MlflowRun& run) {
    const std::string& own = run.name.empty() ? run.id : run.name;
    return run.experiment.empty() || run.experiment == "Default" ? own : run.experiment + '/' + own;
}

store::ForeignRun descriptionOf(const MlflowRun& run) {
    store::ForeignRun description;
    description.state = stateOf(run.status);
    description.startedAt = static_cast<double>(run.startTime) / 1000;
    description.endedAt = static_cast<double>(run.endTime) / 1000;
    for (const auto& [name, value] : run.params)
        description.run.leaves.push_back({.key = name, .value = plainValue(value)});
    description.run.environment["mlflow.run_id"] = run.id;
    if (!run.experiment.empty()) description.run.environment["mlflow.experiment"] = run.experiment;
    if (!run.user.empty()) description.run.environment["mlflow.user"] = run.user;
    if (!run.artifactUri.empty()) description.run.environment["mlflow.artifact_uri"] = run.artifactUri;
    if (!run.sourceName.empty()) description.run.command = run.sourceName;
    for (const auto& [name, value] : run.tags)
        addTag(name, value, description);
    return description;
}

} // namespace fathom::exchange
