// SPDX-License-Identifier: Apache-2.0
// Files of torch.save and of safetensors, read without LibTorch and without ever calling anything a pickle
// names.
#pragma once

#include "engine/archive/pickle_value.h"
#include "engine/archive/tensor.h"
#include "engine/base/result.h"

#include <filesystem>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace fathom::archive {

/// An entry of a state_dict's `_metadata`: module path ("encoder.encoder.0.mconv.2", "" for the root) and
/// version.
struct ModuleVersion {
    std::string path{};
    int version = 1;
};

enum class CheckpointFormat { Zip, Legacy, Safetensors };

/// A file of torch.save: the state_dict (of a Lightning .ckpt the one under "state_dict") and the whole
/// pickle as a tree. Reads torch's zip format, the one before torch 1.6, and safetensors. Immutable, cheap to
/// copy; any thread may read.
class Checkpoint {
public:
    /// Maps the file. Errors are BadInput and name it: cut, damaged, not of torch.save, a tensor outside its
    /// storage.
    [[nodiscard]] static Result<Checkpoint> open(const std::filesystem::path& path);
    /// `owner` keeps `bytes` alive; `label` names them in errors.
    [[nodiscard]] static Result<Checkpoint>
    parse(std::span<const std::byte> bytes, std::shared_ptr<const void> owner, const std::string& label);

    /// In the order of the state_dict, or of a safetensors file's bytes. Entries that are no tensors are left
    /// out; they are in root().
    [[nodiscard]] const std::vector<Tensor>& tensors() const;
    [[nodiscard]] const Tensor* find(std::string_view name) const;
    [[nodiscard]] const std::vector<ModuleVersion>& modules() const;
    /// Globals the pickle names that are not known data; shown to the user, never called.
    [[nodiscard]] const std::vector<std::string>& opaqueGlobals() const;
    /// Everything that was saved: of a Lightning checkpoint also loops, optimizer_states, hyper_parameters, …
    [[nodiscard]] const PickleValue& root() const;
    [[nodiscard]] CheckpointFormat format() const;
    /// Reads all bytes and compares the zip's checksums (the other formats have none).
    [[nodiscard]] Status verify() const;

private:
    struct Impl;
    explicit Checkpoint(std::shared_ptr<const Impl> impl) : m_impl(std::move(impl)) {}
    std::shared_ptr<const Impl> m_impl;
};

/// Bytes of a state_dict as torch.save writes it (`archiveName` is the zip prefix, "model_weights").
[[nodiscard]] Result<std::string> serializeStateDict(const std::vector<Tensor>& tensors,
                                                     const std::vector<ModuleVersion>& modules,
                                                     const std::string& archiveName);

} // namespace fathom::archive
