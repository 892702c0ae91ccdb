// SPDX-License-Identifier: Apache-2.0
#include "engine/store/remove.h"

#include "engine/store/database.h"
#include "engine/store/liveness.h"
#include "engine/store/rows.h"
#include "engine/store/schema.h"

namespace fathom::store {

namespace {

constexpr const char* kWhat = "Cannot remove the run";

/// Points first: the rows that name others go before those they name.
constexpr const char* kDeletes[] = {
    "DELETE FROM metrics WHERE series IN (SELECT id FROM series WHERE run = ?)",
    "DELETE FROM series WHERE run = ?",
    "DELETE FROM events WHERE run = ?",
    "DELETE FROM commands WHERE run = ?",
    "DELETE FROM samples WHERE run = ?",
    "DELETE FROM artifacts WHERE run = ?",
    "DELETE FROM runs WHERE id = ?",
};

Status removeRows(Database& database, RunId id, const std::filesystem::path& file) {
    Transaction transaction(database);
    Statement select(database, std::string("SELECT ") + kRunColumns + " FROM runs WHERE id = ?");
    if (!select.bind(static_cast<std::int64_t>(id)).step())
        return fail({.kind = ErrorKind::Usage,
                     .what = kWhat,
                     .why = "there is no run with the id " + std::to_string(static_cast<std::int64_t>(id)),
                     .remedy = "`fathom-cli runs ls` lists them",
                     .file = file.string()});
    const Run run = readRun(select);
    select.reset();
    if (isAlive(run))
        return fail({.kind = ErrorKind::Usage,
                     .what = kWhat,
                     .why = run.title() + " is still " + std::string(name(run.state)),
                     .remedy = "Stop it first",
                     .file = file.string()});
    for (const char* sql : kDeletes)
        Statement(database, sql).bind(static_cast<std::int64_t>(id)).run();
    transaction.commit();
    return {};
}

} // namespace

Status removeRun(const std::filesystem::path& workspace, RunId run) {
    const std::filesystem::path file = workspace / kDatabaseName;
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored))
        return fail({.kind = ErrorKind::BadInput,
                     .what = kWhat,
                     .why = "there is no run store",
                     .remedy = "Name another workspace",
                     .file = file.string()});
    return editStore(kWhat, file, [&](Database& database) { return removeRows(database, run, file); });
}

} // namespace fathom::store
