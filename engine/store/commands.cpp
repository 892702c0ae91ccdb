// SPDX-License-Identifier: Apache-2.0
#include "engine/store/commands.h"

#include "engine/store/database.h"
#include "engine/store/liveness.h"
#include "engine/store/rows.h"
#include "engine/store/schema.h"

namespace fathom::store {

namespace {

constexpr const char* kWhat = "Cannot control the run";

Error refusal(std::string why, std::string remedy, const std::filesystem::path& file) {
    return {.kind = ErrorKind::Usage,
            .what = kWhat,
            .why = std::move(why),
            .remedy = std::move(remedy),
            .file = file.string()};
}

Result<std::int64_t> insert(Database& database, RunId id, const std::string& kind, double value,
                            const std::filesystem::path& file) {
    Transaction transaction(database); // the run cannot end between the check and the row
    Statement select(database, std::string("SELECT ") + kRunColumns + " FROM runs WHERE id = ?");
    const auto number = static_cast<std::int64_t>(id);
    if (!select.bind(number).step())
        return fail(refusal("there is no run with the id " + std::to_string(number),
                            "`fathom-cli runs ls` lists them", file));
    Run run = readRun(select);
    select.reset();
    markIfDead(run);
    if (isOver(run.state))
        return fail(refusal(run.title() + " is " + std::string(name(run.state)),
                            "Only a run that goes on can be controlled", file));
    Statement row(database, "INSERT INTO commands(run, kind, value, created_at) VALUES(?, ?, ?, ?)");
    row.bind(number, kind, value, wallTime()).run();
    const std::int64_t command = database.lastRow();
    transaction.commit();
    return command;
}

} // namespace

Result<std::int64_t> sendCommand(const std::filesystem::path& workspace, RunId run, const std::string& kind,
                                 double value) {
    const std::filesystem::path file = workspace / kDatabaseName;
    return editStore(kWhat, file,
                     [&](Database& database) { return insert(database, run, kind, value, file); });
}

} // namespace fathom::store
