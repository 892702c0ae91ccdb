// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/nemo.h"

#include "engine/archive/byte_reader.h"
#include "engine/archive/patch_journal.h"
#include "engine/archive/safetensors.h"
#include "engine/archive/zip_index.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>

namespace fathom::archive {

struct Nemo::Impl {
    std::filesystem::path path{};
    std::optional<FileIdentity> identity{};
    std::shared_ptr<const MappedFile> tarFile{};
    std::vector<std::shared_ptr<const MappedFile>>
        folderFiles{}; ///< of an extracted folder: one for each member
    Compression compression = Compression::None;
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

    /// Members of an extracted folder in byte order, as NeMo would pack them. Links are followed: the hub's
    /// cache has them.
    Status listFolder() {
        std::error_code code;
        for (auto it = std::filesystem::recursive_directory_iterator(path, code);
             !code && it != std::filesystem::end(it); it.increment(code)) {
            if (!it->is_regular_file(code)) continue;
            Member member{.name = "./" + it->path().lexically_relative(path).generic_string(), .mode = 0644};
            members.push_back(std::move(member));
        }
        if (code) return fail(error(code.message(), "Check the folder's permissions"));
        std::sort(members.begin(), members.end(),
                  [](const Member& a, const Member& b) { return a.name < b.name; });
        for (Member& member : members) {
            auto file = MappedFile::open(path / member.name);
            if (!file) return fail(file.error());
            member.bytes = (*file)->bytes().size();
            folderFiles.push_back(std::move(*file));
        }
        return {};
    }

    Status readTar(const OpenOptions& options) {
        auto file = MappedFile::open(path);
        if (!file) return fail(file.error());
        identity = (*file)->identity();
        if (isCheckpoint((*file)->bytes()))
            return fail(error("it is a checkpoint, not a .nemo archive",
                              "Open it as a checkpoint (`fathom-cli nemo tensors` or `show`)"));
        compression = compressionOf((*file)->bytes());
        if (compression != Compression::None) file = expandedFile(*file, options);
        if (!file) return fail(file.error());
        tarFile = std::move(*file);
        auto indexed = indexTar(tarFile->bytes(), path.string());
        if (!indexed) {
            std::error_code ignored; // of no use to anybody
            if (compression != Compression::None) std::filesystem::remove(tarFile->path(), ignored);
            return fail(indexed.error());
        }
        members = std::move(*indexed);
        return {};
    }

    [[nodiscard]] std::span<const std::byte> payload(std::size_t index) const {
        if (!folderFiles.empty()) return folderFiles[index]->bytes();
        return tarFile->bytes().subspan(static_cast<std::size_t>(members[index].offset),
                                        static_cast<std::size_t>(members[index].bytes));
    }

    /// The one member that `fileName` names: at the top, or else the only one whose path ends so (as NeMo's
    /// detect_prefix).
    [[nodiscard]] Result<std::string> locate(std::string_view fileName) const {
        if (byName.contains(fileName)) return std::string(fileName);
        std::string found;
        for (const auto& [name, index] : byName) {
            if (!name.ends_with("/" + std::string(fileName))) continue;
            const std::string_view folder = name.substr(0, name.size() - fileName.size() - 1);
            if (isRankFolder(folder.substr(folder.rfind('/') + 1))) continue; // a part of the weights
            if (!found.empty())
                return fail(
                    error("it holds several " + std::string(fileName), "Save the model again from NeMo"));
            found = name;
        }
        if (found.empty())
            return fail(error("it holds no " + std::string(fileName), "Give a .nemo file that NeMo wrote"));
        return found;
    }

    [[nodiscard]] Result<std::shared_ptr<const Checkpoint>> parse(const std::string& name) const {
        const auto it = byName.find(name);
        if (it == byName.end()) return fail(error("it holds no file " + name, "Open it again"));
        const std::shared_ptr<const void> owner = folderFiles.empty() ? tarFile : folderFiles[it->second];
        auto checkpoint = Checkpoint::parse(payload(it->second), owner, path.string() + ":" + name);
        if (!checkpoint) return fail(checkpoint.error());
        return std::make_shared<const Checkpoint>(std::move(*checkpoint));
    }

