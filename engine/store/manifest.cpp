// SPDX-License-Identifier: Apache-2.0
#include "engine/store/manifest.h"

#include "engine/base/clock.h"
#include "engine/store/database.h"
#include "engine/store/manifest_rows.h"
#include "engine/store/schema.h"

namespace fathom::store {

namespace fs = std::filesystem;

namespace {

constexpr int kTimeoutMs = 5000;

} // namespace

std::string manifestKey(const fs::path& archive) {
    std::error_code code;
    const fs::path whole = fs::weakly_canonical(archive, code);
    return (code ? archive : whole).string();
}

void writeManifestRows(Database& database, const std::string& archive,
                       const std::vector<ArchiveMember>& members) {
    Statement known(database,
                    "SELECT sha256 FROM archive_members WHERE archive = ? AND member = ? AND bytes = ?");
    std::vector<ArchiveMember> rows;
    for (ArchiveMember member : members) {
        if (member.sha256.empty() && known.bind(archive, member.name, member.bytes).step())
            member.sha256 = known.text(0);
        if (!member.sha256.empty()) rows.push_back(std::move(member));
    }
    known.reset();
    Statement(database, "DELETE FROM archive_members WHERE archive = ?").bind(archive).run();
    Statement insert(database,
                     "INSERT OR REPLACE INTO archive_members(archive, member, bytes, sha256, written_at) "
                     "VALUES(?, ?, ?, ?, ?)");
    for (const ArchiveMember& row : rows)
        insert.bind(archive, row.name, row.bytes, row.sha256, wallTime()).run();
}

std::optional<fs::path> workspaceOf(const fs::path& file) {
    std::error_code code;
    for (fs::path folder = fs::weakly_canonical(file, code).parent_path(); !code;
         folder = folder.parent_path()) {
        if (fs::exists(folder / kDatabaseName, code)) return folder;
        if (folder == folder.parent_path()) break;
    }
    return std::nullopt;
}

Status writeManifest(const fs::path& workspace, const fs::path& archive,
                     const std::vector<ArchiveMember>& members) {
    const fs::path file = workspace / kDatabaseName;
    return editStore("Cannot record the archive's checksums", file, [&](Database& database) -> Status {
        Transaction transaction(database);
        writeManifestRows(database, manifestKey(archive), members);
        transaction.commit();
        return {};
    });
}

Result<std::vector<ArchiveMember>> readManifest(const fs::path& workspace, const fs::path& archive) {
    const fs::path file = workspace / kDatabaseName;
    return guarded("Cannot read the archive's checksums", file, [&]() -> Result<std::vector<ArchiveMember>> {
        Database database(file, Database::Mode::ReadOnly, kTimeoutMs);
        std::vector<ArchiveMember> members;
        if (checkVersion(database) < 2) return members; // written before there were any
        Statement select(
            database, "SELECT member, bytes, sha256 FROM archive_members WHERE archive = ? ORDER BY member");
        const std::string key = manifestKey(archive);
        for (select.bind(key); select.step();)
            members.push_back({select.text(0), select.integer(1), select.text(2)});
        return members;
    });
}

} // namespace fathom::store
