// SPDX-License-Identifier: Apache-2.0
// torch.save files read without LibTorch and without ever calling anything a pickle names.
#pragma once

#include "engine/archive/tensor.h"
#include "engine/base/result.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace fathom::archive {

/// An entry of a state_dict's `_metadata`: module path ("encoder.encoder.0.mconv.2", "" for the root) and version.
struct ModuleVersion {
    std::string path{};
    int version = 1;
};

/// The state_dict of a checkpoint (for a Lightning .ckpt the one under "state_dict"). Immutable; any thread may read.
class Checkpoint {
public:
    [[nodiscard]] static Result<Checkpoint> open(const std::filesystem::path& path);
    /// `owner` keeps `bytes` alive; `label` names them in errors.
    [[nodiscard]] static Result<Checkpoint> parse(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                                                  const std::string& label);

    [[nodiscard]] const std::vector<Tensor>& tensors() const { return m_tensors; }
    [[nodiscard]] const Tensor* find(std::string_view name) const;
    [[nodiscard]] const std::vector<ModuleVersion>& modules() const { return m_modules; }
    /// Globals the pickle names that are not known data; shown to the user, never called.
    [[nodiscard]] const std::vector<std::string>& opaqueGlobals() const { return m_opaqueGlobals; }

private:
    std::vector<Tensor> m_tensors;
    std::vector<ModuleVersion> m_modules;
    std::vector<std::string> m_opaqueGlobals;
};

/// Bytes of a state_dict as torch.save writes it (`archiveName` is the zip prefix, "model_weights").
[[nodiscard]] Result<std::string> serializeStateDict(const std::vector<Tensor>& tensors,
                                                     const std::vector<ModuleVersion>& modules,
                                                     const std::string& archiveName);

} // namespace fathom::archive
