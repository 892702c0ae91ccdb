// SPDX-License-Identifier: Apache-2.0
// Writes what torch.save writes: a zip of one pickle and the tensors' storages.
#pragma once

#include "engine/archive/sink.h"
#include "engine/archive/torch_object.h"

#include <filesystem>

namespace fathom::archive {

/// The pickle and the storages of one object, ready to be written as often as wanted. Keeps the tensors'
/// owners alive and copies none of their bytes. Python reads it with torch.load; with weights_only=True where
/// it holds no OmegaConf containers and no other classes. Immutable: any thread may write.
class TorchFileWriter {
public:
    /// `archiveName` becomes the folder in the zip. Usage errors, which say where in `root` it is: two equal
    /// keys of a dict, a tensor whose bytes are fewer than its shape and stride reach, text that is not
    /// UTF-8, something deeper than TorchObject::kMaxDepth.
    [[nodiscard]] static Result<TorchFileWriter> prepare(const TorchObject& root, std::string archiveName);

    [[nodiscard]] std::uint64_t bytes() const;
    /// Errors are the sink's.
    [[nodiscard]] Status write(const Sink& sink) const;

    /// The bytes of a storage, and the dtypes they have and are to be written as.
    struct Storage {
        std::span<const std::byte> bytes{};
        std::shared_ptr<const void> owner{};
        DType from = DType::UInt8;
        DType to = DType::UInt8;
    };

private:
    [[nodiscard]] Status run(class TorchZipWriter& zip) const;

    std::string m_archiveName{};
    std::string m_pickle{};
    std::vector<Storage> m_storages{};
};

/// Writes the file as a whole or not at all (see AtomicFile). Errors: prepare()'s, and those of the file
/// system. For a background thread where tensors are large.
[[nodiscard]] Status writeTorchFile(const std::filesystem::path& path, const TorchObject& root,
                                    AtomicFile::Durability durability = AtomicFile::Durability::Durable);

} // namespace fathom::archive
