// SPDX-License-Identifier: Apache-2.0
// The tables of runs.sqlite; docs/schema.md is their documentation. Internal to engine/store.
#pragma once

#include "engine/store/database.h"

#include <exception>

namespace fathom::store {

constexpr const char* kDatabaseName = "runs.sqlite";
/// PRAGMA user_version that this program writes.
constexpr int kSchemaVersion = 4;

/// Opens for writing with the pragmas every writer uses (WAL, synchronous=NORMAL). Throws DatabaseError.
[[nodiscard]] Database openForWriting(const std::filesystem::path& file, int busyTimeoutMs,
                                      Database::Mode mode = Database::Mode::ReadWrite);
/// Brings an empty or older database to kSchemaVersion in one transaction; safe when several processes do it
/// at once. An older one is copied first ("runs-v3-backup.sqlite" beside `file`). Throws DatabaseError, also
/// for a database of a newer program, and filesystem_error.
void migrate(Database& database, const std::filesystem::path& file);
/// What `action` and SQLite throw becomes an error that says `what`.
template <class Action>
auto guarded(const char* what, const std::filesystem::path& file, const Action& action)
    -> decltype(action()) {
    try {
        return action();
    } catch (const DatabaseError& error) {
        return fail(toError(error, what, file));
    } catch (const std::exception& error) {
        return fail({.kind = ErrorKind::Failed,
                     .what = what,
                     .why = error.what(),
                     .remedy = "Free some memory",
                     .file = file.string()});
    }
}
/// The same for `edit(Database&)` on an existing store, which is migrated first. Waits for other writers, at
/// most 5 s; not for the GUI thread.
template <class Edit> auto editStore(const char* what, const std::filesystem::path& file, const Edit& edit) {
    return guarded(what, file, [&] {
        Database database = openForWriting(file, 5000, Database::Mode::ReadWriteExisting);
        migrate(database, file);
        return edit(database);
    });
}
/// Throws DatabaseError if a newer program wrote the database. Returns its version; 0: nothing in it yet.
int checkVersion(Database& database);

} // namespace fathom::store
