// SPDX-License-Identifier: Apache-2.0
// `.nemo` archives: opened without extracting, written as NeMo writes them.
//
//   auto nemo = archive::Nemo::open("quartznet.nemo");
//   nemo->configYaml();
//   for (const archive::Tensor& tensor : nemo->weights()->tensors()) …
//
//   archive::writeNemo("out.nemo", {.configYaml = yaml, .tensors = {…}});
#pragma once

#include "engine/archive/checkpoint.h"
#include "engine/archive/expanded_file.h"
#include "engine/archive/tar_index.h"
#include "engine/archive/weight_parts.h"
#include "engine/base/file.h"
#include "engine/base/result.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fathom::archive {

/// An opened archive. Immutable; any thread may read.
class Nemo {
public:
    /// Plain tar; one compressed by gzip, bzip2, xz or zstd (expanded once into a cache, see expandedFile);
    /// or a folder into which one was extracted. Errors are BadInput and name the file, or those of
    /// expandedFile.
    [[nodiscard]] static Result<Nemo> open(const std::filesystem::path& path,
                                           const OpenOptions& options = {});

    [[nodiscard]] const std::filesystem::path& path() const;
    [[nodiscard]] const std::vector<Member>& members() const;
    /// NeMo itself reads plain and gzip tars only.
    [[nodiscard]] Compression compression() const;
    [[nodiscard]] bool isCompressed() const { return compression() != Compression::None; }
    /// Of the file at path() when it was opened, for telling later whether it is still that one; nothing for
    /// folders.
    [[nodiscard]] const std::optional<FileIdentity>& identity() const;
    /// The uncompressed tar: the file itself or, of a compressed one, its expanded copy. Null for folders.
    [[nodiscard]] std::shared_ptr<const MappedFile> tarFile() const;
    /// All of it; the members' offsets count from here. Empty for folders.
    [[nodiscard]] std::span<const std::byte> tarBytes() const;
    /// Payload of a member by name, with or without "./"; the last one of duplicates.
    [[nodiscard]] Result<std::span<const std::byte>> bytes(std::string_view memberName) const;
    /// The same by index into members(); for files without a problem.
    [[nodiscard]] std::span<const std::byte> bytes(std::size_t member) const;
    /// Text of model_config.yaml.
    [[nodiscard]] Result<std::string> configYaml() const;
    /// The tensors of model_weights.ckpt; parsed on the first call and kept. Where the weights are
    /// distributed over several files instead, the error says how to get one.
    [[nodiscard]] Result<std::shared_ptr<const Checkpoint>> weights() const;
    /// What the weights consist of: one part unless many GPUs wrote them.
    [[nodiscard]] std::vector<WeightPart> weightParts() const;
    /// The tensors of one part that isCheckpoint(); parsed at each call.
    [[nodiscard]] Result<std::shared_ptr<const Checkpoint>> weights(const WeightPart& part) const;
    /// Names, dtypes and shapes in any part.
    [[nodiscard]] Result<std::vector<ListedTensor>> listTensors(const WeightPart& part) const;

private:
    struct Impl;
    explicit Nemo(std::shared_ptr<const Impl> impl);
    std::shared_ptr<const Impl> m_impl;
};

/// The tensors of a .nemo, an extracted folder or a checkpoint, told apart by their contents.
[[nodiscard]] Result<std::shared_ptr<const Checkpoint>> openWeights(const std::filesystem::path& path,
                                                                    const OpenOptions& options = {});
/// True for what torch.save (either format) and safetensors write, judged by the first bytes.
[[nodiscard]] bool isCheckpoint(std::span<const std::byte> bytes);
/// True for a file that isCheckpoint; false for folders and what cannot be read.
[[nodiscard]] bool isCheckpointFile(const std::filesystem::path& path);

struct NamedFile {
    std::string name{}; ///< member name without "./"
    std::string content{};
    std::uint32_t mode = 0644; ///< NeMo keeps the source file's
};

struct NemoContents {
    std::string configYaml{};
    std::vector<Tensor> tensors{};        ///< the state_dict, in order; contiguous or not
    std::vector<ModuleVersion> modules{}; ///< its `_metadata`
    std::vector<NamedFile> artifacts{};
};

/// Writes an uncompressed PAX tar with NeMo's member order and names, atomically. Python's restore_from
/// accepts it.
[[nodiscard]] Status writeNemo(const std::filesystem::path& path, const NemoContents& contents);

} // namespace fathom::archive
