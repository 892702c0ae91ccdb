// SPDX-License-Identifier: Apache-2.0
// A state_dict as torch.save writes it: the same bytes for the same tensors.
#pragma once

#include "engine/archive/checkpoint.h"
#include "engine/archive/sink.h"

namespace fathom::archive {

/// A tensor of a state_dict to be written, and the dtype to write it as.
struct StateDictEntry {
    Tensor tensor{};
    DType dtype = DType::Float32;
};

/// The pickle and the storages of one state_dict. Keeps the tensors' owners alive.
class StateDictWriter {
public:
    /// Usage errors: two tensors of one name, a tensor whose bytes are fewer than its shape and stride reach.
    [[nodiscard]] static Result<StateDictWriter> prepare(const std::vector<Tensor>& tensors,
                                                         const std::vector<ModuleVersion>& modules,
                                                         std::string archiveName);

    /// The same with the dtypes that the entries ask for (see float_convert.h); shared storages stay shared
    /// where all that share one ask for the same.
    [[nodiscard]] static Result<StateDictWriter> prepare(const std::vector<StateDictEntry>& entries,
                                                         const std::vector<ModuleVersion>& modules,
                                                         std::string archiveName);

    [[nodiscard]] std::uint64_t bytes() const;
    [[nodiscard]] Status write(const Sink& sink) const;

private:
    struct Storage {
        std::span<const std::byte> bytes{};
        std::shared_ptr<const void> owner{};
        DType from = DType::UInt8;
        DType to = DType::UInt8;
    };

    [[nodiscard]] Status run(class TorchZipWriter& zip) const;

    std::string m_archiveName{};
    std::string m_pickle{};
    std::vector<Storage> m_storages{};
};

} // namespace fathom::archive
