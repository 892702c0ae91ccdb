// SPDX-License-Identifier: Apache-2.0
#include "engine/store/types.h"

namespace fathom::store {

namespace {
constexpr RunState kStates[] = {RunState::Created,    RunState::Running, RunState::Stopping,
                                RunState::Completed,  RunState::Stopped, RunState::Failed,
                                RunState::Interrupted};
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
