// SPDX-License-Identifier: Apache-2.0
// The tables of runs.sqlite; docs/schema.md is their documentation. Internal to engine/store.
#pragma once

#include "engine/store/database.h"

namespace fathom::store {

constexpr const char* kDatabaseName = "runs.sqlite";
/// PRAGMA user_version that this program writes.
constexpr int kSchemaVersion = 3;

/// Opens for writing with the pragmas every writer uses (WAL, synchronous=NORMAL). Throws DatabaseError.
[[nodiscard]] Database openForWriting(const std::filesystem::path& file, int busyTimeoutMs,
                                      Database::Mode mode = Database::Mode::ReadWrite);
/// Brings an empty or older database to kSchemaVersion in one transaction; safe when several processes do it
/// at once. Throws DatabaseError, also for a database of a newer program.
void migrate(Database& database);
/// Throws DatabaseError if a newer program wrote the database. Returns its version; 0: nothing in it yet.
int checkVersion(Database& database);

} // namespace fathom::store
