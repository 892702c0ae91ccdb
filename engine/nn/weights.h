// SPDX-License-Identifier: Apache-2.0
// Between modules and archives: state_dicts by name.
#pragma once

#include "engine/archive/checkpoint.h"
#include "engine/archive/tensor.h"
#include "engine/base/result.h"

#include <functional>
#include <string>
#include <string_view>
#include <torch/torch.h>
#include <vector>

namespace fathom::nn {

struct NamedTensor {
    std::string name{};
    torch::Tensor tensor{};
};

/// The module's state_dict in PyTorch's order: for each module its parameters, its buffers, then its
/// children. The tensors are the live ones.
[[nodiscard]] std::vector<NamedTensor> stateDict(const torch::nn::Module& module);
/// The state_dict's `_metadata`: every module below and including `module`, in the same order.
[[nodiscard]] std::vector<archive::ModuleVersion> moduleVersions(const torch::nn::Module& module);

/// Shares the tensor's memory where it is on the CPU (a copy from other devices); keeps it alive.
[[nodiscard]] archive::Tensor toArchive(const std::string& name, const torch::Tensor& tensor);
/// A view of the archive's bytes that keeps their owner alive. Do not write to it.
[[nodiscard]] torch::Tensor viewOf(const archive::Tensor& tensor);
[[nodiscard]] torch::ScalarType scalarType(archive::DType dtype);

struct LoadReport {
    std::vector<std::string> missing{};    ///< the module has them, the checkpoint does not
    std::vector<std::string> unexpected{}; ///< the checkpoint has them, the module does not
    std::vector<std::string> mismatched{}; ///< PyTorch's "size mismatch for …" lines
    std::size_t loaded = 0;                ///< tensors that were taken over

    /// PyTorch's text: "Error(s) in loading state_dict for EncDecCTCModel:\n\tMissing key(s) in state_dict:
    /// …".
    [[nodiscard]] std::string message(const std::string& className) const;
};

struct LoadOptions {
    bool strict = true;              ///< missing and unexpected names are errors too
    bool tolerateUnexpected = false; ///< with `strict`: unexpected ones are not
    /// Parameters become views of the checkpoint's bytes, which they keep alive, where those can be used as
    /// they are: on the CPU, of the same dtype, contiguous. Writing to them does not reach the file. For
    /// large models that is the difference between milliseconds and seconds.
    bool share = false;
    std::string className{}; ///< for the message
    /// Tensors of the checkpoint that count; the others are as if they were not there. Empty: all.
    std::function<bool(std::string_view name)> wants{};
};

/// Copies (or shares) by name, converted to the dtype of each parameter. Different shapes are always errors;
/// then nothing was changed. BatchNorm checkpoints older than version 2 may lack num_batches_tracked.
[[nodiscard]] Result<LoadReport>
loadStateDict(torch::nn::Module& module, const archive::Checkpoint& checkpoint, const LoadOptions& options);

} // namespace fathom::nn
