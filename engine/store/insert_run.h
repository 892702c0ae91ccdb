// SPDX-License-Identifier: Apache-2.0
// A run's own row and what is known of it from the start. Internal to engine/store; throws DatabaseError.
#pragma once

#include "engine/store/bulk_writer.h"
#include "engine/store/database.h"

namespace fathom::store {

/// One transaction. The run gets the next number of its name.
[[nodiscard]] Run insertRun(Database& database, const ForeignRun& request);

} // namespace fathom::store
