// SPDX-License-Identifier: Apache-2.0
// The two containers of torch.save, read into a PickleDocument with its tensors bound.
#pragma once

#include "engine/archive/pickle_document.h"
#include "engine/archive/zip_index.h"

namespace fathom::archive {

struct TorchFile {
    std::shared_ptr<PickleDocument> document{};
    NodeId root = kNone;
};

/// The pickle and storages of a zip container; records are found by the prefix of the first one.
[[nodiscard]] Result<TorchFile> readTorchZip(const ZipIndex& zip, std::shared_ptr<const void> owner,
                                             const std::string& label);

/// The container before torch 1.6: five pickles and the storages, one after the other.
[[nodiscard]] Result<TorchFile> readTorchLegacy(std::span<const std::byte> bytes,
                                                std::shared_ptr<const void> owner, const std::string& label);

} // namespace fathom::archive
