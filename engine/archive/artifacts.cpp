// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/artifacts.h"

#include "engine/archive/byte_reader.h"
#include "engine/archive/config_leaves.h"
#include "engine/archive/nemo_state.h"
#include "engine/base/checksum.h"
#include "engine/config/override.h"
#include "engine/config/yaml_apply.h"

#include <algorithm>
#include <sys/stat.h>

namespace fathom::archive {

namespace fs = std::filesystem;

namespace {

Error unusable(const std::string& key, const std::string& source, std::string why, std::string remedy) {
    Error error{ErrorKind::BadInput, "Cannot use " + source + " for " + key, std::move(why), std::move(remedy),
                source};
    error.key = key;
    return error;
}

const Member* findFile(const Nemo& nemo, std::string_view name) {
    const auto& members = nemo.members();
    const auto it = std::find_if(members.rbegin(), members.rend(), [&](const Member& member) {
        return member.type == MemberType::File && member.problem.empty() &&
               plainMemberName(member.name) == name;
    });
    return it == members.rend() ? nullptr : &*it;
}

std::string fileNames(const Nemo& nemo) {
    std::string names;
    for (const Member& member : nemo.members())
        if (member.type == MemberType::File)
            names += (names.empty() ? "" : ", ") + std::string(plainMemberName(member.name));
    return names;
}

} // namespace

Result<std::optional<Artifact>> ArtifactRegistry::add(const std::string& key, const std::string& source,
                                                      bool isRequired) {
    if (source.empty()) return std::optional<Artifact>{};
    if (source.ends_with(".nemo"))
        return fail(unusable(key, source, "it is a model, not a file of one", "Name a file inside it"));
    std::error_code code;
    Artifact artifact;
    if (fs::exists(source, code)) {
        auto file = MappedFile::open(source);
        if (!file) return fail(unusable(key, source, file.error().why, "Give a file that can be read"));
        struct stat info {};
        artifact.m_mode = stat(source.c_str(), &info) == 0 ? info.st_mode & 0777U : 0644U;
        artifact.m_name = fs::absolute(source, code).string();
        artifact.m_bytes = (*file)->bytes();
        artifact.m_file = std::move(*file);
    } else {
        const bool isReference = source.starts_with(kArtifactPrefix);
        const std::string name =
            isReference ? source.substr(kArtifactPrefix.size()) : fs::path(source).filename().string();
        const Member* const member = m_archive ? findFile(*m_archive, name) : nullptr;
        if (member == nullptr) {
            if (!isRequired && !isReference) return std::optional<Artifact>{};
            return fail(unusable(
                key, source,
                isReference ? "the archive holds no such file" : "it is neither a file nor in the archive",
                m_archive ? "The archive holds " + fileNames(*m_archive) : "Correct the path"));
        }
        artifact.m_name = name;
        artifact.m_mode = member->mode;
        artifact.m_bytes = *m_archive->bytes(name);
        artifact.m_archive = m_archive;
    }
    m_items.insert_or_assign(key, artifact);
    return std::optional<Artifact>(std::move(artifact));
}

void ArtifactRegistry::addContent(const std::string& key, const std::string& name, std::string content) {
    Artifact artifact;
    artifact.m_name = name;
    artifact.m_content = std::make_shared<const std::string>(std::move(content));
    artifact.m_bytes = asBytes(*artifact.m_content);
    m_items.insert_or_assign(key, std::move(artifact));
}

Status ArtifactRegistry::addReferences(const Value& config) {
    for (const auto& [key, value] : leaves(config)) {
        if (!value.isString() || !value.asString().starts_with(kArtifactPrefix) || m_items.contains(key))
            continue;
        if (auto added = add(key, value.asString()); !added) return fail(added.error());
    }
    return {};
}

Result<ArtifactRegistry::Packed> ArtifactRegistry::pack(const std::string& configYaml) const {
    Packed packed;
    std::vector<std::string> overrides;
    for (const auto& [key, artifact] : m_items) {
        NamedFile file{.name = artifact.m_name, .mode = artifact.m_mode};
        if (artifact.source() == Artifact::Source::Local) {
            auto content = readFile(artifact.m_name);
            if (!content)
                return fail(unusable(key, artifact.m_name, "it is not there any more",
                                     "Put it back, then save again"));
            file.content = std::move(*content);
        } else {
            file.content = std::string(asText(artifact.m_bytes));
        }
        if (artifact.source() != Artifact::Source::Archive)
            file.name = md5Hex(asBytes(file.content)) + '_' + fs::path(artifact.m_name).filename().string();
        overrides.push_back("++" + key + '=' +
                            config::overrideText(Value(std::string(kArtifactPrefix) + file.name)));
        const bool isThere = std::any_of(packed.files.begin(), packed.files.end(),
                                         [&](const NamedFile& other) { return other.name == file.name; });
        if (!isThere) packed.files.push_back(std::move(file));
    }
    auto yaml = config::applyOverrides(configYaml, overrides, std::string(kConfigName));
    if (!yaml) return fail(yaml.error());
    packed.configYaml = std::move(*yaml);
    return packed;
}

} // namespace fathom::archive
