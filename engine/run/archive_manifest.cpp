// SPDX-License-Identifier: Apache-2.0
#include "engine/run/archive_manifest.h"

#include "engine/base/checksum.h"

#include <map>

namespace fathom::run {

std::vector<store::ArchiveMember> manifestOf(const archive::Nemo& nemo) {
    std::vector<store::ArchiveMember> members;
    for (std::size_t i = 0; i < nemo.members().size(); ++i) {
        const archive::Member& member = nemo.members()[i];
        if (member.type == archive::MemberType::File && member.problem.empty())
            members.push_back({std::string(archive::plainMemberName(member.name)),
                               static_cast<std::int64_t>(member.bytes), sha256Hex(nemo.bytes(i))});
    }
    return members;
}

Status recordManifest(const std::filesystem::path& workspace, const std::filesystem::path& archive,
                      const archive::SaveReport& report) {
    std::vector<store::ArchiveMember> members;
    for (const archive::MemberDigest& member : report.members)
        members.push_back({member.name, static_cast<std::int64_t>(member.bytes), member.sha256});
    return store::writeManifest(workspace, archive, members);
}

Result<ManifestCheck> checkManifest(const std::filesystem::path& workspace, const archive::Nemo& nemo) {
    const auto recorded = store::readManifest(workspace, nemo.path());
    if (!recorded) return fail(recorded.error());
    ManifestCheck check{.isKnown = !recorded->empty()};
    if (!check.isKnown) return check;
    std::map<std::string, std::size_t, std::less<>> now;
    for (std::size_t i = 0; i < nemo.members().size(); ++i)
        if (nemo.members()[i].type == archive::MemberType::File)
            now.insert_or_assign(std::string(archive::plainMemberName(nemo.members()[i].name)), i);
    const auto add = [&](std::string text) {
        check.findings.push_back({archive::Severity::Error, std::move(text)});
    };
    for (const store::ArchiveMember& member : *recorded) {
        const auto it = now.find(member.name);
        if (it == now.end()) {
            add("member " + member.name + " is gone since Fathom wrote the archive");
            continue;
        }
        const archive::Member& found = nemo.members()[it->second];
        if (!found.problem.empty() || static_cast<std::int64_t>(found.bytes) != member.bytes ||
            sha256Hex(nemo.bytes(it->second)) != member.sha256)
            add("member " + member.name + " changed since Fathom wrote the archive");
    }
    return check;
}

} // namespace fathom::run
