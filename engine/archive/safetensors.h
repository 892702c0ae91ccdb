// SPDX-License-Identifier: Apache-2.0
// The safetensors format: 8 bytes with the length of a JSON header, the header, and the tensors' bytes
// without a gap.
#pragma once

#include "engine/archive/torch_file.h"

namespace fathom::archive {

/// Judged by the first bytes: a length of at most 100 MB and a "{" behind it.
[[nodiscard]] bool isSafetensors(std::span<const std::byte> bytes);

/// A document whose root is a dict of the tensors, in the order of their bytes, and of "__metadata__" where
/// there is one. As strict as the format's own reader, and duplicate names are refused as its description
/// demands. Errors are BadInput with `label` as file.
[[nodiscard]] Result<TorchFile> readSafetensors(std::span<const std::byte> bytes,
                                                std::shared_ptr<const void> owner, const std::string& label);

} // namespace fathom::archive