    /// Why there is no single file of weights.
    [[nodiscard]] Error distributed(const WeightPart& part) const {
        const bool isRank = part.kind == WeightKind::ModelParallelRank;
        return error(
            "its weights are not one file: " + part.name + " holds a part, " + part.description,
            isRank ? "Merge the ranks in NeMo (megatron_change_num_partitions.py) and save the model again"
                   : "Restore the model in NeMo with Megatron and save it again without distributed "
                     "checkpoints");
    }
};

Nemo::Nemo(std::shared_ptr<const Impl> impl) : m_impl(std::move(impl)) {}

Result<Nemo> Nemo::open(const std::filesystem::path& path, const OpenOptions& options) {
    auto impl = std::make_shared<Impl>();
    impl->path = path;
    std::error_code code;
    const bool isFolder = std::filesystem::is_directory(path, code);
    if (auto recovered = recoverPatch(path); !recovered) return fail(recovered.error());
    if (auto read = isFolder ? impl->listFolder() : impl->readTar(options); !read) return fail(read.error());
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
Compression Nemo::compression() const {
    return m_impl->compression;
}

const std::optional<FileIdentity>& Nemo::identity() const {
    return m_impl->identity;
}
std::shared_ptr<const MappedFile> Nemo::tarFile() const {
    return m_impl->tarFile;
}
std::span<const std::byte> Nemo::tarBytes() const {
    return m_impl->tarFile ? m_impl->tarFile->bytes() : std::span<const std::byte>{};
}

Result<std::span<const std::byte>> Nemo::bytes(std::string_view memberName) const {
    const auto it = m_impl->byName.find(plainMemberName(memberName));
    if (it == m_impl->byName.end())
        return fail(m_impl->error("it holds no file " + std::string(memberName),
                                  "See `fathom-cli nemo ls` for the names"));
    return m_impl->payload(it->second);
}

std::span<const std::byte> Nemo::bytes(std::size_t member) const {
    return m_impl->payload(member);
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
    if (!name) {
        const std::vector<WeightPart> parts = weightParts();
        const bool isDistributed = !parts.empty() && parts.front().kind != WeightKind::Checkpoint;
        return fail(isDistributed ? m_impl->distributed(parts.front()) : name.error());
    }
    auto checkpoint = m_impl->parse(*name);
    if (checkpoint) m_impl->weights = *checkpoint;
    return checkpoint;
}

std::vector<WeightPart> Nemo::weightParts() const {
    return findWeightParts(m_impl->members);
}

Result<std::shared_ptr<const Checkpoint>> Nemo::weights(const WeightPart& part) const {
    if (!part.isCheckpoint()) return fail(m_impl->distributed(part));
    return m_impl->parse(part.name);
}

Result<std::vector<ListedTensor>> Nemo::listTensors(const WeightPart& part) const {
    std::vector<ListedTensor> list;
    const std::string folder = part.name == "." ? std::string() : part.name + '/';
    if (part.isCheckpoint()) {
        const auto checkpoint = weights(part);
        if (!checkpoint) return fail(checkpoint.error());
        for (const Tensor& tensor : (*checkpoint)->tensors())
            list.push_back({tensor.name, std::string(name(tensor.dtype)), tensor.shape});
    } else if (part.kind == WeightKind::TorchDistributed) {
        const auto metadata = bytes(folder + ".metadata");
        if (!metadata) return fail(metadata.error());
        auto read = readTorchDistributed(*metadata, m_impl->path.string() + ":" + folder + ".metadata");
        if (!read) return fail(read.error());
        return std::move(read->tensors);
    } else {
        for (const Member& member : members()) {
            std::string_view plain = plainMemberName(member.name);
            constexpr std::string_view kDescription = "/.zarray";
            if (!plain.starts_with(folder) || !plain.ends_with(kDescription)) continue;
            const auto json = bytes(plain);
            if (!json) continue; // marked as unsafe
            plain = plain.substr(folder.size());
            plain.remove_suffix(std::min(plain.size(), kDescription.size()));
            auto tensor = readZarray(std::string(plain), *json, m_impl->path.string() + ":" + member.name);
            if (!tensor) return fail(tensor.error());
            list.push_back(std::move(*tensor));
        }
    }
    return list;
}

bool isCheckpoint(std::span<const std::byte> bytes) {
    return isZip(bytes) || isSafetensors(bytes) ||
           asText(bytes).starts_with(std::string_view("\x80\x02\x8a\x0a", 4));
}

bool isCheckpointFile(const std::filesystem::path& path) {
    std::error_code code;
    if (std::filesystem::is_directory(path, code)) return false;
    const auto file = MappedFile::open(path);
    return file && isCheckpoint((*file)->bytes());
}

Result<std::shared_ptr<const Checkpoint>> openWeights(const std::filesystem::path& path,
                                                      const OpenOptions& options) {
    std::error_code code;
    if (!std::filesystem::is_directory(path, code)) {
        auto file = MappedFile::open(path);
        if (!file) return fail(file.error());
        if (isCheckpoint((*file)->bytes())) {
            auto checkpoint = Checkpoint::parse((*file)->bytes(), *file, path.string());
            if (!checkpoint) return fail(checkpoint.error());
            return std::make_shared<const Checkpoint>(std::move(*checkpoint));
        }
    }
    const auto nemo = Nemo::open(path, options);
    if (!nemo) return fail(nemo.error());
    return nemo->weights();
}

} // namespace fathom::archive
