// SPDX-License-Identifier: Apache-2.0
// A state_dict as torch.save writes it: the same bytes for the same tensors.
#pragma once

#include "engine/archive/torch_file_writer.h"

namespace fathom::archive {

/// A tensor of a state_dict to be written, and the dtype to write it as.
struct StateDictEntry {
    Tensor tensor{};
    DType dtype = DType::Float32;
};

/// Usage errors: two tensors of one name, a tensor whose bytes are fewer than its shape and stride reach.
[[nodiscard]] Result<TorchFileWriter> prepareStateDict(const std::vector<Tensor>& tensors,
                                                       const std::vector<ModuleVersion>& modules,
                                                       std::string archiveName);

/// The same with the dtypes that the entries ask for (see float_convert.h); shared storages stay shared where
/// all that share one ask for the same.
[[nodiscard]] Result<TorchFileWriter> prepareStateDict(const std::vector<StateDictEntry>& entries,
                                                       const std::vector<ModuleVersion>& modules,
                                                       std::string archiveName);

} // namespace fathom::archive
