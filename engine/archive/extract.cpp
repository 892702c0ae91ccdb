// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/byte_reader.h"
#include "engine/archive/inspect.h"
#include "engine/base/file.h"

#include <algorithm>
#include <sys/stat.h>

namespace fathom::archive {

namespace fs = std::filesystem;

namespace {

Error cannotWrite(const fs::path& path, const std::error_code& code) {
    return {.kind = ErrorKind::Failed,
            .what = "Cannot write the file",
            .why = code.message(),
            .remedy = "Choose a folder that may be written to with -C",
            .file = path.string()};
}

/// Python's filter "data": no special bits, not writable by others, always readable and writable by the
/// owner.
mode_t safeMode(std::uint32_t mode) {
    return (mode & 0755U) | 0600U;
}

/// A name with a problem never gets here, so `target` lies below the folder.
Status writeMember(const Nemo& nemo, const Member& member, const fs::path& folder) {
    const fs::path target = folder / fs::path(std::string(plainMemberName(member.name)));
    std::error_code code;
    if (member.type == MemberType::Directory) {
        fs::create_directories(target, code);
        return code ? Status(fail(cannotWrite(target, code))) : Status{};
    }
    fs::create_directories(target.parent_path(), code);
    if (code) return fail(cannotWrite(target, code));
    const auto bytes = nemo.bytes(member.name);
    if (!bytes) return fail(bytes.error());
    auto file = AtomicFile::create(target);
    if (!file) return fail(file.error());
    if (auto written = file->write(*bytes); !written) return written;
    fchmod(file->descriptor(), safeMode(member.mode));
    return file->commit();
}

} // namespace

Result<Extraction> extract(const Nemo& nemo, const std::vector<std::string>& members,
                           const fs::path& folder) {
    for (const std::string& name : members) {
        const auto matches = [&](const Member& member) {
            return plainMemberName(member.name) == plainMemberName(name);
        };
        const auto it = std::find_if(nemo.members().begin(), nemo.members().end(), matches);
        const bool isMissing = it == nemo.members().end();
        if (isMissing || !it->problem.empty())
            return fail({.kind = isMissing ? ErrorKind::Usage : ErrorKind::BadInput,
                         .what = "Cannot extract " + name,
                         .why = isMissing ? "the archive holds no such member" : it->problem,
                         .remedy = "See `fathom-cli nemo ls` for what it holds",
                         .file = nemo.path().string()});
    }
    std::error_code code;
    fs::create_directories(folder, code);
    if (code) return fail(cannotWrite(folder, code));
    Extraction result;
    for (const Member& member : nemo.members()) {
        const auto isNamed = [&](const std::string& name) {
            return plainMemberName(member.name) == plainMemberName(name);
        };
        if (!members.empty() && std::none_of(members.begin(), members.end(), isNamed)) continue;
        if (!member.problem.empty()) {
            result.skipped.push_back({Severity::Warning, "skipped " + member.name + ": " + member.problem});
            continue;
        }
        if (auto written = writeMember(nemo, member, folder); !written) return fail(written.error());
        result.written.push_back(member.name);
    }
    return result;
}

} // namespace fathom::archive
