// SPDX-License-Identifier: Apache-2.0
// Devices by name.
#pragma once

#include "engine/base/result.h"

#include <string>
#include <torch/types.h>

namespace fathom::nn {

/// Loads LibTorch's CUDA part where a driver is present; false where there is none. Any thread.
[[nodiscard]] bool cudaIsAvailable();

/// "cpu", "cuda" or "cuda:1", as torch.device; empty: the GPU where there is one, else the CPU. Usage error
/// for another name, and for a GPU that is not there.
[[nodiscard]] Result<torch::Device> deviceNamed(const std::string& name);

} // namespace fathom::nn
