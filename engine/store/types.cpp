// SPDX-License-Identifier: Apache-2.0
#include "engine/store/types.h"

#include <algorithm>

namespace fathom::store {

namespace {
constexpr RunState kStates[] = {RunState::Created,    RunState::Running, RunState::Stopping,
                                RunState::Completed,  RunState::Stopped, RunState::Failed,
                                RunState::Interrupted};

bool goesOn(const Value& value) {
    if (value.isMap()) return !value.asMap().empty();
    return value.isList() && std::any_of(value.asList().begin(), value.asList().end(),
                                         [](const Value& item) { return item.isMap() || item.isList(); });
}

void addLeaves(const std::string& key, const Value& value, std::vector<ConfigLeaf>& leaves) {
    const std::string prefix = key.empty() ? key : key + '.';
    if (!goesOn(value)) {
        leaves.push_back({.key = key, .value = value});
    } else if (value.isMap()) {
        for (const auto& [name, item] : value.asMap())
            addLeaves(prefix + name, item, leaves);
    } else {
        for (std::size_t i = 0; i < value.asList().size(); ++i)
            addLeaves(prefix + std::to_string(i), value.asList()[i], leaves);
    }
}

} // namespace

std::vector<ConfigLeaf> leavesOf(const Value& config) {
    std::vector<ConfigLeaf> leaves;
    if (goesOn(config)) addLeaves({}, config, leaves);
    return leaves;
}

std::string_view name(RunState state) {
    switch (state) {
    case RunState::Created:
        return "created";
    case RunState::Running:
        return "running";
    case RunState::Stopping:
        return "stopping";
    case RunState::Completed:
        return "completed";
    case RunState::Stopped:
        return "stopped";
    case RunState::Failed:
        return "failed";
    case RunState::Interrupted:
        return "interrupted";
    }
    return "interrupted";
}

RunState runState(std::string_view text) {
    for (const RunState state : kStates)
        if (name(state) == text) return state;
    return RunState::Interrupted;
}

} // namespace fathom::store
