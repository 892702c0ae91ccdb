// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/state_dict_writer.h"

namespace fathom::archive {

Result<TorchFileWriter> prepareStateDict(const std::vector<Tensor>& tensors,
                                         const std::vector<ModuleVersion>& modules, std::string archiveName) {
    return TorchFileWriter::prepare(TorchObject::stateDict(tensors, modules), std::move(archiveName));
}

Result<TorchFileWriter> prepareStateDict(const std::vector<StateDictEntry>& entries,
                                         const std::vector<ModuleVersion>& modules, std::string archiveName) {
    TorchObject::Entries tensors;
    tensors.reserve(entries.size());
    for (const auto& [tensor, dtype] : entries)
        tensors.emplace_back(tensor.name, TorchObject(tensor, {.dtype = dtype}));
    return TorchFileWriter::prepare(TorchObject::stateDict(std::move(tensors), modules),
                                    std::move(archiveName));
}

Result<std::string> serializeStateDict(const std::vector<Tensor>& tensors,
                                       const std::vector<ModuleVersion>& modules,
                                       const std::string& archiveName) {
    const auto writer = prepareStateDict(tensors, modules, archiveName);
    if (!writer) return fail(writer.error());
    std::string out;
    out.reserve(static_cast<std::size_t>(writer->bytes()));
    const auto written = writer->write([&](std::span<const std::byte> bytes) -> Status {
        out.append(asText(bytes));
        return {};
    });
    if (!written) return fail(written.error());
    return out;
}

} // namespace fathom::archive
