// SPDX-License-Identifier: Apache-2.0
// A run's own row and what is known of it from the start. Internal to engine/store; throws DatabaseError.
#pragma once

#include "engine/store/bulk_writer.h"
#include "engine/store/database.h"

namespace fathom::store {

/// One transaction. The run gets the next number of its name.
[[nodiscard]] Run insertRun(Database& database, const ForeignRun& request);

/// The leaves (those of configJson where none are given), layers and environment, within the caller's
/// transaction.
void writeConfig(Database& database, RunId run, const NewRun& description);

} // namespace fathom::store
