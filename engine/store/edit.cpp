// SPDX-License-Identifier: Apache-2.0
#include "engine/store/edit.h"

#include "engine/store/schema.h"

#include <functional>

namespace fathom::store {

namespace fs = std::filesystem;

namespace {

constexpr const char* kWhat = "Cannot change the run";

/// `change(database, run)` for each, in one transaction, and the note that it happened.
Status forEachRun(const fs::path& workspace, std::span<const RunId> runs,
                  const std::function<void(Database&, RunId)>& change) {
    return editStore(kWhat, workspace / kDatabaseName, [&](Database& database) -> Status {
        Transaction transaction(database);
        Statement touch(database, "UPDATE runs SET edited_at = ?2 WHERE id = ?1");
        for (const RunId run : runs) {
            change(database, run);
            touch.bind(run, wallTime()).run();
        }
        transaction.commit();
        return {};
    });
}

Status setColumn(const fs::path& workspace, std::span<const RunId> runs, const char* sql, double value) {
    return forEachRun(workspace, runs, [&](Database& database, RunId run) {
        Statement(database, sql).bind(run, value).run();
    });
}

Status checkTag(const std::string& tag) {
    if (!tag.empty() && tag.find_first_of("\r\n") == std::string::npos) return {};
    return fail({.kind = ErrorKind::Usage,
                 .what = kWhat,
                 .why = tag.empty() ? "the tag is empty" : "the tag has a line break",
                 .remedy = "Use a word or two"});
}

} // namespace

Status setNote(const fs::path& workspace, RunId run, const std::string& text) {
    return forEachRun(workspace, {&run, 1}, [&](Database& database, RunId each) {
        Statement(database, "UPDATE runs SET note = ?2 WHERE id = ?1").bind(each, text).run();
    });
}

Status setStarred(const fs::path& workspace, std::span<const RunId> runs, bool on) {
    return setColumn(workspace, runs, "UPDATE runs SET starred = ?2 <> 0 WHERE id = ?1", on ? 1 : 0);
}

Status setArchived(const fs::path& workspace, std::span<const RunId> runs, bool on) {
    return setColumn(workspace, runs, "UPDATE runs SET archived = ?2 <> 0 WHERE id = ?1", on ? 1 : 0);
}

Status addTag(const fs::path& workspace, std::span<const RunId> runs, const std::string& tag) {
    if (Status checked = checkTag(tag); !checked) return checked;
    return forEachRun(workspace, runs, [&](Database& database, RunId run) {
        Statement(database, "INSERT OR IGNORE INTO tags(run, tag) VALUES(?, ?)").bind(run, tag).run();
    });
}

Status removeTag(const fs::path& workspace, std::span<const RunId> runs, const std::string& tag) {
    return forEachRun(workspace, runs, [&](Database& database, RunId run) {
        Statement(database, "DELETE FROM tags WHERE run = ? AND tag = ?").bind(run, tag).run();
    });
}

Status restore(const fs::path& workspace, std::span<const RunId> runs) {
    return setColumn(workspace, runs, "UPDATE runs SET trashed_at = ?2 WHERE id = ?1", 0);
}

} // namespace fathom::store
