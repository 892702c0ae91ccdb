// SPDX-License-Identifier: Apache-2.0
// Rows of the database as the values of types.h. Internal to engine/store.
#pragma once

#include "engine/store/database.h"
#include "engine/store/types.h"

namespace fathom::store {

/// What readRun reads, without the configs.
inline constexpr const char* kRunColumns =
    "id, name, number, state, error, created_at, started_at, ended_at, updated_at, step, total_steps, epoch, "
    "total_epochs, phase, steps_per_second, pid, process_start, boot_id, host, directory, config_path, "
    "config_name, "
    "command, overrides, edited_at, note, starred, archived, trashed_at, resumed_from, resumed_step, source";
inline constexpr int kRunColumnCount = 32;

/// The current row of a statement that selects kRunColumns first. Without tags.
[[nodiscard]] Run readRun(const Statement& row);

} // namespace fathom::store
