// SPDX-License-Identifier: Apache-2.0
// The trash of edit.h and what leaves it for good.
#include "engine/store/edit.h"
#include "engine/store/liveness.h"
#include "engine/store/rows.h"
#include "engine/store/schema.h"
#include "engine/store/series_state.h"

#include <algorithm>

namespace fathom::store {

namespace fs = std::filesystem;

namespace {

constexpr const char* kWhat = "Cannot remove the run";

/// Rows that name others go before those they name. ?1 is the run.
constexpr const char* kDeletes[] = {
    "DELETE FROM summaries WHERE metric IN (SELECT id FROM metric_names) AND run = ?1",
    "DELETE FROM series WHERE run = ?1",
    "DELETE FROM events WHERE run = ?1",
    "DELETE FROM commands WHERE run = ?1",
    "DELETE FROM samples WHERE run = ?1",
    "DELETE FROM artifacts WHERE run = ?1",
    "DELETE FROM tags WHERE run = ?1",
    "DELETE FROM config_values WHERE key IN (SELECT id FROM config_keys) AND run = ?1",
    "DELETE FROM layers WHERE run = ?1",
    "DELETE FROM environment WHERE run = ?1",
    "UPDATE runs SET resumed_from = NULL WHERE resumed_from = ?1",
    "DELETE FROM runs WHERE id = ?1",
};

std::vector<std::int64_t> seriesOf(Database& database, RunId run) {
    std::vector<std::int64_t> all;
    Statement select(database, "SELECT id FROM series WHERE run = ?");
    for (select.bind(run); select.step();)
        all.push_back(select.integer(0));
    return all;
}

void removeRows(Database& database, RunId run) {
    Statement points(database, "DELETE FROM points WHERE id >= ? AND id < ?");
    Statement pyramid(database, "DELETE FROM pyramids WHERE series = ?");
    for (const std::int64_t series : seriesOf(database, run)) {
        points.bind(pointRow(series, 0), pointRow(series + 1, 0)).run();
        pyramid.bind(series).run();
    }
    for (const char* sql : kDeletes)
        Statement(database, sql).bind(run).run();
}

/// The runs' rows; fails for one that does not exist or goes on.
Result<std::vector<Run>> removable(Database& database, std::span<const RunId> runs, const fs::path& file) {
    std::vector<Run> found;
    Statement select(database, std::string("SELECT ") + kRunColumns + " FROM runs WHERE id = ?");
    for (const RunId id : runs) {
        if (!select.bind(id).step())
            return fail(
                {.kind = ErrorKind::Usage,
                 .what = kWhat,
                 .why = "there is no run with the id " + std::to_string(static_cast<std::int64_t>(id)),
                 .remedy = "`fathom-cli runs ls` lists them",
                 .file = file.string()});
        Run run = readRun(select);
        if (isAlive(run))
            return fail({.kind = ErrorKind::Usage,
                         .what = kWhat,
                         .why = run.title() + " is still " + std::string(name(run.state)),
                         .remedy = "Stop it first",
                         .file = file.string()});
        found.push_back(std::move(run));
    }
    return found;
}

bool isWithin(const fs::path& path, const fs::path& folder) {
    return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

/// Where the other runs lie: a run that was resumed goes on in the same folder.
std::vector<fs::path> foldersOfOthers(Database& database, const std::vector<Run>& runs) {
    std::vector<fs::path> folders;
    Statement select(database, "SELECT id, directory FROM runs WHERE directory <> ''");
    while (select.step()) {
        const RunId id{select.integer(0)};
        if (std::any_of(runs.begin(), runs.end(), [id](const Run& run) { return run.id == id; })) continue;
        folders.push_back(fs::path(select.text(1)).lexically_normal());
    }
    return folders;
}

/// The folders that exist and are these runs' alone, none of an import; fails where one holds the workspace
/// or the current folder.
Result<std::vector<fs::path>> foldersOf(Database& database, const std::vector<Run>& runs,
                                        const fs::path& workspace) {
    std::vector<fs::path> folders;
    std::error_code error;
    const std::vector<fs::path> others = foldersOfOthers(database, runs);
    for (const Run& run : runs) {
        // Where a run was imported from is only read.
        if (run.directory.empty() || !run.source.empty()) continue;
        const fs::path folder = fs::weakly_canonical(run.directory, error);
        if (!fs::exists(folder, error)) continue;
        for (const fs::path& kept : {fs::weakly_canonical(workspace, error), fs::current_path(error)})
            if (isWithin(kept, folder))
                return fail({.kind = ErrorKind::Usage,
                             .what = "Cannot delete the run's folder",
                             .why = "it holds the workspace or the current folder",
                             .remedy = "Keep the files and delete them by hand",
                             .file = folder.string()});
        const fs::path named = fs::path(run.directory).lexically_normal();
        const bool isShared = std::any_of(others.begin(), others.end(), [&](const fs::path& other) {
            return isWithin(other, named) || isWithin(other, folder);
        });
        if (!isShared && std::find(folders.begin(), folders.end(), folder) == folders.end())
            folders.push_back(folder);
    }
    return folders;
}

std::int64_t bytesIn(const fs::path& folder) {
    std::int64_t bytes = 0;
    std::error_code error;
    for (auto it = fs::recursive_directory_iterator(folder, error);
         !error && it != fs::recursive_directory_iterator(); it.increment(error))
        if (std::error_code ignored; it->is_regular_file(ignored) && !it->is_symlink(ignored))
            bytes += static_cast<std::int64_t>(it->file_size(ignored));
    return bytes;
}

/// An estimate from what a row of each kind takes.
std::int64_t databaseBytes(Database& database, RunId run) {
    constexpr std::int64_t kPoint = 30;
    constexpr std::int64_t kLeaf = 25;
    constexpr std::int64_t kRow = 120;
    std::int64_t bytes = kRow;
    Statement points(
        database, "SELECT points FROM summaries WHERE metric IN (SELECT id FROM metric_names) AND run = ?");
    for (points.bind(run); points.step();)
        bytes += kRow + kPoint * points.integer(0);
    Statement rest(
        database,
        "SELECT (SELECT count(*) FROM config_values WHERE key IN (SELECT id FROM config_keys) AND run = ?1) "
        "* ?2 + (SELECT count(*) FROM events WHERE run = ?1) * ?3 + "
        "(SELECT ifnull(sum(length(source) + length(reference) + length(prediction) + 20), 0) "
        "FROM samples WHERE run = ?1) + (SELECT length(config_json) + length(config_yaml) FROM runs "
        "WHERE id = ?1)");
    if (rest.bind(run, kLeaf, kRow).step()) bytes += rest.integer(0);
    return bytes;
}

Result<PurgeSize> measure(Database& database, const std::vector<Run>& runs,
                          const std::vector<fs::path>& folders) {
    PurgeSize size;
    for (const Run& run : runs)
        size.databaseBytes += databaseBytes(database, run.id);
    for (const fs::path& folder : folders)
        size.fileBytes += bytesIn(folder);
    return size;
}

Status removeFolders(const std::vector<fs::path>& folders) {
    for (const fs::path& folder : folders) {
        std::error_code error;
        fs::remove_all(folder, error);
        if (error)
            return fail({.kind = ErrorKind::Failed,
                         .what = "Cannot delete the run's folder",
                         .why = error.message(),
                         .remedy = "Delete it by hand; the run is gone from the store",
                         .file = folder.string()});
    }
    return {};
}

} // namespace

Status trash(const fs::path& workspace, std::span<const RunId> runs) {
    const fs::path file = workspace / kDatabaseName;
    return editStore(kWhat, file, [&](Database& database) -> Status {
        Transaction transaction(database);
        if (const auto found = removable(database, runs, file); !found) return fail(found.error());
        Statement move(database, "UPDATE runs SET trashed_at = ?2, edited_at = ?2 WHERE id = ?1");
        for (const RunId run : runs)
            move.bind(run, wallTime()).run();
        transaction.commit();
        return {};
    });
}

Result<PurgeSize> purgeSize(const fs::path& workspace, std::span<const RunId> runs) {
    const fs::path file = workspace / kDatabaseName;
    return editStore(kWhat, file, [&](Database& database) -> Result<PurgeSize> {
        const auto found = removable(database, runs, file);
        if (!found) return fail(found.error());
        const auto folders = foldersOf(database, *found, workspace);
        return measure(database, *found, folders ? *folders : std::vector<fs::path>());
    });
}

Result<PurgeSize> purge(const fs::path& workspace, std::span<const RunId> runs, bool files) {
    const fs::path file = workspace / kDatabaseName;
    return editStore(kWhat, file, [&](Database& database) -> Result<PurgeSize> {
        Transaction transaction(database);
        const auto found = removable(database, runs, file);
        if (!found) return fail(found.error());
        std::vector<fs::path> folders;
        if (files) {
            auto allowed = foldersOf(database, *found, workspace);
            if (!allowed) return fail(allowed.error());
            folders = std::move(*allowed);
        }
        const auto size = measure(database, *found, folders);
        for (const RunId run : runs)
            removeRows(database, run);
        database.execute("DELETE FROM texts WHERE id NOT IN (SELECT text FROM layers)");
        transaction.commit();
        if (Status removed = removeFolders(folders); !removed) return fail(removed.error());
        return size;
    });
}

} // namespace fathom::store
