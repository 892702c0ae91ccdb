// SPDX-License-Identifier: Apache-2.0
// What the migration to version 4 does beyond SQL. Internal to engine/store; throws DatabaseError.
#pragma once

#include "engine/store/database.h"

namespace fathom::store {

/// From the table metrics of version 3 into points, with their summaries and pyramids.
void convertPoints(Database& database);
/// Leaves of the configs that runs kept as JSON only; their layers stay unknown.
void convertConfigs(Database& database);

} // namespace fathom::store
