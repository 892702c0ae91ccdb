// SPDX-License-Identifier: Apache-2.0
#include "engine/store/schema.h"

#include "engine/store/schema_v4.h"

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

// Points lie by their series, so that one curve is one range of the table and the table needs no index:
// id = series << 32 | number of the point. What a table of runs shows as a column (a config key, a metric)
// lies by its name for the same reason.
constexpr const char* kVersion4 = R"(
ALTER TABLE runs ADD COLUMN edited_at REAL NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN trashed_at REAL NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN resumed_from INTEGER REFERENCES runs(id);
ALTER TABLE runs ADD COLUMN resumed_step INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN source TEXT NOT NULL DEFAULT '';
CREATE INDEX runs_source ON runs(source) WHERE source <> '';
CREATE INDEX runs_resumed ON runs(resumed_from) WHERE resumed_from IS NOT NULL;
CREATE TABLE tags(
  run INTEGER NOT NULL REFERENCES runs(id),
  tag TEXT NOT NULL,
  PRIMARY KEY(run, tag)) WITHOUT ROWID;
CREATE TABLE points(
  id INTEGER PRIMARY KEY,
  step INTEGER NOT NULL,
  wall_time REAL NOT NULL,
  value REAL);
CREATE TABLE metric_names(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE);
CREATE TABLE summaries(
  metric INTEGER NOT NULL REFERENCES metric_names(id),
  run INTEGER NOT NULL REFERENCES runs(id),
  series INTEGER NOT NULL REFERENCES series(id),
  points INTEGER NOT NULL,
  not_finite INTEGER NOT NULL,
  last_step INTEGER, last_wall_time REAL, last REAL,
  least_step INTEGER, least_wall_time REAL, least REAL,
  greatest_step INTEGER, greatest_wall_time REAL, greatest REAL,
  PRIMARY KEY(metric, run)) WITHOUT ROWID;
CREATE TABLE pyramids(
  series INTEGER NOT NULL REFERENCES series(id),
  level INTEGER NOT NULL,
  block INTEGER NOT NULL,
  buckets BLOB NOT NULL,
  PRIMARY KEY(series, level, block)) WITHOUT ROWID;
CREATE TABLE config_keys(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE);
CREATE TABLE config_origins(
  id INTEGER PRIMARY KEY,
  layer TEXT NOT NULL,
  place TEXT NOT NULL,
  UNIQUE(layer, place));
CREATE TABLE config_values(
  key INTEGER NOT NULL REFERENCES config_keys(id),
  run INTEGER NOT NULL REFERENCES runs(id),
  type TEXT NOT NULL,
  value,
  origin INTEGER NOT NULL REFERENCES config_origins(id),
  position INTEGER NOT NULL,
  PRIMARY KEY(key, run)) WITHOUT ROWID;
CREATE TABLE texts(
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL UNIQUE,
  text TEXT NOT NULL);
CREATE TABLE layers(
  run INTEGER NOT NULL REFERENCES runs(id),
  position INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  text INTEGER NOT NULL REFERENCES texts(id),
  PRIMARY KEY(run, position)) WITHOUT ROWID;
CREATE TABLE environment(
  name TEXT NOT NULL,
  run INTEGER NOT NULL REFERENCES runs(id),
  value TEXT NOT NULL,
  PRIMARY KEY(name, run)) WITHOUT ROWID;
CREATE INDEX environment_run ON environment(run);
ALTER TABLE samples ADD COLUMN kind TEXT NOT NULL DEFAULT 'wer';
PRAGMA user_version = 4;
)";

/// Once the old table's points are in the new one.
constexpr const char* kVersion4End = R"(
DROP TABLE metrics;
CREATE VIEW metrics(series, number, step, wall_time, value) AS
  SELECT id >> 32, id & 4294967295, step, wall_time, value FROM points;
)";

struct Migration {
    const char* sql;
    void (*convert)(Database&) = nullptr; ///< what SQL cannot do, afterwards
};

void toVersion4(Database& database) {
    convertPoints(database);
    convertConfigs(database);
    database.execute(kVersion4End);
}

/// Index i brings version i to i + 1.
constexpr Migration kMigrations[] = {{kVersion1}, {kVersion2}, {kVersion3}, {kVersion4, toVersion4}};
static_assert(std::size(kMigrations) == kSchemaVersion);

/// An older program that still writes would find its tables gone, and lose what it measures from then on.
void refuseWhileOthersWrite(Database& database) {
    Statement open(database, "SELECT name || '/' || number, pid, process_start, boot_id, host FROM runs "
                             "WHERE state IN ('created', 'running', 'stopping')");
    while (open.step()) {
        const ProcessIdentity owner{open.integer(1), open.integer(2), open.text(3), open.text(4)};
        if (owner.pid == thisProcess().pid || !owner.isAlive()) continue;
        throw DatabaseError(SQLITE_BUSY, "an older Fathom (process " + std::to_string(owner.pid) +
                                             ") still writes " + open.text(0) +
                                             ": it is brought up to date when that run is over");
    }
}

/// A copy of the database as it is, beside it: "runs-v3-backup.sqlite". Kept when it is there already.
void backUp(Database& database, const std::filesystem::path& file, int version) {
    std::string name = "runs-v";
    name += std::to_string(version) + "-backup.sqlite";
    const std::filesystem::path target = file.parent_path() / name;
    std::error_code ignored;
    if (std::filesystem::exists(target, ignored)) return;
    std::filesystem::path part = target;
    part += "." + std::to_string(thisProcess().pid) + ".part";
    std::filesystem::remove(part, ignored);
    try {
        Statement copy(database, "VACUUM INTO ?");
        copy.bind(part.string()).run();
    } catch (const DatabaseError&) {
        std::filesystem::remove(part, ignored);
        throw;
    }
    std::filesystem::rename(part, target);
}

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
    // The log is copied into the file every 32 MB (8,000 pages) instead of 4: fewer waits for the disk.
    database.execute("PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864; "
                     "PRAGMA wal_autocheckpoint = 8000; PRAGMA cache_size = -32768");
    return database;
}

void migrate(Database& database, const std::filesystem::path& file) {
    const int found = checkVersion(database);
    if (found == kSchemaVersion) return;
    if (found > 0) {
        refuseWhileOthersWrite(database);
        backUp(database, file, found);
    }
    Transaction transaction(database);
    for (int version = checkVersion(database); version < kSchemaVersion; ++version) {
        database.execute(kMigrations[version].sql);
        if (kMigrations[version].convert != nullptr) kMigrations[version].convert(database);
    }
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
