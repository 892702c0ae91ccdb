// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/nemo.h"

#include "engine/archive/byte_reader.h"
#include "engine/archive/inflate.h"
#include "engine/archive/zip_index.h"
#include "engine/base/file.h"

#include <mutex>
#include <unordered_map>

namespace fathom::archive {

struct Nemo::Impl {
    std::filesystem::path path{};
    std::span<const std::byte> tar{};
    std::shared_ptr<const void> owner{};
    bool isCompressed = false;
    std::vector<Member> members{};
    std::unordered_map<std::string_view, std::size_t>
        byName{}; ///< plain names of files; the last of duplicates

    mutable std::mutex weightsMutex{};
    mutable std::shared_ptr<const Checkpoint> weights{};

    [[nodiscard]] Error error(std::string why, std::string remedy) const {
        return {.kind = ErrorKind::BadInput,
                .what = "Cannot read the archive",
                .why = std::move(why),
                .remedy = std::move(remedy),
                .file = path.string()};
    }

    Status expand(const std::shared_ptr<const MappedFile>& file) {
        tar = file->bytes();
        owner = file;
        if (isZip(tar))
            return fail(error("it is a torch checkpoint, not a .nemo archive", "Open it as a .ckpt file"));
        if (asText(tar).starts_with("BZh") || asText(tar).starts_with("\xfd"
                                                                      "7zXZ"))
            return fail(error("it is packed by bzip2 or xz, which NeMo does not read either",
                              "Unpack it to a plain tar"));
        if (!isGzip(tar)) return {};
        isCompressed = true;
        auto content = gunzip(tar, path.string());
        if (!content) return fail(content.error());
        auto kept = std::make_shared<const std::vector<std::byte>>(std::move(*content));
        tar = *kept;
        owner = kept;
        return {};
    }

    /// The one member that `fileName` names: at the top, or else the only one whose path ends so (as NeMo's
    /// detect_prefix).
    [[nodiscard]] Result<std::string> locate(std::string_view fileName) const {
        if (byName.contains(fileName)) return std::string(fileName);
        std::string found;
        for (const auto& [name, index] : byName) {
            if (!name.ends_with("/" + std::string(fileName))) continue;
            if (!found.empty())
                return fail(
                    error("it holds several " + std::string(fileName), "Save the model again from NeMo"));
            found = name;
        }
        if (found.empty())
            return fail(error("it holds no " + std::string(fileName), "Give a .nemo file that NeMo wrote"));
        return found;
    }
};

Nemo::Nemo(std::shared_ptr<const Impl> impl) : m_impl(std::move(impl)) {}

Result<Nemo> Nemo::open(const std::filesystem::path& path) {
    auto file = MappedFile::open(path);
    if (!file) return fail(file.error());
    auto impl = std::make_shared<Impl>();
    impl->path = path;
    if (auto expanded = impl->expand(*file); !expanded) return fail(expanded.error());
    auto members = indexTar(impl->tar, path.string());
    if (!members) return fail(members.error());
    impl->members = std::move(*members);
    for (std::size_t i = 0; i < impl->members.size(); ++i) {
        const Member& member = impl->members[i];
        if (member.type == MemberType::File && member.problem.empty())
            impl->byName.insert_or_assign(plainMemberName(member.name), i);
    }
    return Nemo(std::move(impl));
}

const std::filesystem::path& Nemo::path() const {
    return m_impl->path;
}
const std::vector<Member>& Nemo::members() const {
    return m_impl->members;
}
bool Nemo::isCompressed() const {
    return m_impl->isCompressed;
}

Result<std::span<const std::byte>> Nemo::bytes(std::string_view memberName) const {
    const auto it = m_impl->byName.find(plainMemberName(memberName));
    if (it == m_impl->byName.end())
        return fail(m_impl->error("it holds no file " + std::string(memberName),
                                  "See `fathom-cli nemo ls` for the names"));
    const Member& member = m_impl->members[it->second];
    return m_impl->tar.subspan(static_cast<std::size_t>(member.offset),
                               static_cast<std::size_t>(member.bytes));
}

Result<std::string> Nemo::configYaml() const {
    const auto name = m_impl->locate("model_config.yaml");
    if (!name) return fail(name.error());
    const auto content = bytes(*name);
    if (!content) return fail(content.error());
    return std::string(asText(*content));
}

Result<std::shared_ptr<const Checkpoint>> Nemo::weights() const {
    const std::lock_guard lock(m_impl->weightsMutex);
    if (m_impl->weights) return m_impl->weights;
    const auto name = m_impl->locate("model_weights.ckpt");
    if (!name) return fail(name.error());
    const auto content = bytes(*name);
    if (!content) return fail(content.error());
    auto checkpoint = Checkpoint::parse(*content, m_impl->owner, m_impl->path.string() + ":" + *name);
    if (!checkpoint) return fail(checkpoint.error());
    m_impl->weights = std::make_shared<const Checkpoint>(std::move(*checkpoint));
    return m_impl->weights;
}

} // namespace fathom::archive
