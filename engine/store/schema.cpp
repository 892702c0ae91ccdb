// SPDX-License-Identifier: Apache-2.0
#include "engine/store/schema.h"

#include <chrono>
#include <sqlite3.h>
#include <thread>

namespace fathom::store {

namespace {

// Long texts stand last, so that listing the runs does not read them. AUTOINCREMENT where readers follow by
// id: an id must not come again after its row was deleted.
constexpr const char* kVersion1 = R"(
CREATE TABLE runs(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  number INTEGER NOT NULL,
  state TEXT NOT NULL,
  error TEXT NOT NULL DEFAULT '',
  created_at REAL NOT NULL,
  started_at REAL NOT NULL DEFAULT 0,
  ended_at REAL NOT NULL DEFAULT 0,
  updated_at REAL NOT NULL,
  step INTEGER NOT NULL DEFAULT 0,
  total_steps INTEGER NOT NULL DEFAULT -1,
  epoch INTEGER NOT NULL DEFAULT 0,
  total_epochs INTEGER NOT NULL DEFAULT -1,
  phase TEXT NOT NULL DEFAULT '',
  steps_per_second REAL NOT NULL DEFAULT 0,
  pid INTEGER NOT NULL,
  process_start INTEGER NOT NULL,
  boot_id TEXT NOT NULL,
  host TEXT NOT NULL,
  directory TEXT NOT NULL DEFAULT '',
  config_path TEXT NOT NULL DEFAULT '',
  config_name TEXT NOT NULL DEFAULT '',
  command TEXT NOT NULL DEFAULT '',
  overrides TEXT NOT NULL DEFAULT '[]',
  config_json TEXT NOT NULL DEFAULT '',
  config_yaml TEXT NOT NULL DEFAULT '',
  UNIQUE(name, number));
CREATE TABLE run_numbers(
  name TEXT PRIMARY KEY,
  last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE series(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL REFERENCES runs(id),
  name TEXT NOT NULL,
  UNIQUE(run, name));
CREATE TABLE metrics(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  series INTEGER NOT NULL REFERENCES series(id),
  step INTEGER NOT NULL,
  wall_time REAL NOT NULL,
  value REAL);
CREATE INDEX metrics_series ON metrics(series);
CREATE TABLE events(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL REFERENCES runs(id),
  wall_time REAL NOT NULL,
  level TEXT NOT NULL,
  text TEXT NOT NULL);
CREATE INDEX events_run ON events(run);
CREATE TABLE samples(
  run INTEGER NOT NULL REFERENCES runs(id),
  step INTEGER NOT NULL,
  sample INTEGER NOT NULL,
  source TEXT NOT NULL,
  reference TEXT NOT NULL,
  prediction TEXT NOT NULL,
  score REAL,
  PRIMARY KEY(run, step, sample)) WITHOUT ROWID;
CREATE TABLE artifacts(
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs(id),
  kind TEXT NOT NULL,
  path TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  UNIQUE(run, path));
PRAGMA user_version = 1;
)";

constexpr const char* kVersion2 = R"(
CREATE TABLE archive_members(
  archive TEXT NOT NULL,
  member TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  written_at REAL NOT NULL,
  PRIMARY KEY(archive, member)) WITHOUT ROWID;
PRAGMA user_version = 2;
)";

constexpr const char* kVersion3 = R"(
ALTER TABLE events ADD COLUMN kind TEXT NOT NULL DEFAULT 'log';
ALTER TABLE events ADD COLUMN step INTEGER;
CREATE TABLE commands(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL REFERENCES runs(id),
  kind TEXT NOT NULL,
  value REAL NOT NULL DEFAULT 0,
  created_at REAL NOT NULL,
  taken_at REAL NOT NULL DEFAULT 0,
  outcome TEXT NOT NULL DEFAULT '');
CREATE INDEX commands_run ON commands(run);
PRAGMA user_version = 3;
)";

/// Index i brings version i to i + 1.
constexpr const char* kMigrations[] = {kVersion1, kVersion2, kVersion3};
static_assert(std::size(kMigrations) == kSchemaVersion);

/// Changing the journal mode fails with SQLITE_BUSY at once, without the busy handler, while another process
/// does it too.
void useWriteAheadLog(Database& database, int busyTimeoutMs) {
    const auto giveUp = std::chrono::steady_clock::now() + std::chrono::milliseconds(busyTimeoutMs);
    while (true) {
        try {
            database.execute("PRAGMA journal_mode = WAL");
            return;
        } catch (const DatabaseError& error) {
            if (!error.isBusy() || std::chrono::steady_clock::now() > giveUp) throw;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

} // namespace

Database openForWriting(const std::filesystem::path& file, int busyTimeoutMs, Database::Mode mode) {
    Database database(file, mode, busyTimeoutMs);
    useWriteAheadLog(database, busyTimeoutMs);
    database.execute("PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864");
    return database;
}

void migrate(Database& database) {
    if (checkVersion(database) == kSchemaVersion) return;
    Transaction transaction(database);
    for (int version = checkVersion(database); version < kSchemaVersion; ++version)
        database.execute(kMigrations[version]);
    transaction.commit();
}

int checkVersion(Database& database) {
    const std::int64_t version = database.integer("PRAGMA user_version");
    if (version > kSchemaVersion)
        throw DatabaseError(SQLITE_NOTADB, "a newer Fathom wrote it (schema " + std::to_string(version) +
                                               ", known is " + std::to_string(kSchemaVersion) + ")");
    return static_cast<int>(version);
}

} // namespace fathom::store
